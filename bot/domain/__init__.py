"""What is true: states, rules, money and matching; standard library only, synchronous, and `now` is an argument."""

"""`python -m bot.cli`: the same as the command `tapwork`."""

from bot.cli.main import main

main()

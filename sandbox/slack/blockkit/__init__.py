"""Block Kit's rules: what Slack takes in messages, modals and App Homes."""

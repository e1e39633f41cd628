"""A local Telegram and a local Slack for the demo and the tests: they know nothing of the service that talks to it."""

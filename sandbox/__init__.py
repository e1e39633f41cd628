"""A local Telegram for the demo and the tests: it knows nothing of the service that talks to it."""

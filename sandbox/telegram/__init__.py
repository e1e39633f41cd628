"""A local Telegram Bot API with Telegram's own rules."""

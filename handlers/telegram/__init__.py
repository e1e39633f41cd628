"""Telegram: updates in, messages out, over python-telegram-bot's objects and our own HTTP."""

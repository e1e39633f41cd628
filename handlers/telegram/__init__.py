"""Telegram: updates in, messages out, over python-telegram-bot's objects and our own HTTP."""

import os

# The library's waiting times as timedeltas, which will be its only way; it reads this when it is imported.
os.environ.setdefault("PTB_TIMEDELTA", "1")

"""The command line. Exit 0: done; 1: refused, with a reason on stderr; 2: wrong usage."""

from bot.cli.main import main

__all__ = ["main"]

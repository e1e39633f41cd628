"""The interface's translations: `messages.pot` and one folder a locale."""

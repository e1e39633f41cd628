"""Words for people, before they are put into a language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """A message key with its named arguments; the catalogs turn it into words.

    Arguments may be numbers, `Money`, `datetime`, `timedelta`, other `Text`s, or plain strings (content, shown as it
    is).
    """

    message: str
    args: Mapping[str, Any] = field(default_factory=dict)
    plural: str | None = None
    context: str | None = None

    def __str__(self) -> str:
        """In the source language, for logs and the command line."""
        pattern = self.plural if self.plural is not None and self.args["count"] != 1 else self.message
        return pattern.format(**self.args)


Words = Text | str
"""What a screen may say: a `Text` is ours and is translated; a `str` is content from tasks and people and is not."""


def T(message: str, /, **args: Any) -> Text:
    """Mark `message` for the catalogs; `{name}` placeholders are filled from `args`."""
    return Text(message, args)


def TN(singular: str, plural: str, count: int, /, **args: Any) -> Text:
    """Like `T` with plural forms chosen by `count`, which is also the argument `{count}`."""
    return Text(singular, {"count": count, **args}, plural=plural)


def TC(context: str, message: str, /, **args: Any) -> Text:
    """Like `T` for a message that means different things in different places."""
    return Text(message, args, context=context)

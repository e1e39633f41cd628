"""What every platform's rendering has in common: which blocks stand together, and how a chosen button looks."""

from collections.abc import Iterator

from bot.i18n import Voice
from handlers.flows.screens import Block, Button, Facts, Line, Pair, Title

CHOSEN = "✓ "


def label_of(button: Button, voice: Voice) -> str:
    """What stands on a button."""
    label = voice.say(button.label)
    return CHOSEN + label if button.chosen else label


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis that says when there were more."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def paragraphs_of(blocks: tuple[Block, ...]) -> Iterator[list[Block]]:
    """Blocks that stand close together: pairs, a title with its facts, a question with what explains it."""
    group: list[Block] = []
    for block in blocks:
        if group and not _close(group[-1], block):
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _close(one: Block, other: Block) -> bool:
    match one, other:
        case (Pair(), Pair()) | (Title(), Facts()) | (Facts(), Line()):
            return True
        case Line(_, strong), Line(_, other_strong):
            return strong and not other_strong
    return False

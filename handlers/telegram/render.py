"""Screens as Telegram messages: HTML text and inline keyboards. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from bot.domain.text import Words
from bot.i18n import Voice
from handlers.flows.screens import Ask, Block, Button, Facts, Line, Pair, Quote, Screen, Title

NOTICE_LIMIT = 200
"""Characters in the answer to a callback query."""

PLACEHOLDER_LIMIT = 64

CHOSEN = "✓ "


@dataclass(frozen=True, slots=True)
class Rendered:
    """What sendMessage and editMessageText take; the text is HTML. An edit with no markup takes the buttons away."""

    text: str
    markup: InlineKeyboardMarkup | None


def render(screen: Screen, voice: Voice) -> Rendered:
    """The whole screen; the flows' paging keeps it inside Telegram's limit."""
    paragraphs = ["\n".join(_block(one, voice) for one in group) for group in _groups(screen.blocks)]
    rows = [[_button(one, voice) for one in row] for row in screen.rows if row]
    return Rendered("\n\n".join(paragraphs), InlineKeyboardMarkup(rows) if rows else None)


def render_ask(ask: Ask, voice: Voice) -> tuple[str, ForceReply]:
    """(HTML text, what makes the client open a reply)."""
    hint = clip(voice.say(ask.hint), PLACEHOLDER_LIMIT)
    return f"<b>{_said(ask.text, voice)}</b>", ForceReply(input_field_placeholder=hint)


def notice(text: Words | None, voice: Voice) -> str | None:
    """The little text over the chat after a tap."""
    return clip(voice.say(text), NOTICE_LIMIT) if text else None


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis that says when there were more."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _groups(blocks: tuple[Block, ...]) -> Iterator[list[Block]]:
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


def _block(block: Block, voice: Voice) -> str:
    match block:
        case Title(text):
            return f"<b>{_said(text, voice)}</b>"
        case Line(text, strong):
            return f"<b>{_said(text, voice)}</b>" if strong else _said(text, voice)
        case Facts(items):
            return " · ".join(_said(item, voice) for item in items)
        case Pair(name, values):
            # A name that is no word of ours (a command, a title) must not turn a right-to-left line round.
            shown = escape(voice.isolated(name), quote=False) if isinstance(name, str) else _said(name, voice)
            return f"{shown} — <b>{escape(voice.listed(list(values)))}</b>"
        case Quote():
            return _quote(block, voice)


def _quote(quote: Quote, voice: Voice) -> str:
    tag = "blockquote expandable" if quote.folded else "blockquote"
    label = f"<i>{_said(quote.label, voice)}</i>\n" if quote.label else ""
    return f"{label}<{tag}>{escape(quote.content, quote=False)}</blockquote>"


def _said(words: Words, voice: Voice) -> str:
    return escape(voice.say(words), quote=False)


def _button(button: Button, voice: Voice) -> InlineKeyboardButton:
    label = voice.say(button.label)
    return InlineKeyboardButton(CHOSEN + label if button.chosen else label, callback_data=button.action)

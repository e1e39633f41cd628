"""Screens as Telegram messages: HTML text and inline keyboards. Pure."""

from dataclasses import dataclass
from html import escape

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from bot.domain.text import Words
from bot.i18n import Voice
from handlers.flows.screens import Ask, Block, Button, Facts, Line, Pair, Quote, Screen, Title
from handlers.layout import clip, label_of, paragraphs_of

NOTICE_LIMIT = 200
"""Characters in the answer to a callback query."""

PLACEHOLDER_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Rendered:
    """What sendMessage and editMessageText take; the text is HTML. An edit with no markup takes the buttons away."""

    text: str
    markup: InlineKeyboardMarkup | None


def render(screen: Screen, voice: Voice) -> Rendered:
    """The whole screen; the flows' paging keeps it inside Telegram's limit."""
    parts = (screen, *screen.below)
    blocks = tuple(block for part in parts for block in part.blocks)
    paragraphs = ["\n".join(_block(one, voice) for one in group) for group in paragraphs_of(blocks)]
    rows = [
        [_button(one, voice) for one in group.buttons[at : at + group.columns]]
        for part in parts
        for group in part.rows
        for at in range(0, len(group.buttons), group.columns)
    ]
    return Rendered("\n\n".join(paragraphs), InlineKeyboardMarkup(rows) if rows else None)


def render_ask(ask: Ask, voice: Voice) -> tuple[str, ForceReply]:
    """(HTML text, what makes the client open a reply)."""
    hint = clip(voice.say(ask.hint), PLACEHOLDER_LIMIT)
    return f"<b>{_said(ask.text, voice)}</b>", ForceReply(input_field_placeholder=hint)


def notice(text: Words | None, voice: Voice) -> str | None:
    """The little text over the chat after a tap."""
    return clip(voice.say(text), NOTICE_LIMIT) if text else None


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
    return InlineKeyboardButton(label_of(button, voice), callback_data=button.action)

"""Screens as Block Kit: messages, the App Home, and modals for what is typed.

What we say and what tasks say goes into plain text and rich text only, which Slack never parses.
"""

from collections.abc import Iterator
from secrets import token_hex
from typing import Any

from bot.domain.text import T, Words
from bot.i18n import Voice
from handlers.flows.screens import Ask, Block, Button, Facts, Group, Line, Pair, Quote, Screen, Title
from handlers.layout import clip, label_of, paragraphs_of

Json = dict[str, Any]

# Slack's limits, in characters or pieces.
LABEL, HEADER, MODAL_TITLE, INPUT, INPUT_LABEL, PLACEHOLDER = 75, 150, 24, 3000, 2000, 150
CONTEXT = 2000
BUTTONS = 25
RADIOS = 10

ASK = "ask"
"""Callback id of the modal that asks for words."""


def message(screen: Screen, voice: Voice) -> Json:
    """What chat.postMessage and chat.update take: blocks, and the text of the notification."""
    return {"blocks": list(_blocks(screen, voice)), "text": _summary(screen, voice)}


def home(screen: Screen, voice: Voice) -> Json:
    """The view that the App Home shows."""
    return {"type": "home", "blocks": list(_blocks(screen, voice))}


def modal(ask: Ask, voice: Voice) -> Json:
    """The modal that asks for words; each character typed is told, so that closing it loses nothing."""
    field: Json = {
        "type": "plain_text_input",
        "action_id": "text",
        "multiline": ask.long,
        "max_length": INPUT,
        "placeholder": _plain(clip(voice.say(ask.hint), PLACEHOLDER)),
        "focus_on_load": True,
        "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
    }
    if ask.written:
        field["initial_value"] = ask.written[:INPUT]
    question = voice.say(ask.text)
    whole = [_rich([_section([_text(question)])])] if len(question) > INPUT_LABEL else []
    if len(ask.written) > INPUT:  # the field cannot hold it all: here it can be read and copied
        whole.append(_quote(Quote(ask.written, T("Your answer so far")), voice))
    label = _plain(clip(question, INPUT_LABEL))
    asked = {"type": "input", "block_id": ask.slot, "dispatch_action": True, "label": label, "element": field}
    return {
        "type": "modal",
        "callback_id": ASK,
        "private_metadata": ask.slot,
        "title": _plain(clip(voice.say(T("Your answer")), MODAL_TITLE)),
        "submit": _plain(clip(voice.say(T("Send")), MODAL_TITLE)),
        "close": _plain(clip(voice.say(T("Close")), MODAL_TITLE)),
        "blocks": [*whole, asked],
    }


def escape(text: str) -> str:
    """For the few places where Slack takes nothing but its own notation."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _summary(screen: Screen, voice: Voice) -> str:
    """One line for the notification: the title, or what is said first."""
    said = (block.text for block in screen.blocks if isinstance(block, Title | Line))
    return escape(voice.say(next(said, "Tapwork")))


def _blocks(screen: Screen, voice: Voice) -> Iterator[Json]:
    for n, part in enumerate((screen, *screen.below)):
        if n:
            yield {"type": "divider"}
        for together in paragraphs_of(part.blocks):
            yield from _together(together, voice)
        for at, group in enumerate(part.rows):
            yield from _group(group, voice, f"{n}.{at}")


def _together(blocks: list[Block], voice: Voice) -> Iterator[Json]:
    """Blocks that stand close together; rich text is one piece, so that Slack puts no gap into it."""
    lines: list[list[Json]] = []
    for block in blocks:
        match block:
            case Title(text):
                yield _title(voice.say(text))
            case Facts(items):
                shown = " · ".join(voice.say(item) for item in items)
                yield {"type": "context", "elements": [_plain(clip(shown, CONTEXT))]}
            case Line(text, strong):
                lines.append([_text(voice.say(text), bold=strong)])
            case Pair(name, values):
                lines.append(_pair(name, values, voice))
            case Quote():
                yield _quote(block, voice)
    if lines:
        broken = [element for line in lines for element in (_text("\n"), *line)][1:]
        yield _rich([_section(broken)])


def _title(text: str) -> Json:
    if len(text) > HEADER:
        return _rich([_section([_text(text, bold=True)])])
    return {"type": "header", "text": _plain(text)}


def _pair(name: Words, values: tuple[Words, ...], voice: Voice) -> list[Json]:
    # A name that is no word of ours (a title) must not turn a right-to-left line round.
    shown = voice.isolated(name) if isinstance(name, str) else voice.say(name)
    return [_text(f"{shown} — "), _text(voice.listed(list(values)), bold=True)]


def _quote(quote: Quote, voice: Voice) -> Json:
    label = [_section([_text(voice.say(quote.label), italic=True)])] if quote.label else []
    return _rich([*label, {"type": "rich_text_quote", "elements": [_text(quote.content)]}])


def _group(group: Group, voice: Voice, at: str) -> Iterator[Json]:
    labels = [label_of(button, voice) for button in group.buttons]
    if any(len(label) > LABEL for label in labels):
        yield _numbered(labels)
        labels = [f"{n}. {label}" for n, label in enumerate(labels, 1)]
    labels = [clip(label, LABEL) for label in labels]
    if group.scale and len(labels) <= RADIOS:
        yield _radios(group.buttons, voice, at)
        return
    buttons = [_button(one, label) for one, label in zip(group.buttons, labels, strict=True)]
    for start in range(0, len(buttons), BUTTONS):
        yield {"type": "actions", "block_id": f"{at}.{start}", "elements": buttons[start : start + BUTTONS]}


def _numbered(labels: list[str]) -> Json:
    """Labels that are too long for a button, whole."""
    items = [_section([_text(label)]) for label in labels]
    return _rich([{"type": "rich_text_list", "style": "ordered", "elements": items}])


def _button(button: Button, label: str) -> Json:
    made: Json = {"type": "button", "action_id": button.action, "value": button.action, "text": _plain(label)}
    return {**made, "style": "primary"} if button.chosen else made


def _radios(buttons: tuple[Button, ...], voice: Voice, at: str) -> Json:
    options = [{"text": _plain(voice.say(one.label)), "value": one.action} for one in buttons]
    chosen = next((option for option, button in zip(options, buttons, strict=True) if button.chosen), None)
    element: Json = {"type": "radio_buttons", "action_id": "pick", "options": options}
    if chosen:
        element["initial_option"] = chosen
    # A client keeps what was picked for as long as the block has the same name, and what is picked cannot be picked
    # again: each time that it is shown, it shows what we know.
    return {"type": "actions", "block_id": f"{at}.{token_hex(4)}", "elements": [element]}


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def _rich(elements: list[Json]) -> Json:
    return {"type": "rich_text", "elements": elements}


def _section(elements: list[Json]) -> Json:
    return {"type": "rich_text_section", "elements": elements}


def _text(text: str, *, bold: bool = False, italic: bool = False) -> Json:
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    return {"type": "text", "text": text, **({"style": style} if style else {})}

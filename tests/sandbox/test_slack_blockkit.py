"""Block Kit: what is taken, what is refused, and where the refusal points."""

from typing import Any

import pytest

from sandbox.slack.blockkit.surfaces import message_blocks, view_content
from sandbox.slack.errors import SlackError

Block = dict[str, Any]


def plain(text: str = "x") -> Block:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Block:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "v", text: str = "x") -> Block:
    return {"text": plain(text), "value": value}


def options(number: int) -> list[Block]:
    return [option(f"v{n}") for n in range(number)]


def button(**fields: Any) -> Block:
    return {"type": "button", "text": plain(), **fields}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def section(**fields: Any) -> Block:
    return {"type": "section", **(fields or {"text": mrkdwn()})}


def ask(element: Block, **fields: Any) -> Block:
    return {"type": "input", "label": plain(), "element": element, **fields}


def rich(*elements: Block, kind: str = "rich_text_section", **fields: Any) -> Block:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements), **fields}]}


def text(words: str = "x", **fields: Any) -> Block:
    return {"type": "text", "text": words, **fields}


IMAGE = {"type": "image", "image_url": "https://x.org/a.png", "alt_text": "a picture"}
CONFIRM = {"title": plain(), "text": mrkdwn(), "confirm": plain(), "deny": plain(), "style": "danger"}
SELECT = {"type": "static_select", "placeholder": plain(), "options": options(100), "confirm": CONFIRM}
GOOD: list[Block] = [
    {"type": "header", "text": plain("x" * 150)},
    {"type": "divider", "block_id": "b" * 255},
    section(text=mrkdwn("x" * 3000), expand=True),
    section(fields=[mrkdwn("x" * 1000)] * 10),
    section(text=plain(), accessory=button(value="v" * 2000, url="https://x.org", style="primary")),
    section(
        text=plain(), accessory={"type": "overflow", "options": [option(), {**option("u"), "url": "https://x.org"}]}
    ),
    section(text=plain(), accessory=IMAGE),
    section(text=plain(), accessory={"type": "datepicker", "initial_date": "2026-02-28"}),
    {"type": "context", "elements": [IMAGE, mrkdwn(), plain()] * 3},
    IMAGE | {"title": plain(), "block_id": "i"},
    actions(*[button(action_id=f"a{n}", confirm=CONFIRM) for n in range(25)]),
    actions(SELECT | {"initial_option": option("v7")}),
    actions({"type": "static_select", "option_groups": [{"label": plain(), "options": options(3)}]}),
    actions({"type": "multi_static_select", "options": options(3), "initial_options": options(2)}),
    actions({"type": "radio_buttons", "options": options(10), "initial_option": option("v9")}),
    actions({"type": "checkboxes", "options": [{"text": mrkdwn("*x*"), "value": "v", "description": mrkdwn()}]}),
    ask({"type": "plain_text_input", "multiline": True, "min_length": 2, "max_length": 3000, "placeholder": plain()}),
    ask({"type": "plain_text_input", "initial_value": "x" * 3000}, hint=plain(), optional=True),
    ask(
        {"type": "plain_text_input", "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}},
        dispatch_action=True,
    ),
    ask({"type": "url_text_input", "initial_value": "https://x.org", "focus_on_load": True}),
    ask({"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "10.5"}),
    ask({"type": "radio_buttons", "options": options(2)}),
    rich(
        text("bold", style={"bold": True, "code": True}),
        {"type": "link", "url": "https://x.org", "text": "x"},
        {"type": "emoji", "name": "tada"},
        {"type": "user", "user_id": "U1"},
        {"type": "channel", "channel_id": "C1"},
        {"type": "broadcast", "range": "here"},
        {"type": "date", "timestamp": 1720710212, "format": "{date_long}", "fallback": "then"},
    ),
    rich(text("x" * 12_000), kind="rich_text_quote", border=1),
    rich(text("x = 1"), kind="rich_text_preformatted", border=0),
    rich(
        {"type": "rich_text_section", "elements": [text()]}, kind="rich_text_list", style="ordered", indent=8, offset=2
    ),
]
BAD: list[tuple[Block, str]] = [
    ({"text": plain()}, "missing required field: type [json-pointer:/blocks/0]"),
    ({"type": "video"}, "unsupported type: video [json-pointer:/blocks/0/type]"),
    (
        {"type": "header", "text": plain("x" * 151)},
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    ({"type": "header", "text": mrkdwn()}, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
    ({"type": "header"}, "missing required field: text [json-pointer:/blocks/0]"),
    ({"type": "divider", "text": plain()}, "invalid additional property: text [json-pointer:/blocks/0]"),
    ({"type": "divider", "block_id": "b" * 256}, "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    (section(expand=True), "needs text or fields [json-pointer:/blocks/0]"),
    (section(text=mrkdwn("")), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    (section(text=mrkdwn("x" * 3001)), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    (section(text=mrkdwn() | {"emoji": True}), "invalid additional property: emoji [json-pointer:/blocks/0/text]"),
    (section(fields=[mrkdwn()] * 11), "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    (section(fields=[mrkdwn("x" * 2001)]), "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"),
    (
        section(text=plain(), accessory={"type": "plain_text_input"}),
        "unsupported type: plain_text_input [json-pointer:/blocks/0/accessory/type]",
    ),
    (
        {"type": "context", "elements": [plain()] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    ({"type": "context", "elements": [button()]}, "unsupported type: button [json-pointer:/blocks/0/elements/0/type]"),
    ({"type": "image", "alt_text": "x"}, "needs either image_url or slack_file [json-pointer:/blocks/0]"),
    (IMAGE | {"image_url": "a.png"}, "must be a valid URL [json-pointer:/blocks/0/image_url]"),
    (actions(*[button()] * 26), "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
    (actions(), "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
    (actions(button(value="v" * 2001)), "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"),
    (actions(button(value=7)), "must provide a string [json-pointer:/blocks/0/elements/0/value]"),
    (actions(button(style="green")), "must be one of primary, danger [json-pointer:/blocks/0/elements/0/style]"),
    (
        actions(button(url="https://" + "x" * 3000)),
        "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
    ),
    (
        actions(button() | {"text": plain("x" * 76)}),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        actions(button(action_id="a"), button(action_id="a")),
        "action_id a already exists [json-pointer:/blocks/0/elements/1/action_id]",
    ),
    (
        actions({"type": "radio_buttons", "options": options(11)}),
        "no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        actions({"type": "radio_buttons", "options": [option("v", "x" * 76)]}),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    (
        actions({"type": "checkboxes", "options": [option("v" * 151)]}),
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    (
        actions({"type": "radio_buttons", "options": options(2), "initial_option": option("other")}),
        "must be one of the options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    (
        actions({"type": "checkboxes", "options": [option(), option()]}),
        "the values of options must be unique [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        actions({"type": "static_select", "options": options(101)}),
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (actions({"type": "static_select"}), "needs either options or option_groups [json-pointer:/blocks/0/elements/0]"),
    (
        actions({"type": "overflow", "options": options(6)}),
        "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        actions({"type": "datepicker", "initial_date": "28.2.26"}),
        "must be a date as YYYY-MM-DD [json-pointer:/blocks/0/elements/0/initial_date]",
    ),
    (ask(button()), "unsupported type: button [json-pointer:/blocks/0/element/type]"),
    (
        ask({"type": "plain_text_input", "initial_value": "x" * 3001}),
        "must be less than 3001 characters [json-pointer:/blocks/0/element/initial_value]",
    ),
    (
        ask({"type": "plain_text_input", "placeholder": plain("x" * 151)}),
        "must be less than 151 characters [json-pointer:/blocks/0/element/placeholder/text]",
    ),
    (
        ask({"type": "plain_text_input", "max_length": 3001}),
        "must be between 1 and 3000 [json-pointer:/blocks/0/element/max_length]",
    ),
    (
        ask({"type": "plain_text_input", "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}}),
        "needs dispatch_action in the block [json-pointer:/blocks/0/element/dispatch_action_config]",
    ),
    (
        ask({"type": "number_input"}),
        "missing required field: is_decimal_allowed [json-pointer:/blocks/0/element]",
    ),
    (
        ask({"type": "datepicker"}) | {"label": plain("x" * 2001)},
        "must be less than 2001 characters [json-pointer:/blocks/0/label/text]",
    ),
    (rich(text("")), "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]"),
    (
        rich(text(style={"big": True})),
        "invalid additional property: big [json-pointer:/blocks/0/elements/0/elements/0/style]",
    ),
    (rich({"type": "button"}), "unsupported type: button [json-pointer:/blocks/0/elements/0/elements/0/type]"),
    (
        rich(text(), kind="rich_text_list", style="bullet"),
        "unsupported type: text [json-pointer:/blocks/0/elements/0/elements/0/type]",
    ),
    (
        rich({"type": "emoji", "name": "x"}, kind="rich_text_preformatted"),
        "unsupported type: emoji [json-pointer:/blocks/0/elements/0/elements/0/type]",
    ),
]


def refusal(blocks: Any) -> list[str]:
    with pytest.raises(SlackError) as refused:
        message_blocks(blocks)
    assert refused.value.error == "invalid_blocks"
    return refused.value.messages


@pytest.mark.parametrize("block", GOOD, ids=lambda block: block["type"])
def test_taken(block: Block) -> None:
    """Each kind of block is taken, up to its limits."""
    (completed,) = message_blocks([block])
    assert completed["block_id"]


@pytest.mark.parametrize(("block", "message"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_refused(block: Block, message: str) -> None:
    """What breaks a rule is refused with the place of what is wrong."""
    assert refusal([block]) == [message]


def test_whole_messages() -> None:
    """A message has at most 50 blocks with ids of their own, and a size that Slack takes."""
    assert len(message_blocks([section()] * 50)) == 50
    assert refusal([section()] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]
    twins = [{"type": "divider", "block_id": "b"}] * 2
    assert refusal(twins) == ["block_id b already exists [json-pointer:/blocks/1/block_id]"]
    with pytest.raises(SlackError, match="msg_blocks_too_long"):
        message_blocks([section(text=mrkdwn("x" * 3000))] * 5)
    for nonsense in ("x", {"type": "divider"}, ["x"]):
        with pytest.raises(SlackError, match="invalid_blocks_format"):
            message_blocks(nonsense)


def test_completed() -> None:
    """Ids that are missing are made up, and texts are completed, without touching what was sent."""
    sent = actions(button())
    (completed,) = message_blocks([sent])
    assert completed["elements"][0]["action_id"]
    assert completed["elements"][0]["text"] == plain() | {"emoji": True}
    assert sent == actions(button())


def modal(**fields: Any) -> Block:
    return {"type": "modal", "title": plain(), "blocks": [section()], **fields}


@pytest.mark.parametrize(
    ("view", "kind", "message"),
    [
        (modal(title=plain("x" * 25)), "modal", "must be less than 25 characters [json-pointer:/view/title/text]"),
        (modal(submit=plain("x" * 25)), "modal", "must be less than 25 characters [json-pointer:/view/submit/text]"),
        (modal(close=mrkdwn()), "modal", "unsupported type: mrkdwn [json-pointer:/view/close/type]"),
        (
            modal(private_metadata="x" * 3001),
            "modal",
            "must be less than 3001 characters [json-pointer:/view/private_metadata]",
        ),
        (modal(callback_id="x" * 256), "modal", "must be less than 256 characters [json-pointer:/view/callback_id]"),
        (modal(blocks=[section()] * 101), "modal", "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (modal(blocks=[{"type": "x"}]), "modal", "unsupported type: x [json-pointer:/view/blocks/0/type]"),
        (modal(color="red"), "modal", "invalid additional property: color [json-pointer:/view]"),
        ({"type": "modal", "blocks": []}, "modal", "missing required field: title [json-pointer:/view]"),
        (
            modal(blocks=[ask({"type": "plain_text_input"})]),
            "modal",
            "missing required field: submit, which a modal with inputs needs [json-pointer:/view]",
        ),
        (
            modal(submit=plain(), blocks=[ask({"type": "plain_text_input", "focus_on_load": True})] * 2),
            "modal",
            "only one element may have focus_on_load [json-pointer:/view/blocks]",
        ),
        (modal(), "home", "must be home [json-pointer:/view/type]"),
        (
            {"type": "home", "blocks": [], "title": plain()},
            "home",
            "invalid additional property: title [json-pointer:/view]",
        ),
        ("x", "home", "must provide an object [json-pointer:/view]"),
    ],
)
def test_views_refused(view: Any, kind: str, message: str) -> None:
    """A view that breaks a rule is refused with the place of what is wrong."""
    with pytest.raises(SlackError) as refused:
        view_content(view, kind)
    assert (refused.value.error, refused.value.messages) == ("invalid_arguments", [message])


def test_views_taken() -> None:
    """A modal and an App Home are taken up to their limits; one above 250 kB is not."""
    flags = dict.fromkeys(("clear_on_close", "notify_on_close", "submit_disabled"), True)
    labels = {"title": plain("x" * 24), "submit": plain("x" * 24), "close": plain("x" * 24)}
    whole = modal(blocks=[section()] * 100, private_metadata="x" * 3000, callback_id="x" * 255, **flags, **labels)
    assert len(view_content(whole, "modal")["blocks"]) == 100
    assert view_content({"type": "home", "blocks": []}, "home")["blocks"] == []
    with pytest.raises(SlackError, match="view_too_large"):
        view_content(modal(blocks=[section(text=mrkdwn("x" * 3000))] * 90), "modal")

"""What people do in Slack, and what the app is told of it."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.errors import WorldError
from sandbox.slack.members import Member
from sandbox.slack.messages import Message
from sandbox.slack.views import View
from sandbox.slack.world import Workspace

from slack_app import RawApp  # isort: skip


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(value: str) -> dict[str, Any]:
    return {"text": plain(value.upper()), "value": value}


def button(action_id: str, **fields: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain(action_id.title()), **fields}


RADIO = {"type": "radio_buttons", "action_id": "score", "options": [option("1"), option("2")]}
TICKS = {"type": "checkboxes", "action_id": "flags", "options": [option("a"), option("b")]}
MENU = {"type": "static_select", "action_id": "menu", "options": [option("x"), option("y")]}
MANY = {
    "type": "multi_static_select",
    "action_id": "many",
    "options": [option("p"), option("q"), option("r")],
    "max_selected_items": 2,
}
MORE = {"type": "overflow", "action_id": "more", "options": [option("o")]}
DAY = {"type": "datepicker", "action_id": "day", "initial_date": "2026-01-01"}
FORM = [
    {"type": "actions", "block_id": "choices", "elements": [RADIO, TICKS, MENU, MANY, MORE, DAY]},
    {"type": "actions", "block_id": "end", "elements": [button("submit", value="81", style="primary")]},
]


def ask(block_id: str, element: dict[str, Any], **fields: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "text"} | element
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element, **fields}


def modal(*blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    labels = {"title": plain("Reason"), "submit": plain("Send"), "close": plain("Back")}
    return {"type": "modal", "callback_id": "reason", "blocks": list(blocks), **labels, **fields}


@pytest.fixture
async def form(slack: AsyncWebClient, workspace: Workspace, eva: Member) -> Message:
    """A message with one of each kind of choice, in Eva's DM."""
    await slack.chat_postMessage(channel=eva.id, text="form", blocks=FORM)
    return workspace.messages(eva)[-1]


async def open_modal(
    slack: AsyncWebClient, workspace: Workspace, app: RawApp, eva: Member, view: dict[str, Any]
) -> View:
    """What Eva sees after a command that opens `view`."""
    await workspace.command(eva, "ask").acked(5)
    await slack.views_open(trigger_id=app.payloads[-1]["trigger_id"], view=view)
    return workspace.modals(eva)[-1]


async def test_typed_messages(raw_app: RawApp, workspace: Workspace, eva: Member) -> None:
    """What is typed comes escaped, with links and emoji marked, and as rich text."""
    await workspace.write(eva, 'a <b> & "c" 👍🏽 https://x.org/?a=1&b=2, or x.org\nnext ✓ ❤️').acked(5)
    event = raw_app.payloads[0]["event"]
    assert event["text"] == (
        'a &lt;b&gt; &amp; "c" :+1::skin-tone-4: <https://x.org/?a=1&amp;b=2>, or <http://x.org|x.org>\nnext ✓ :heart:'
    )
    (block,) = event["blocks"]
    assert (block["type"], block["elements"][0]["type"]) == ("rich_text", "rich_text_section")
    assert block["elements"][0]["elements"] == [
        {"type": "text", "text": 'a <b> & "c" '},
        {"type": "emoji", "name": "+1", "unicode": "1f44d-1f3fd", "skin_tone": 4},
        {"type": "text", "text": " "},
        {"type": "link", "url": "https://x.org/?a=1&b=2"},
        {"type": "text", "text": ", or "},
        {"type": "link", "url": "http://x.org", "text": "x.org"},
        {"type": "text", "text": "\nnext ✓ "},
        {"type": "emoji", "name": "heart", "unicode": "2764-fe0f"},
    ]
    assert (event["user"], event["channel"], event["channel_type"]) == (eva.id, workspace.im(eva), "im")
    assert event["client_msg_id"]
    assert event["ts"] == event["event_ts"]
    assert workspace.messages(eva)[0].plain().startswith('a <b> & "c" 👍🏽 https://x.org/?a=1&b=2, or x.org')


@pytest.mark.parametrize(
    ("typed", "text", "elements"),
    [
        (
            "mail me@x.org.",
            "mail <mailto:me@x.org|me@x.org>.",
            [{"type": "link", "url": "mailto:me@x.org", "text": "me@x.org"}, {"type": "text", "text": "."}],
        ),
        ("@eva hi", "<@U00000001> hi", [{"type": "user", "user_id": "U00000001"}, {"type": "text", "text": " hi"}]),
        ("@nobody hi", "@nobody hi", [{"type": "text", "text": "@nobody hi"}]),
        ("🇪🇸", ":flag-es:", None),
        ("3.5 is e.g. fine", "3.5 is e.g. fine", [{"type": "text", "text": "3.5 is e.g. fine"}]),
    ],
)
async def test_what_is_recognized(
    raw_app: RawApp, workspace: Workspace, eva: Member, typed: str, text: str, elements: list[dict[str, Any]] | None
) -> None:
    """Addresses and people are recognized, and what only looks like them is left alone."""
    await workspace.write(eva, typed).acked(5)
    event = raw_app.payloads[0]["event"]
    assert event["text"] == text
    if elements is not None:
        assert event["blocks"][0]["elements"][0]["elements"][-len(elements) :] == elements


async def test_what_cannot_be_typed(workspace: Workspace, eva: Member) -> None:
    """An empty message and one above 12,000 characters are kept back by Slack's app."""
    with pytest.raises(WorldError, match="a message needs a text"):
        workspace.write(eva, " ")
    with pytest.raises(WorldError, match="at most 12000 characters"):
        workspace.write(eva, "x" * 12_001)


async def test_own_messages_are_heard(raw_app: RawApp, slack: AsyncWebClient, eva: Member) -> None:
    """An app that asked for messages hears its own, their changes and their end, but no ephemeral ones."""
    sent = await slack.chat_postMessage(channel=eva.id, text="one")
    await slack.chat_update(channel=sent["channel"], ts=sent["ts"], text="two")
    await slack.chat_delete(channel=sent["channel"], ts=sent["ts"])
    await slack.chat_postEphemeral(channel=sent["channel"], user=eva.id, text="psst")
    await raw_app.until(4)
    events = {payload["event"].get("subtype"): payload["event"] for payload in raw_app.payloads}
    assert set(events) == {None, "message_changed", "message_deleted"}
    assert events[None]["bot_id"]
    changed = events["message_changed"]
    assert (changed["previous_message"]["text"], changed["message"]["text"], changed["hidden"]) == ("one", "two", True)
    assert events["message_deleted"]["deleted_ts"] == sent["ts"]


async def test_subscriptions(raw_app: RawApp, workspace: Workspace, eva: Member) -> None:
    """Only what the app asked for is delivered, and in channels only where it is a member."""
    channel = workspace.add_channel("general", [eva])
    other = workspace.add_channel("other", [eva], with_bot=False)
    await workspace.write(eva, "not asked for", channel).acked(5)
    await workspace.write(eva, "@tapwork help", channel).acked(5)
    workspace.subscriptions.add("message.channels")
    await workspace.write(eva, "asked for", channel).acked(5)
    await workspace.write(eva, "elsewhere", other).acked(5)
    found = [(one["event"]["type"], one["event"]["text"]) for one in raw_app.payloads]
    assert found == [("app_mention", f"<@{workspace.bot_user_id}> help"), ("message", "asked for")]
    with pytest.raises(WorldError, match="Eva is in no channel C9"):
        workspace.write(eva, "x", "C9")


async def test_opening_the_app(raw_app: RawApp, slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """Opening a tab is told with the tab, and with the Home as it stands."""
    await workspace.open_messages(eva).acked(5)
    await slack.views_publish(user_id=eva.id, view={"type": "home", "blocks": FORM})
    await workspace.open_home(eva).acked(5)
    first, second = (payload["event"] for payload in raw_app.payloads)
    assert (first["type"], first["tab"], "view" in first) == ("app_home_opened", "messages", False)
    assert (second["tab"], second["channel"], second["view"]["type"]) == ("home", workspace.im(eva), "home")


async def test_pressing_a_button(raw_app: RawApp, workspace: Workspace, eva: Member, form: Message) -> None:
    """A press is told with all that an app may want to know of it."""
    raw_app.received.clear()
    await workspace.act(eva, form, "submit").acked(5)
    (payload,) = (one for one in raw_app.payloads if one["type"] == "block_actions")
    assert payload["user"] == {"id": eva.id, "username": "eva", "name": "eva", "team_id": workspace.team_id}
    assert payload["container"] == {
        "type": "message",
        "message_ts": form.ts,
        "channel_id": form.channel,
        "is_ephemeral": False,
    }
    (action,) = payload["actions"]
    assert action.pop("action_ts")
    assert action == {
        "type": "button",
        "action_id": "submit",
        "block_id": "end",
        "text": plain("Submit") | {"emoji": True},
        "value": "81",
        "style": "primary",
    }
    assert payload["message"]["ts"] == form.ts
    assert payload["channel"] == {"id": form.channel, "name": "directmessage"}
    assert payload["state"]["values"]["choices"]["score"] == {"type": "radio_buttons", "selected_option": None}
    assert payload["trigger_id"]
    assert payload["response_url"].startswith("http://")
    assert (payload["team"]["id"], payload["api_app_id"]) == (workspace.team_id, workspace.app_id)


async def test_choosing(raw_app: RawApp, workspace: Workspace, eva: Member, form: Message) -> None:
    """Each choice is told at once, and stands chosen on the screen until it changes."""
    for action_id, value in (
        ("score", "2"),
        ("flags", "a"),
        ("flags", "b"),
        ("flags", "a"),
        ("menu", "x"),
        ("more", "o"),
    ):
        await workspace.act(eva, form, action_id, option=value).acked(5)
    await workspace.act(eva, form, "day", option="2026-02-03").acked(5)
    for value in ("p", "q"):
        await workspace.act(eva, form, "many", option=value).acked(5)
    with pytest.raises(WorldError, match="at most 2 may be chosen"):
        workspace.act(eva, form, "many", option="r")
    chosen = [(one.kind, one.value) for one in form.buttons() if one.chosen]
    assert chosen == [("radio", "2"), ("checkbox", "b"), ("select", "x"), ("select", "p"), ("select", "q")]
    acts = [one for one in raw_app.payloads if one["type"] == "block_actions"]
    told = [one["actions"][0] for one in acts]
    assert [one["value"] for one in told[2]["selected_options"]] == ["a", "b"]
    assert told[5]["selected_option"]["value"] == "o"
    assert told[6]["selected_date"] == "2026-02-03"
    assert acts[-1]["state"]["values"]["choices"]["score"]["selected_option"]["value"] == "2"
    with pytest.raises(WorldError, match="score has no option '9'"):
        workspace.act(eva, form, "score", option="9")
    with pytest.raises(WorldError, match="there is no element 'none'"):
        workspace.act(eva, form, "none")


async def test_what_is_chosen_stays_with_its_ids(
    slack: AsyncWebClient, workspace: Workspace, eva: Member, form: Message
) -> None:
    """An update keeps a choice while block and action ids stay, whatever the new initial option."""
    workspace.act(eva, form, "score", option="2")
    again = {"type": "actions", "block_id": "choices", "elements": [RADIO | {"initial_option": option("1")}]}
    await slack.chat_update(channel=form.channel, ts=form.ts, text="x", blocks=[again])
    assert [one.value for one in form.buttons() if one.chosen] == ["2"]
    await slack.chat_update(channel=form.channel, ts=form.ts, text="x", blocks=[again | {"block_id": "new"}])
    assert [one.value for one in form.buttons() if one.chosen] == ["1"]


async def test_stale_screens(
    raw_app: RawApp, slack: AsyncWebClient, workspace: Workspace, eva: Member, form: Message
) -> None:
    """A press on an old screen goes through where it is meant to, on a deleted message too."""
    await slack.chat_update(channel=form.channel, ts=form.ts, text="done")
    with pytest.raises(WorldError, match="there is no element 'submit'"):
        workspace.act(eva, form, "submit")
    await workspace.act(eva, form, "submit", stale=True).acked(5)
    await slack.chat_delete(channel=form.channel, ts=form.ts)
    with pytest.raises(WorldError, match="there is no message"):
        workspace.act(eva, form, "submit")
    await workspace.act(eva, form, "submit", stale=True).acked(5)
    values = [one["actions"][0]["value"] for one in raw_app.payloads if one["type"] == "block_actions"]
    assert values == ["81", "81"]


async def test_response_urls(
    raw_app: RawApp, slack: AsyncWebClient, workspace: Workspace, eva: Member, form: Message
) -> None:
    """An act can be answered where it was done, five times, by replacing or deleting the message too."""
    await workspace.act(eva, form, "submit").acked(5)
    url = raw_app.payloads[-1]["response_url"]

    async def respond(**body: Any) -> tuple[int, Any]:
        async with raw_app.session.post(url, json=body) as answer:
            return answer.status, await answer.json()

    assert await respond(text="only you") == (200, {"ok": True})
    assert await respond(text="all", response_type="in_channel") == (200, {"ok": True})
    assert await respond(text="new", replace_original=True) == (200, {"ok": True})
    assert (await respond(text=""))[0] == 400
    assert (await respond(txt="x"))[0] == 400
    found = [(one.plain(), one.ephemeral) for one in workspace.messages(eva)]
    assert found == [("new", False), ("only you", True), ("all", False)]
    assert await respond(delete_original=True) == (200, {"ok": True})
    assert (await respond(text="x", replace_original=True))[1]["error"] == "message_not_found"
    assert (await respond(text="last"))[0] == 200
    assert await respond(text="x") == (404, {"ok": False, "error": "used_url"})
    url += "x"
    assert await respond(text="x") == (404, {"ok": False, "error": "expired_url"})


async def test_triggers(raw_app: RawApp, slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """A trigger opens one modal within three seconds."""

    async def error(trigger_id: str) -> str:
        with pytest.raises(SlackApiError) as refused:
            await slack.views_open(trigger_id=trigger_id, view=modal(ask("why", {})))
        return str(refused.value.response["error"])

    await open_modal(slack, workspace, raw_app, eva, modal(ask("why", {})))
    assert await error(raw_app.payloads[-1]["trigger_id"]) == "exchanged_trigger_id"
    assert await error("1.2.x") == "invalid_trigger_id"
    await workspace.command(eva, "ask").acked(5)
    workspace.triggers.seconds = -1
    assert await error(raw_app.payloads[-1]["trigger_id"]) == "expired_trigger_id"


async def test_filling_in_a_modal(raw_app: RawApp, slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """What is missing or wrong is told on the spot; what is sent comes with the state, and the modal closes."""
    blocks = [
        ask("why", {"multiline": True, "min_length": 5, "placeholder": plain("Because")}),
        ask("link", {"type": "url_text_input"}, optional=True),
        ask("age", {"type": "number_input", "is_decimal_allowed": False, "max_value": "99"}, optional=True),
        {"type": "input", "block_id": "pick", "label": plain("Pick"), "element": RADIO},
    ]
    view = await open_modal(slack, workspace, raw_app, eva, modal(*blocks, private_metadata="81"))
    assert (view.title, view.submit, view.close, view.private_metadata) == ("Reason", "Send", "Back", "81")
    why = view.inputs()[0]
    assert (why.label, why.value, why.placeholder, why.multiline) == ("why", None, "Because", True)
    act = workspace.submit(eva)
    assert act.error is not None
    required = "Please complete this required field."
    assert view.errors == {"why": required, "pick": required}
    for block_id, text in (("why", "no"), ("link", "x.org"), ("age", "100")):
        workspace.type(eva, text, block_id=block_id)
    workspace.act(eva, view, "score", option="2")
    assert len(raw_app.envelopes) == 1, "an input's use is not told before the form is sent"
    await workspace.submit(eva).acked(5)
    assert view.errors == {
        "why": "Please enter at least 5 characters.",
        "link": "Please enter a valid URL.",
        "age": "Please enter a number of at most 99.",
    }
    for block_id, text in (("why", "so it is"), ("link", ""), ("age", "7")):
        workspace.type(eva, text, block_id=block_id)
    await workspace.submit(eva).acked(5)
    payload = raw_app.payloads[-1]
    assert (payload["type"], payload["view"]["callback_id"]) == ("view_submission", "reason")
    values = payload["view"]["state"]["values"]
    assert values["why"]["text"] == {"type": "plain_text_input", "value": "so it is"}
    assert values["link"]["text"] == {"type": "url_text_input", "value": None}
    assert values["pick"]["score"]["selected_option"]["value"] == "2"
    assert workspace.modals(eva) == []
    with pytest.raises(WorldError, match="Eva has no modal open"):
        workspace.submit(eva)


@pytest.mark.parametrize(
    ("element", "text", "error"),
    [
        ({"type": "email_text_input"}, "me", "Please enter a valid email address."),
        ({"type": "email_text_input"}, "me@x.org", None),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Please enter a number."),
        ({"type": "number_input", "is_decimal_allowed": True}, "1.5", None),
        (
            {"type": "number_input", "is_decimal_allowed": True, "min_value": "2"},
            "1.5",
            "Please enter a number of at least 2.",
        ),
        ({"max_length": 2}, "abc", "Please enter at most 2 characters."),
        ({"type": "url_text_input"}, "https://x.org/a", None),
    ],
)
async def test_fields_are_checked(
    raw_app: RawApp,
    slack: AsyncWebClient,
    workspace: Workspace,
    eva: Member,
    element: dict[str, Any],
    text: str,
    error: str | None,
) -> None:
    """What does not fit a field is told before the form is sent."""
    view = await open_modal(slack, workspace, raw_app, eva, modal(ask("field", element)))
    workspace.type(eva, text)
    assert workspace.submit(eva).error == error
    assert view.errors == ({"field": error} if error else {})


async def test_answers_to_a_submission(
    raw_app: RawApp, slack: AsyncWebClient, workspace: Workspace, eva: Member
) -> None:
    """The ack may show errors, put another view in place or on top, and clear all; a wrong one is a warning."""
    view = await open_modal(slack, workspace, raw_app, eva, modal(ask("why", {})))
    workspace.type(eva, "because")
    other = modal(ask("more", {}))
    wrong: list[dict[str, Any]] = [
        {"response_action": "errors", "errors": {"none": "x"}},
        {"response_action": "errors"},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "jump"},
    ]
    for answer in wrong:
        raw_app.answers = [answer]
        act = workspace.submit(eva)
        await act.acked(5)
        assert act.error is not None
        assert view.errors == {"": act.error}
    raw_app.answers = [{"response_action": "errors", "errors": {"why": "Say more"}}]
    await workspace.submit(eva).acked(5)
    assert view.errors == {"why": "Say more"}
    before = view.hash
    raw_app.answers = [{"response_action": "update", "view": other}]
    await workspace.submit(eva).acked(5)
    assert (workspace.modals(eva), view.inputs()[0].block_id, view.hash == before) == ([view], "more", False)
    workspace.type(eva, "more")
    for height in (2, 3):
        raw_app.answers = [{"response_action": "push", "view": modal(ask(str(height), {}, optional=True))}]
        await workspace.submit(eva).acked(5)
        assert len(workspace.modals(eva)) == height
    raw_app.answers = [{"response_action": "push", "view": other}]
    act = workspace.submit(eva)
    await act.acked(5)
    assert "push_limit_reached" in str(act.error)
    await workspace.submit(eva).acked(5)
    assert len(workspace.modals(eva)) == 2
    raw_app.answers = [{"response_action": "clear"}]
    await workspace.submit(eva).acked(5)
    assert workspace.modals(eva) == []


async def test_unanswered_submission(raw_app: RawApp, slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """A submission that nobody takes leaves the modal open with a warning, and is not sent again by itself."""
    view = await open_modal(slack, workspace, raw_app, eva, modal(ask("why", {})))
    workspace.type(eva, "because")
    workspace.ack_seconds, raw_app.answers = 0.05, [None]
    assert await workspace.submit(eva).acked(5) is None
    assert view.errors == {"": "We had some trouble connecting. Try again?"}
    await workspace.submit(eva).acked(5)
    assert workspace.modals(eva) == []


async def test_views_over_the_api(raw_app: RawApp, slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """A modal is updated under its hash, and others are pushed on it after an act in it, three in all."""
    blocks = [*FORM, ask("why", {})]
    view = await open_modal(slack, workspace, raw_app, eva, modal(*blocks, external_id="e"))
    workspace.type(eva, "typed")
    updated = await slack.views_update(external_id="e", view=modal(*blocks, external_id="e"), hash=view.hash)
    assert updated["view"]["state"]["values"]["why"]["text"]["value"] == "typed"
    for call in (
        slack.views_update(view_id=view.id, view=modal(), hash="1.old"),
        slack.views_update(view_id="V404", view=modal()),
        slack.api_call("views.update", json={"view": modal()}),
    ):
        with pytest.raises(SlackApiError) as refused:
            await call
        assert refused.value.response["error"] in ("hash_conflict", "not_found", "invalid_arguments")
    await workspace.act(eva, view, "submit").acked(5)
    payload = raw_app.payloads[-1]
    assert (payload["container"], payload["view"]["id"]) == ({"type": "view", "view_id": view.id}, view.id)
    assert "response_url" not in payload
    pushed = await slack.views_push(trigger_id=payload["trigger_id"], view=modal(*FORM))
    assert (pushed["view"]["previous_view_id"], pushed["view"]["root_view_id"]) == (view.id, view.id)
    with pytest.raises(WorldError, match="is not on top"):
        workspace.act(eva, view, "submit")
    await workspace.command(eva, "x").acked(5)
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await slack.views_push(trigger_id=raw_app.payloads[-1]["trigger_id"], view=modal(*FORM))


async def test_closing(raw_app: RawApp, slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """Closing is told where the view asked for it; nothing is left on the screen."""
    await open_modal(slack, workspace, raw_app, eva, modal(ask("why", {})))
    await workspace.close(eva).acked(5)
    assert len(raw_app.envelopes) == 1
    await open_modal(slack, workspace, raw_app, eva, modal(ask("why", {}), notify_on_close=True))
    await workspace.close(eva).acked(5)
    payload = raw_app.payloads[-1]
    assert (payload["type"], payload["is_cleared"]) == ("view_closed", False)
    assert workspace.modals(eva) == []


async def test_typing_that_is_told(raw_app: RawApp, slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """Where the block asks for it, each character or the enter key is told at once."""
    letters = {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    blocks = [ask("letters", letters, dispatch_action=True), ask("enter", {}, dispatch_action=True)]
    view = await open_modal(slack, workspace, raw_app, eva, modal(*blocks))
    await workspace.type(eva, "abc", block_id="letters").acked(5)
    await workspace.type(eva, "def", block_id="enter").acked(5)
    await workspace.act(eva, view, "text", "enter").acked(5)
    acts = [one["actions"][0] for one in raw_app.payloads if "actions" in one]
    assert [(one["block_id"], one["value"]) for one in acts] == [("letters", "abc"), ("enter", "def")]
    with pytest.raises(WorldError, match="there is no field"):
        workspace.type(eva, "x", block_id="none")


async def test_shortcuts(raw_app: RawApp, workspace: Workspace, eva: Member, form: Message) -> None:
    """A message shortcut comes with the message and a trigger."""
    await workspace.shortcut(eva, "explain", form).acked(5)
    payload = raw_app.payloads[-1]
    assert (payload["type"], payload["callback_id"], payload["message"]["ts"]) == ("message_action", "explain", form.ts)
    assert payload["trigger_id"]
    assert payload["response_url"]


async def test_uploads(raw_app: RawApp, workspace: Workspace, eva: Member) -> None:
    """A shared file comes as a message with the file, and as a file of its own."""
    await workspace.upload(eva, "tasks.jsonl", b"{}", "application/jsonl", "Here").acked(5)
    await raw_app.until(3)
    events = {one["event"]["type"]: one["event"] for one in raw_app.payloads}
    message, shared = events["message"], events["file_shared"]
    assert (message["subtype"], message["text"], message["files"][0]["name"]) == ("file_share", "Here", "tasks.jsonl")
    assert (shared["file_id"], shared["user_id"]) == (message["files"][0]["id"], eva.id)
    with pytest.raises(WorldError, match="a file must not be empty"):
        workspace.upload(eva, "x", b"")


async def test_deactivation(raw_app: RawApp, workspace: Workspace, eva: Member) -> None:
    """The app is told when somebody is deactivated or comes back; meanwhile they do nothing."""
    await workspace.deactivate(eva).acked(5)
    with pytest.raises(WorldError, match="Eva is deactivated"):
        workspace.write(eva, "x")
    await workspace.reactivate(eva).acked(5)
    await workspace.reactivate(eva).acked(5)
    assert [one["event"]["user"]["deleted"] for one in raw_app.payloads] == [True, False]


def test_people(workspace: Workspace, eva: Member) -> None:
    """Handles are unique, and senseless people are refused."""
    assert (eva.name, workspace.add_person("Eva").name, workspace.add_person("Ana María").name) == (
        "eva",
        "eva2",
        "ana.maría",
    )
    with pytest.raises(WorldError, match="a person needs a name"):
        workspace.add_person(" ")
    with pytest.raises(WorldError, match="there is no time zone Mars"):
        workspace.add_person("Al", tz="Mars")
    with pytest.raises(WorldError, match="there is no person U404"):
        workspace.messages("U404")


async def test_reading(slack: AsyncWebClient, workspace: Workspace, eva: Member) -> None:
    """What can be read is given as read: marks gone, lists and quotes in order, content untouched."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "item", "style": {"bold": True}}]}
    rich = [
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "an *answer* <b>"}]},
        {"type": "rich_text_list", "style": "ordered", "elements": [section, section]},
        {
            "type": "rich_text_section",
            "elements": [{"type": "emoji", "name": "tada"}, {"type": "user", "user_id": "U1"}],
        },
    ]
    blocks = [
        {"type": "header", "text": plain("Rate *this*")},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*Bold* and _it_ &amp; <https://x.org|a link> `*code*`"},
        },
        {"type": "section", "fields": [plain("*one*"), {"type": "mrkdwn", "text": "2 * 3 * 4"}]},
        {"type": "rich_text", "elements": rich},
        {"type": "divider"},
        {"type": "context", "elements": [plain("left"), plain("right")]},
    ]
    await slack.chat_postMessage(channel=eva.id, text="x", blocks=blocks)
    (message,) = workspace.messages(eva)
    assert message.plain().splitlines() == [
        "Rate *this*",
        "Bold and it & a link *code*",
        "*one*",
        "2 * 3 * 4",
        "an *answer* <b>",
        "1. item",
        "2. item",
        "🎉@U1",
        "left right",
    ]
    assert message.strong() == ["Rate *this*", "Bold", "item", "item"]
    assert message.quotes() == ["an *answer* <b>"]

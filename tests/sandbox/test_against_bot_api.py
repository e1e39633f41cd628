"""The sandbox compared with the Bot API as data: served methods, their parameters, and the objects it sends."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from sandbox.telegram.chats import Person
from sandbox.telegram.methods import HANDLERS
from sandbox.telegram.profile import TEXT_LIMITS
from sandbox.telegram.signatures import FAMILIES, METHODS, OBJECTS, Field
from sandbox.telegram.updates import KINDS

from sandbox_client import Client  # isort: skip

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("TAPWORK_BOT_API_JSON", ROOT.parent / "shared" / "data" / "telegram-bot-api-10.1.json"))
pytestmark = pytest.mark.skipif(
    not DATA.is_file(), reason=f"the Bot API as data is not at {DATA}; set TAPWORK_BOT_API_JSON"
)
SCALARS: dict[str, tuple[type, ...]] = {"Integer": (int,), "String": (str,), "Float": (float, int)}
KEYBOARD = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "Go", "url": "https://x.org"}]]}


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(DATA.read_text())
    return data


def as_documented(name: str) -> str:
    """`X[]` is `Array of X` in the data."""
    return f"Array of {as_documented(name[:-2])}" if name.endswith("[]") else name


def differences(ours: dict[str, Field], documented: list[dict[str, Any]]) -> list[str]:
    """What of our fields is not as documented."""
    known = {field["name"]: field for field in documented}
    found = [f"unknown {name}" for name in ours if name not in known]
    for field in ours.values():
        theirs = known.get(field.name)
        if theirs is None or field.types[0].startswith("="):
            continue
        if sorted(map(as_documented, field.types)) != sorted(theirs["types"]):
            found.append(f"{field.name} is {theirs['types']}, not {field.types}")
        if field.required != theirs["required"]:
            found.append(f"{field.name} required: {theirs['required']}")
    missing = [name for name, field in known.items() if field["required"] and name not in ours]
    return found + [f"missing {name}" for name in missing]


@pytest.mark.parametrize("name", sorted(METHODS))
def test_method(spec: dict[str, Any], name: str) -> None:
    """Each served method exists and takes what is documented."""
    assert name == "getUpdates" or name in HANDLERS
    assert differences(METHODS[name], spec["methods"][name].get("fields", [])) == []


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_object(spec: dict[str, Any], name: str) -> None:
    """Each object in a parameter has the documented fields."""
    assert differences(OBJECTS[name], spec["types"][name]["fields"]) == []


def test_every_handler_is_declared() -> None:
    """No method is served without its parameters being declared."""
    assert set(HANDLERS) | {"getUpdates"} == set(METHODS)


def test_families(spec: dict[str, Any]) -> None:
    """The choices of each "one of" type are among the documented ones."""
    for name, members in FAMILIES.items():
        assert set(members) <= set(spec["types"][name]["subtypes"])


def test_update_kinds(spec: dict[str, Any]) -> None:
    """The kinds of updates are the documented ones."""
    assert {field["name"] for field in spec["types"]["Update"]["fields"]} - {"update_id"} == KINDS


def test_text_limits(spec: dict[str, Any]) -> None:
    """The lengths of names and descriptions are the documented ones."""
    for method, field in (("setMyName", "name"), ("setMyDescription", "description")):
        described = next(entry for entry in spec["methods"][method]["fields"] if entry["name"] == field)
        assert f"0-{TEXT_LIMITS[field]} characters" in described["description"]


def faults_of(spec: dict[str, Any], types: list[str], value: Any, place: str) -> list[str]:
    """Where `value` is none of the documented `types`; the best match's faults."""
    return min((_faults(spec, name, value, place) for name in types), key=len)


def _faults(spec: dict[str, Any], name: str, value: Any, place: str) -> list[str]:
    if name.startswith("Array of "):
        if not isinstance(value, list):
            return [f"{place} is no array"]
        inner = name.removeprefix("Array of ")
        return [fault for n, item in enumerate(value) for fault in _faults(spec, inner, item, f"{place}[{n}]")]
    if name in ("Boolean", "True"):
        return [] if isinstance(value, bool) and (value or name == "Boolean") else [f"{place} is not {name}"]
    if name in SCALARS:
        return [] if isinstance(value, SCALARS[name]) and not isinstance(value, bool) else [f"{place} is no {name}"]
    kind = spec["types"][name]
    if "subtypes" in kind:
        return faults_of(spec, kind["subtypes"], value, place)
    if not isinstance(value, dict):
        return [f"{place} is no {name}"]
    fields = {field["name"]: field for field in kind.get("fields", [])}
    found = [f"{place}.{key} is unknown in {name}" for key in value if key not in fields]
    found += [f"{place}.{key} is missing" for key, field in fields.items() if field["required"] and key not in value]
    for key in value.keys() & fields.keys():
        found += faults_of(spec, fields[key]["types"], value[key], f"{place}.{key}")
    return found


def test_the_comparison_finds_faults(spec: dict[str, Any]) -> None:
    """The comparison itself notices an unknown field, a missing one and a wrong type."""
    assert faults_of(spec, ["User"], {"id": "1", "is_bot": False, "nick": "x"}, "u") == [
        "u.nick is unknown in User",
        "u.first_name is missing",
        "u.id is no Integer",
    ]


async def test_updates_are_as_documented(spec: dict[str, Any], api: Client, sandbox: Sandbox, ana: Person) -> None:
    """Every update that the sandbox makes has only documented fields, of documented types."""
    world = sandbox.world
    html = "<b>x</b> <a href='https://x.org'>y</a> <pre><code class='language-c'>z</code></pre>"
    html += f"<a href='tg://user?id={ana.id}'>Ana</a>"
    sent = await api.call("sendMessage", chat_id=ana.id, text=html, parse_mode="HTML", reply_markup=KEYBOARD)
    world.send(ana.id, "/me now", reply_to=sent["message_id"])
    world.upload(ana.id, "x.csv", b"x", "text/csv", caption="c")
    world.tap(ana.id, sent["message_id"], "y")
    await api.call("deleteMessage", chat_id=ana.id, message_id=sent["message_id"])
    world.tap(ana.id, sent["message_id"], "y", stale=True)
    world.block(ana.id)
    world.unblock(ana.id)
    group = world.add_group("Team", [ana.id])
    world.migrate(group.id)
    channel = world.add_channel("News", username="news_channel", by=ana.id)
    world.send(ana.id, "a post", chat_id=channel.id)
    world.remove_bot(channel.id, ana.id)
    updates = await api.call("getUpdates")
    assert len(updates) == 12
    assert [fault for update in updates for fault in faults_of(spec, ["Update"], update, "update")] == []


async def test_answers_are_as_documented(spec: dict[str, Any], api: Client, sandbox: Sandbox, ana: Person) -> None:
    """What the methods answer has only documented fields, of documented types."""
    channel = sandbox.world.add_channel("News", username="news_channel", by=ana.id)
    document = sandbox.world.upload(ana.id, "x.csv", b"x").document
    assert document is not None
    first = sandbox.world.messages(ana.id)[0].message_id
    message = await api.call("sendMessage", chat_id=ana.id, text="x", reply_markup=KEYBOARD)
    where = {"chat_id": ana.id, "message_id": message["message_id"]}
    preview = {"is_disabled": True}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("getMe", {}),
        ("sendMessage", {"chat_id": ana.id, "text": "/x", "reply_parameters": {"message_id": first}}),
        ("sendMessage", {"chat_id": ana.id, "text": "x", "link_preview_options": preview, "protect_content": True}),
        ("sendMessage", {"chat_id": channel.id, "text": "x"}),
        ("sendDocument", {"chat_id": ana.id, "document": document.file_id, "caption": "c"}),
        ("editMessageText", {**where, "text": "y", "reply_markup": KEYBOARD}),
        ("pinChatMessage", where),
        ("getChat", {"chat_id": ana.id}),
        ("getChat", {"chat_id": channel.id}),
        ("getChatMember", {"chat_id": channel.id, "user_id": ana.id}),
        ("getChatMember", {"chat_id": channel.id, "user_id": sandbox.world.bot_id}),
        ("getFile", {"file_id": document.file_id}),
        ("setMyCommands", {"commands": [{"command": "a", "description": "A"}]}),
        ("getMyCommands", {}),
        ("getMyName", {}),
        ("getMyDescription", {}),
        ("getMyShortDescription", {}),
        ("getChatMenuButton", {}),
        ("setWebhook", {"url": "http://127.0.0.1:9/", "ip_address": "127.0.0.1", "allowed_updates": ["message"]}),
        ("getWebhookInfo", {}),
        ("deleteWebhook", {}),
    ]
    found = []
    for method, params in calls:
        result = await api.call(method, **params)
        found += faults_of(spec, spec["methods"][method]["returns"], result, method)
    assert found == []

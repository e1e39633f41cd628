"""Telegram's ways of carrying updates and messages, and what happens when they fail."""

import asyncio
import os
import socket
import time
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from sandbox.device import Shown
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.support.house import RATING, House, house, ratings
from tests.support.phone import Phone, onboard

BOT_API = Path(
    os.environ.get("TAPWORK_BOT_API_JSON", Path(__file__).parents[3] / "shared" / "data" / "telegram-bot-api-10.1.json")
)


async def work(home: House, count: int) -> tuple[str, Phone]:
    """One person answers `count` ratings with 4s, looking at the phone and trying again as people do."""
    slug = await home.project(RATING, *ratings(count))
    phone = home.new_phone("Ana")
    await onboard(phone)
    for n in range(1, count + 1):
        await phone.sees(f"Prompt {n}?")
        for _ in range(5):
            await phone.tap("4")
        await phone.tap("No comment")
        await phone.tap("Submit")
    return slug, phone


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_webhook_mode_carries_a_whole_journey(tmp_path: Path) -> None:
    """With a public URL updates come by webhook, and one without the secret is refused."""
    port = _free_port()
    async with house(tmp_path, public_url=f"http://127.0.0.1:{port}", http_port=port) as home:
        slug, _ = await work(home, 1)
        assert len(await home.export(slug)) == 1
        methods = {call.method for call in home.sandbox.world.calls}
        assert "setWebhook" in methods
        assert "getUpdates" not in methods
        async with aiohttp.ClientSession() as client:
            for headers, body, status in (
                ({}, {"update_id": 1}, 403),
                ({"X-Telegram-Bot-Api-Secret-Token": "guess"}, {"update_id": 1}, 403),
            ):
                response = await client.post(f"http://127.0.0.1:{port}/telegram", json=body, headers=headers)
                assert response.status == status
            alive = await client.get(f"http://127.0.0.1:{port}/healthz")
            assert alive.status == 200


@pytest.mark.parametrize("kind", ["500", "429", "reset", "garbage"])
@pytest.mark.parametrize("after_effect", [False, True])
async def test_a_failing_telegram_loses_nothing(tmp_path: Path, kind: str, after_effect: bool) -> None:
    """With a tenth of all calls failing, before or after their effect, every answer arrives, once."""
    async with house(tmp_path) as home:
        slug = await home.project(RATING, *ratings(3))
        phone = home.new_phone("Ana")
        await onboard(phone)
        home.sandbox.faults.add(Fault(kind=kind, chance=0.1, after_effect=after_effect, retry_after=1))
        await _persist(phone, 3)
        home.sandbox.faults.clear()
        await phone.settled()
        rows = await home.export(slug)
        assert sorted(row["task_id"] for row in rows) == ["r1", "r2", "r3"]
        assert all(row["answer"]["accuracy"] == 4 for row in rows)


async def _persist(phone: Phone, tasks: int) -> None:
    """Tap through tasks as somebody does whose taps sometimes show no effect: look, and tap again."""
    patience = time.monotonic() + 60
    while sum("Recorded" in one.text for one in phone.shown()) < tasks:
        assert time.monotonic() < patience, "the tasks cannot be finished"
        if (found := _next_tap(phone)) is None:
            await asyncio.sleep(0.1)
            continue
        shown, action = found
        # No waiting for the notice, as the device would: it may be among the calls that fail.
        tap = phone.telegram.world.tap(phone.telegram.id, shown.raw.message_id, action, stale=True)
        await tap.answered(1.0)
        await phone.device.wait(lambda shown=shown: phone.now(shown) != shown, 1.0)


def _next_tap(phone: Phone) -> tuple[Shown, str] | None:
    """The newest message's button that brings its form on."""
    for shown in reversed(phone.shown()):
        wanted = next((one for one in ("Submit", "No comment", "4") if one in shown.labels), None)
        if wanted is not None and "Recorded" not in shown.text:
            return shown, shown.action(wanted)
    return None


async def test_an_outage_of_the_network_is_waited_out(tmp_path: Path) -> None:
    """Messages that were owed while Telegram could not be reached arrive afterwards."""
    async with house(tmp_path) as home:
        phone = home.new_phone("Ana")
        await onboard(phone)
        home.sandbox.faults.network_down(1.5)
        await home.project(RATING, *ratings(1))
        await phone.sees("Prompt 1?")


async def test_a_poison_update_does_not_hold_up_the_others(tmp_path: Path) -> None:
    """An update that cannot be read is set aside, and the next ones are handled."""
    async with house(tmp_path) as home:
        phone = home.new_phone("Ana")
        home.sandbox.world.updates.add("message", {"message_id": "no number", "date": "never"}, 1)
        await phone.say("/start")
        await phone.sees("Welcome to Tapwork!")
        await phone.until(lambda: not home.sandbox.world.updates.waiting())


async def test_the_menu_is_registered(tmp_path: Path) -> None:
    """The command menu is there in English for everybody, and in each language of the interface."""
    from bot.i18n import available

    async with house(tmp_path) as home:
        phone = home.new_phone("Ana")
        for locale in available():
            language = locale.partition("_")[0]
            key = ("default", "" if language == "en" else language)
            await phone.until(lambda key=key: any(stored[-1] == key[-1] for stored in home.sandbox.world.commands))
        assert [one["command"] for one in home.sandbox.world.menu(phone.telegram.id)][:3] == ["next", "me", "why"]


@pytest.mark.skipif(not BOT_API.exists(), reason=f"needs the Bot API as data: {BOT_API} is not there")
async def test_every_call_is_valid_by_the_bot_api(tmp_path: Path) -> None:
    """Every call of a journey names a method of the Bot API, with all it requires and nothing it does not know."""
    api = _bot_api()
    async with house(tmp_path) as home:
        _, phone = await work(home, 2)
        for command in ("/me", "/why", "/settings", "/help", "/privacy", "/export", "/erase"):
            await phone.say(command)
            await phone.settled()
        calls = list(home.sandbox.world.calls)
    assert {"sendMessage", "editMessageText", "answerCallbackQuery", "sendDocument"} <= {call.method for call in calls}
    for call in calls:
        fields = {field["name"]: field for field in api["methods"][call.method].get("fields", [])}
        given = {**call.params, **call.files}
        assert set(given) <= set(fields), f"{call.method} does not know {set(given) - set(fields)}"
        missing = {name for name, field in fields.items() if field["required"]} - set(given)
        assert not missing, f"{call.method} lacks {missing}"
        for name, value in call.params.items():
            assert _fits(value, fields[name]["types"], api), f"{call.method}: {name}: {value!r}"


def _bot_api() -> dict[str, Any]:
    api: dict[str, Any] = orjson.loads(BOT_API.read_bytes())
    return api


def _fits(value: Any, types: list[str], api: dict[str, Any]) -> bool:
    """Is a JSON value of one of the Bot API's types?"""
    return any(_is(value, one, api) for one in types)


def _is(value: Any, name: str, api: dict[str, Any]) -> bool:
    if name.startswith("Array of "):
        return isinstance(value, list) and all(_is(one, name.removeprefix("Array of "), api) for one in value)
    simple = {"String": str, "Integer": int, "Boolean": bool, "Float": (int, float)}
    if name in simple:
        return isinstance(value, simple[name]) and (name == "Boolean" or not isinstance(value, bool))
    kind = api["types"].get(name)
    if kind is None or not isinstance(value, dict):
        return False
    if kind.get("subtypes"):
        return any(_is(value, one, api) for one in kind["subtypes"])
    fields = {field["name"]: field for field in kind.get("fields", [])}
    required = {one for one, field in fields.items() if field["required"]}
    known = required <= set(value) <= set(fields)
    return known and all(_fits(one, fields[key]["types"], api) for key, one in value.items())


async def test_a_wrong_token_is_said_at_once(tmp_path: Path) -> None:
    """A token that Telegram does not know ends the service with a reason."""
    from bot.domain.errors import TapworkError

    async with Sandbox() as sandbox:
        home = House(tmp_path, sandbox)
        home.settings.telegram_token = type(home.settings.telegram_token)("1:wrong")
        with pytest.raises(TapworkError, match="TAPWORK_TELEGRAM_TOKEN"):
            await home.start()
        await home.stop()

"""Slack's ways of carrying events and messages, and what happens when they fail."""

import asyncio
import hashlib
import hmac
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson
import pytest
from pydantic import SecretStr

from bot.cli.demo import manifest
from bot.domain.errors import TapworkError
from handlers.slack import sockets
from sandbox.faults import Fault
from sandbox.server import Sandbox
from sandbox.slack.acts import Act
from tests.support.house import FACT_CHECK, RATING, House, house, ratings
from tests.support.phone import Phone
from tests.support.workshop import open_raw

SLACK = ("slack",)


async def work(home: House, count: int) -> tuple[str, Phone]:
    """One person answers `count` ratings with 4s."""
    slug = await home.project(RATING, *ratings(count))
    phone = await home.phone()
    for n in range(1, count + 1):
        await phone.sees(f"Prompt {n}?")
        await answer_all(phone)
    return slug, phone


async def answer_all(phone: Phone) -> None:
    for _ in range(5):
        await phone.tap("4")
    await phone.tap("No comment")
    await phone.tap("Submit")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def http_settings(sandbox_secret: str, port: int) -> dict[str, Any]:
    return {"slack_app_token": None, "slack_signing_secret": SecretStr(sandbox_secret), "http_port": port}


async def test_http_mode_carries_a_whole_journey(tmp_path: Path) -> None:
    """With a signing secret and no app token, events, taps, commands and modals come over HTTP."""
    port = _free_port()
    async with house(tmp_path, SLACK, **http_settings(Sandbox().slack.signing_secret, port)) as home:
        home.sandbox.slack.request_url = f"http://127.0.0.1:{port}/slack/events"
        slug = await home.project(FACT_CHECK, {"id": "f1", "claim": "C."})
        phone = await home.phone()
        await phone.tap("Supported")
        await phone.refuses("no link", "Please send a web address")
        await phone.reply("https://example.org/a")
        await phone.tap("Submit")
        await phone.sees("Recorded")
        assert len(await home.export(slug)) == 1
        assert "apps.connections.open" not in {call.method for call in home.sandbox.slack.calls}


async def test_http_mode_checks_who_is_speaking(tmp_path: Path) -> None:
    """A request with a wrong signature or an old time is refused, and the same one again has no second effect."""
    port = _free_port()
    secret = Sandbox().slack.signing_secret
    async with house(tmp_path, SLACK, **http_settings(secret, port)) as home:
        member = home.sandbox.slack.add_person("Ana")
        form = {"command": "/tapwork", "text": "start", "user_id": member.id, "trigger_id": "1.1", "team_id": "T",
                "channel_id": "D1", "channel_name": "directmessage"}  # fmt: skip
        now = int(time.time())
        assert await _post(port, form, now, "wrong") == 401
        assert await _post(port, form, "abc", secret) == 401
        assert await _post(port, form, now - 600, secret) == 401
        assert not home.sandbox.slack.messages(member)
        for _ in range(2):
            assert await _post(port, form, now, secret) == 200
        await asyncio.sleep(0.5)
        assert len(home.sandbox.slack.messages(member)) == 1


async def _post(port: int, form: dict[str, str], at: int | str, secret: str) -> int:
    """A signed request as Slack makes them; the status of the answer."""
    body = urlencode(form)
    signature = "v0=" + hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": str(at),
        "X-Slack-Signature": signature,
    }
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"http://127.0.0.1:{port}/slack/events", data=body, headers=headers) as response,
    ):
        return response.status


async def test_forged_actions_get_round_nothing(tmp_path: Path) -> None:
    """An action that names somebody else's assignment is refused, even when the request is signed."""
    port = _free_port()
    secret = Sandbox().slack.signing_secret
    async with house(tmp_path, SLACK, **http_settings(secret, port)) as home:
        home.sandbox.slack.request_url = f"http://127.0.0.1:{port}/slack/events"
        await home.project(RATING, *ratings(1))
        ana = await home.phone("Ana")
        ben = await home.phone("Ben")
        message = ben.shown()[-1].raw
        payload = {
            "type": "block_actions", "user": {"id": ben.user}, "trigger_id": "9.9", "team": {"id": "T"},
            "container": {"type": "message", "channel_id": message.channel, "message_ts": message.ts},
            "actions": [{"type": "button", "action_id": "x", "block_id": "y", "value": "answer:1:0:4"}],
        }  # fmt: skip
        assert await _post(port, {"payload": orjson.dumps(payload).decode()}, int(time.time()), secret) == 200
        await ana.tap("3")
        assert "Question 2 of 6" in ana.live().text


@pytest.mark.parametrize("kind", ["500", "429", "reset", "garbage"])
@pytest.mark.parametrize("after_effect", [False, True])
async def test_a_failing_slack_loses_nothing(tmp_path: Path, kind: str, after_effect: bool) -> None:
    """With a tenth of all calls failing, before or after their effect, every answer arrives, once."""
    async with house(tmp_path, SLACK) as home:
        slug = await home.project(RATING, *ratings(2))
        phone = await home.phone()
        home.faults.add(Fault(kind=kind, chance=0.1, after_effect=after_effect, retry_after=1))
        await _persist(phone, 2)
        home.faults.clear()
        await phone.settled()
        rows = await home.export(slug)
        assert sorted(row["task_id"] for row in rows) == ["r1", "r2"]
        assert all(row["answer"]["safety"] == 4 for row in rows)


async def _persist(phone: Phone, tasks: int) -> None:
    """Work through tasks as somebody does whose taps sometimes show no effect: look, and tap again."""
    patience = time.monotonic() + 60
    while sum("Recorded" in one.text for one in phone.shown()) < tasks:
        assert time.monotonic() < patience, "the tasks cannot be finished"
        for shown in reversed(phone.shown()):
            wanted = next((one for one in ("Submit", "No comment", "4") if one in shown.labels), None)
            if wanted is None or "Recorded" in shown.text:
                continue
            if any(tap.chosen for tap in shown.taps):  # a radio button that is picked cannot be picked again
                await asyncio.sleep(0.1)
                break
            act = phone.slack.workspace.act
            block, name, option = shown.action(wanted).split("|")
            await act(phone.user, shown.raw, name, block, option=option or None, stale=True).acked(3)
            await phone.device.wait(lambda shown=shown: phone.now(shown).text != shown.text, 1.5)
            break
        else:
            await asyncio.sleep(0.1)


async def test_a_429_is_waited_out_for_that_method_only(tmp_path: Path) -> None:
    """After a 429 the method is left alone for as long as Slack asks, while others are used."""
    async with house(tmp_path, SLACK) as home:
        phone, ben = await home.phone(), await home.phone("Ben")
        home.faults.add(Fault(method="chat.postMessage", kind="429", times=1, retry_after=2))
        refused = time.monotonic()
        await phone.say("/me")
        ben.slack.workspace.open_home(ben.user)
        await ben.until(lambda: ben.slack.workspace.home(ben.user) is not None, "the App Home")
        assert time.monotonic() - refused < 1.5
        assert not phone.shows("You so far")
        await phone.sees("You so far")
        assert time.monotonic() - refused >= 2


async def test_events_that_come_again_have_one_effect(tmp_path: Path) -> None:
    """Slack's retries, and acks that it did not hear, change nothing."""
    async with house(tmp_path, SLACK) as home:
        home.sandbox.slack.retry_delays = (0.05, 0.1, 0.1)
        phone = await home.phone()
        home.faults.lose_ack = 0.7
        for n in range(5):
            phone.slack.workspace.write(phone.user, f"hello {n}")
        await asyncio.sleep(1)
        await phone.settled()
        assert sum("I understand taps and commands" in one.text for one in phone.shown()) == 5


async def test_two_sockets_are_kept_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two connections are open; when Slack renews them, or one of them goes deaf, there soon are two that hear."""
    monkeypatch.setattr(sockets, "PING", 0.4)
    async with house(tmp_path, SLACK) as home:
        await home.project(RATING, *ratings(1))
        phone, slack = await home.phone(), home.sandbox.slack
        for n, harm in enumerate((slack.disconnect_sockets, slack.deafen_socket), 2):
            await phone.until(lambda: len(slack.hub.open) == 2, "two connections")
            before = set(map(id, slack.hub.open))
            harm()
            changed = 2 if harm == slack.disconnect_sockets else 1
            await phone.until(
                lambda before=before, changed=changed: (
                    len(set(map(id, slack.hub.open)) - before) >= changed and len(slack.hub.open) == 2
                ),
                "two connections again",
            )
            await phone.tap("4")
            await phone.sees(f"Question {n} of 6")


async def test_an_outage_of_the_network_is_waited_out(tmp_path: Path) -> None:
    """Messages that were owed while Slack could not be reached arrive afterwards, and taps are heard again."""
    async with house(tmp_path, SLACK) as home:
        phone = await home.phone()
        home.faults.network_down(1.5)
        await home.project(RATING, *ratings(1))
        await phone.sees("Prompt 1?")
        await phone.until(lambda: bool(home.sandbox.slack.hub.open), "a connection")
        await phone.tap("4")
        await phone.sees("Question 2 of 6")


async def test_a_poison_event_does_not_hold_up_the_others(tmp_path: Path) -> None:
    """What cannot be read is set aside with its error and not sent again, and the rest goes on."""
    async with house(tmp_path, SLACK) as home:
        phone = await home.phone()
        broken = {"type": "message", "channel_type": "im", "channel": "D1", "ts": "1", "user": phone.user, "blocks": 7}
        slack = home.sandbox.slack
        ack = await slack.event("message.im", slack.payloads.event(broken)).acked(5)
        assert ack is not None
        assert ack.ok
        await phone.say("/me")
        await phone.sees("You so far")
    with open_raw(str(tmp_path / "tapwork.db")) as raw:
        [(error,)] = raw.execute("SELECT error FROM inbox WHERE error IS NOT NULL").fetchall()
    assert "Error" in error


async def test_words_in_a_modal_survive_closing_it(tmp_path: Path) -> None:
    """What was typed and not sent stands in the modal when it is opened again, also after a restart."""
    async with house(tmp_path, SLACK) as home:
        slug = await home.project(RATING, *ratings(1))
        phone = await home.phone()
        for _ in range(5):
            await phone.tap("4")
        await phone.tap("Write")
        slack = phone.slack.workspace
        for text in ("T", "Th", "The dose"):
            await slack.type(phone.user, text).acked(3)
        await slack.close(phone.user).acked(3)
        await home.stop()
        await home.start()
        await phone.tap("Write")
        view = phone.slack.modal()
        assert view is not None
        assert view.inputs()[0].value == "The dose"
        await slack.submit(phone.user).acked(3)
        await phone.tap("Submit")
        await phone.sees("Recorded")
        [row] = await home.export(slug)
        assert row["answer"]["explanation"] == "The dose"


async def test_the_first_contact_takes_language_and_time_zone(tmp_path: Path) -> None:
    """Somebody new is greeted in the language that their Slack speaks, and their time zone is suggested."""
    async with house(tmp_path, SLACK) as home:
        member = home.sandbox.slack.add_person("Lucía", locale="es-ES", tz="America/Argentina/Salta")
        phone = home.new_phone("Lucía", "es")
        phone.slack.user = phone.user = member.id
        home.sandbox.slack.open_messages(member)
        await phone.tap("Acepto")
        assert phone.chosen() == ["Español"]
        await phone.tap("Español")
        await phone.tap("Continuar")
        assert phone.chosen() == ["UTC−3 Salta"]


async def test_the_app_home_shows_it_all(tmp_path: Path) -> None:
    """The App Home has the task in hand, what was earned, why there is no work, and the settings, and changes them."""
    async with house(tmp_path, SLACK) as home:
        await home.project(RATING, *ratings(2))
        phone = await home.phone()
        await answer_all(phone)
        await phone.sees("Prompt 2?")
        home.sandbox.slack.open_home(phone.user)
        await phone.until(lambda: home.sandbox.slack.home(phone.user) is not None, "the App Home")
        text = phone.slack.home().text
        for part in ("Ratings", "Task in hand until", "Earned — $0.40", "Work for you", "Waking hours"):
            assert part in text
        await phone.press(phone.slack.home(), phone.slack.home().action("Waking hours"))
        await phone.press(phone.slack.home(), phone.slack.home().action("At any time"))
        assert "Waking hours — At any time" in phone.slack.home().text
        assert "Task in hand until" in phone.slack.home().text
        messages = len(phone.shown())
        await phone.press(phone.slack.home(), phone.slack.home().action("Show the task"))
        await phone.until(lambda: "Prompt 2?" in phone.shown()[-1].text, "the task below everything")
        assert len(phone.shown()) == messages
        assert "See our messages." in phone.slack.home().text


async def test_somebody_new_can_begin_in_the_app_home(tmp_path: Path) -> None:
    """Who opens the App Home first goes through the onboarding there, and gets the first task as a message."""
    async with house(tmp_path, SLACK) as home:
        await home.project(RATING, *ratings(1))
        phone = home.new_phone()
        home.sandbox.slack.open_home(phone.user)
        await phone.until(lambda: home.sandbox.slack.home(phone.user) is not None, "the App Home")
        for label in ("I agree", "English", "Continue", "UTC+0 London", "8:00"):
            await phone.press(phone.slack.home(), phone.slack.home().action(label))
        assert "You are all set." in phone.slack.home().text
        await phone.sees("Prompt 1?")
        assert len(phone.shown()) == 1


async def test_a_command_in_a_channel_is_answered_in_private(tmp_path: Path) -> None:
    """A command given elsewhere is answered in the conversation with the app, and only the person is told so."""
    async with house(tmp_path, SLACK) as home:
        phone = await home.phone()
        slack = home.sandbox.slack
        general = slack.add_channel("general", [phone.user], with_bot=False)
        ack = await slack.command(phone.user, "me", channel=general.id).acked(5)
        assert ack is not None
        await phone.sees("You so far")
        assert [one.ephemeral for one in slack.messages(phone.user, general.id)] == [True]


async def test_the_manifest_is_complete_and_minimal(tmp_path: Path) -> None:
    """With only what the manifest asks for, no call of a journey lacks a scope; and each scope is used."""
    async with house(tmp_path, SLACK) as home:
        _, phone = await work(home, 1)
        await phone.say("/export")
        await phone.until(lambda: bool(phone.device.files()), "the file")
        used = {call.method for call in home.sandbox.slack.calls}
        assert all(call.ok for call in home.sandbox.slack.calls)
    needs = {
        "chat:write": "chat.postMessage", "files:write": "files.completeUploadExternal",
        "im:write": "conversations.open", "users:read": "users.info",
    }  # fmt: skip
    told = {"commands", "im:history"}
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) == needs.keys() | told
    assert set(needs.values()) <= used


async def test_a_wrong_token_is_said_at_once(tmp_path: Path) -> None:
    """A token that Slack does not know ends the service with the setting's name."""
    async with Sandbox() as sandbox:
        for name, wrong in (("slack_bot_token", "xoxb-wrong"), ("slack_app_token", "xapp-wrong")):
            home = House(tmp_path, sandbox, SLACK, **{name: SecretStr(wrong)})
            with pytest.raises((TapworkError, BaseExceptionGroup)) as raised:
                await home.start()
            assert f"TAPWORK_{name.upper()}" in repr(_innermost(raised.value))
            await home.stop()


def _innermost(error: BaseException) -> BaseException:
    return _innermost(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


async def test_without_the_address_of_a_tap_the_web_api_does_it(tmp_path: Path) -> None:
    """Where the address that a tap brought does not work, edits and notices go through the Web API."""
    async with house(tmp_path, SLACK) as home:
        await home.project(RATING, *ratings(1))
        phone = await home.phone()
        home.faults.add(Fault(method="response_url", kind="500"))
        await phone.tap("4")
        await phone.sees("Question 2 of 6")
        await phone.tap("Back")
        await phone.sees("Question 1 of 6")
        await phone.tap("Back")
        await phone.hears("This is the first question.")
        assert {"chat.update", "chat.postEphemeral"} <= {call.method for call in home.sandbox.slack.calls}


@pytest.mark.parametrize("method", ["apps.connections.open", "auth.test"])
@pytest.mark.parametrize("kind", ["garbage", "reset", "500"])
async def test_whatever_comes_in_slacks_place_is_waited_out(tmp_path: Path, method: str, kind: str) -> None:
    """At the start a proxy's page, a cut connection and a failing Slack are no reason to give up."""
    async with Sandbox() as sandbox:
        sandbox.slack.install(manifest())
        sandbox.slack.faults.add(Fault(method=method, kind=kind, times=2))
        home = House(tmp_path, sandbox, SLACK)
        await home.start()
        try:
            phone = home.new_phone()
            await phone.until(lambda: bool(sandbox.slack.hub.open), "a connection")
            await phone.say("/start")
            await phone.sees("Welcome to Tapwork!")
        finally:
            await home.stop()


async def test_nothing_is_taken_before_slack_has_answered(tmp_path: Path) -> None:
    """In HTTP mode an event that comes before the service is connected is refused, so that Slack sends it again."""
    port = _free_port()
    secret = Sandbox().slack.signing_secret
    async with Sandbox() as sandbox:
        sandbox.slack.install(manifest())
        sandbox.slack.faults.add(Fault(method="auth.test", kind="500", times=12))
        home = House(tmp_path, sandbox, SLACK, **http_settings(secret, port))
        await home.start()
        try:
            form = {"command": "/tapwork", "text": "start", "user_id": "U1", "trigger_id": "1.1", "team_id": "T"}
            assert await _post(port, form, int(time.time()), secret) == 500
        finally:
            await home.stop()


async def test_a_screen_that_could_not_be_shown_is_owed(tmp_path: Path) -> None:
    """When Slack fails for longer than a reply is tried, the task's message is put right as soon as it is back."""
    async with house(tmp_path, SLACK) as home:
        await home.project(RATING, *ratings(1))
        phone = await home.phone()
        for method in ("chat.update", "response_url"):
            home.faults.add(Fault(method=method, kind="500"))
        message = phone.live()
        block, name, option = message.action("4").split("|")
        await phone.slack.workspace.act(phone.user, message.raw, name, block, option=option).acked(5)
        await phone.device.wait(lambda: False, 8)
        assert phone.chosen() == ["4"]
        home.faults.clear()
        await phone.sees("Question 2 of 6")


async def test_a_restart_puts_right_what_the_last_tap_led_to(tmp_path: Path) -> None:
    """A tap whose answer was lost with the process is answered at the next start, and nothing is picked for good."""
    async with house(tmp_path, SLACK) as home:
        await home.project(RATING, *ratings(1))
        phone = await home.phone()
        await phone.tap("4")
        await phone.sees("Question 2 of 6")
        message = phone.live()
        for method in ("chat.update", "response_url"):
            home.faults.add(Fault(method=method, kind="hold", seconds=30))
        block, name, option = message.action("5").split("|")
        await phone.slack.workspace.act(phone.user, message.raw, name, block, option=option).acked(5)
        await home.stop()
        home.faults.clear()
        await home.start()
        await phone.sees("Question 3 of 6")
        assert phone.chosen() == []


async def test_a_character_that_comes_late_undoes_nothing(tmp_path: Path) -> None:
    """What was still being typed when the words were sent does not take their place."""
    async with house(tmp_path, SLACK) as home:
        await home.project(RATING, *ratings(1))
        phone = await home.phone()
        for _ in range(5):
            await phone.tap("4")
        await phone.tap("Write")
        slack = phone.slack.workspace
        late = slack.type(phone.user, "The d")
        view = phone.slack.modal()
        await late.acked(3)
        await phone.reply("The dose is wrong")
        payload = {**late.payload, "trigger_id": "99.99"}
        payload["actions"] = [{**payload["actions"][0], "action_ts": "9999999999.0"}]
        assert view is not None
        await slack.delivery.send(Act("interactive", payload)).acked(3)
        await phone.tap("Back")
        await phone.tap("Write again")
        again = phone.slack.modal()
        assert again is not None
        assert again.inputs()[0].value == "The dose is wrong"


async def test_forgotten_means_forgotten_everywhere(tmp_path: Path) -> None:
    """After /erase the App Home is empty, and who comes back is greeted in their own language again."""
    async with house(tmp_path, SLACK) as home:
        phone = home.new_phone("Lucía", "es")
        home.sandbox.slack.open_home(phone.user)
        await phone.until(lambda: home.sandbox.slack.home(phone.user) is not None, "the App Home")
        await phone.say("/erase")
        await phone.tap("Sí, borrar")
        await phone.until(lambda: "/tapwork start" in phone.slack.home().text, "the farewell in the App Home")
        await phone.say("/start")
        await phone.sees("Te damos la bienvenida")

"""Updates: long polling, the webhook, and what may go wrong with both."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from sandbox.server import Sandbox
from sandbox.telegram.chats import Person
from sandbox.telegram.webhook import SECRET_HEADER
from sandbox.telegram.world import World

from sandbox_client import Client, Clock, until  # isort: skip


async def poll(world: World, offset: int = 0, limit: int = 100) -> list[int]:
    return [update["update_id"] for update in await world.updates.poll(offset, limit, 0)]


async def test_update_stays_until_confirmed(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """The same update comes again until an offset above its id is asked for; ids rise by one."""
    for text in ("one", "two", "three"):
        sandbox.world.send(ana.id, text)
    first = await api.call("getUpdates")
    ids = [update["update_id"] for update in first]
    assert ids == list(range(ids[0], ids[0] + 3))
    assert [update["message"]["text"] for update in first] == ["one", "two", "three"]
    assert await api.call("getUpdates", limit=1) == first[:1]
    assert await api.call("getUpdates", offset=ids[1]) == first[1:]
    assert await api.call("getUpdates") == first[1:]
    assert await api.call("getUpdates", offset=ids[2] + 1) == []


async def test_negative_offset(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """Offset -1 gives the last update and forgets those before it."""
    for text in ("one", "two"):
        sandbox.world.send(ana.id, text)
    assert [update["message"]["text"] for update in await api.call("getUpdates", offset=-1)] == ["two"]
    assert len(await api.call("getUpdates", offset=-100)) == 1


async def test_long_poll_wakes_up(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """A waiting poll is answered as soon as somebody writes."""
    polling = asyncio.create_task(api.call("getUpdates", timeout=30))
    await until(lambda: sandbox.world.updates.polled)
    sandbox.world.send(ana.id, "hello")
    assert [update["message"]["text"] for update in await asyncio.wait_for(polling, 5)] == ["hello"]


async def test_second_poller_ends_the_first(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """Two bots at once: the first poll is answered 409, the second goes on."""
    first = asyncio.create_task(api.refused("getUpdates", timeout=30))
    await until(lambda: sandbox.world.updates.polled)
    assert await api.call("getUpdates") == []
    assert await first == (
        "409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"limit": 0}, "limit must be between 1 and 100"),
        ({"limit": 101}, "limit must be between 1 and 100"),
        ({"timeout": -1}, "timeout must not be negative"),
        ({"allowed_updates": ["mesage"]}, "unknown kind of update in allowed_updates: mesage"),
    ],
)
async def test_poll_parameters(api: Client, values: dict[str, object], reason: str) -> None:
    """Parameters out of range are refused."""
    assert await api.refused("getUpdates", **values) == f"400 Bad Request: {reason}"


async def test_allowed_updates(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """Kinds that the bot does not want are never queued, also by later polls that do not repeat the list."""
    await api.call("getUpdates", allowed_updates=["callback_query", "my_chat_member"])
    sandbox.world.send(ana.id, "unheard")
    sandbox.world.block(ana.id)
    found = await api.call("getUpdates")
    assert [sorted(update) for update in found] == [["my_chat_member", "update_id"]]
    assert found[0]["my_chat_member"]["new_chat_member"]["status"] == "kicked"


async def test_lifetimes() -> None:
    """A tap is gone from the queue after 150 seconds, a message after 24 hours."""
    clock = Clock()
    world = World(clock=clock)
    ana = world.add_person("Ana")
    world.send(ana.id, "/start")
    chat = world.chats[ana.id]
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    message = world.write(chat, from_bot=True, sender=world.bot, text="x", reply_markup=markup)
    world.tap(ana.id, message.message_id, "a")
    assert len(await poll(world)) == 2
    clock.now += 151
    assert len(await poll(world)) == 1
    clock.now += 24 * 3600
    assert await poll(world) == []


async def test_duplicates_and_lost_confirmations(sandbox: Sandbox, ana: Person) -> None:
    """On request an update comes twice in a batch, and again after it was confirmed."""
    sandbox.faults.duplicate = 1.0
    sandbox.faults.lose_ack = 1.0
    sandbox.world.send(ana.id, "x")
    ids = await poll(sandbox.world)
    assert len(ids) == 2
    assert ids[0] == ids[1]
    assert await poll(sandbox.world, ids[0] + 1) == ids
    sandbox.faults.clear()
    assert await poll(sandbox.world, ids[0] + 1) == []


async def test_shuffle(sandbox: Sandbox, ana: Person) -> None:
    """A shuffled batch holds the same updates in another order."""
    for number in range(30):
        sandbox.world.send(ana.id, f"{number}")
    sandbox.faults.shuffle = 1.0
    ids = await poll(sandbox.world)
    assert sorted(ids) != ids
    assert len(set(ids)) == 30


class Hook:
    """A bot's webhook that answers as told."""

    def __init__(self) -> None:
        self.url = ""
        self.statuses: list[int] = []
        self.seen: list[tuple[int, str]] = []
        self.secrets: set[str | None] = set()
        self.busy = 0
        self.most_busy = 0
        self.pause = 0.0

    async def handle(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.secrets.add(request.headers.get(SECRET_HEADER))
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        await asyncio.sleep(self.pause)
        self.busy -= 1
        self.seen.append((update["message"]["chat"]["id"], update["message"]["text"]))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture
async def hook(sandbox: Sandbox) -> AsyncIterator[Hook]:
    """A webhook server; `hook.url` is its address."""
    found = Hook()
    app = web.Application()
    app.router.add_post("/hook", found.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield found
    await runner.cleanup()


async def test_webhook_delivers_with_the_secret(api: Client, sandbox: Sandbox, ana: Person, hook: Hook) -> None:
    """Updates from before and after setWebhook arrive in order with the secret, and nothing stays pending."""
    sandbox.world.send(ana.id, "before")
    await api.call("setWebhook", url=hook.url, secret_token="s3cret")
    sandbox.world.send(ana.id, "after")
    await until(lambda: len(hook.seen) == 2)
    assert [text for _, text in hook.seen] == ["before", "after"]
    assert hook.secrets == {"s3cret"}
    await until(lambda: not sandbox.world.updates.waiting())
    info = await api.call("getWebhookInfo")
    assert info["url"] == hook.url
    assert "last_error_message" not in info


async def test_webhook_repeats_until_taken(api: Client, sandbox: Sandbox, ana: Person, hook: Hook) -> None:
    """An update that was answered 500 comes again, before the next one of its chat."""
    hook.statuses = [500, 200]
    await api.call("setWebhook", url=hook.url)
    sandbox.world.send(ana.id, "one")
    sandbox.world.send(ana.id, "two")
    await until(lambda: len(hook.seen) == 3)
    assert [text for _, text in hook.seen] == ["one", "one", "two"]
    info = await api.call("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"


async def test_webhook_keeps_to_max_connections(api: Client, sandbox: Sandbox, hook: Hook) -> None:
    """Many chats at once: no more deliveries at a time than were allowed, each chat in order."""
    hook.pause = 0.01
    await api.call("setWebhook", url=hook.url, max_connections=3)
    people = [sandbox.world.add_person(f"P{number}") for number in range(8)]
    for text in ("one", "two"):
        for person in people:
            sandbox.world.send(person.id, text)
    await until(lambda: len(hook.seen) == 16)
    assert hook.most_busy == 3
    for person in people:
        assert [text for chat_id, text in hook.seen if chat_id == person.id] == ["one", "two"]


async def test_webhook_and_polling_exclude_each_other(api: Client, sandbox: Sandbox, hook: Hook) -> None:
    """With a webhook set a poll is answered 409, also one that was waiting; deleteWebhook ends that."""
    waiting = asyncio.create_task(api.refused("getUpdates", timeout=30))
    await until(lambda: sandbox.world.updates.polled)
    await api.call("setWebhook", url=hook.url)
    expected = (
        "409 Conflict: can't use getUpdates method while webhook is active;"
        " use deleteWebhook to delete the webhook first"
    )
    assert await waiting == expected
    assert await api.refused("getUpdates") == expected
    await api.call("deleteWebhook", drop_pending_updates=True)
    assert await api.call("getUpdates") == []


async def test_webhook_with_lost_acks_comes_twice(api: Client, sandbox: Sandbox, ana: Person, hook: Hook) -> None:
    """Where the bot's 200 goes unheard, the update comes again."""
    sandbox.faults.lose_ack = 1.0
    await api.call("setWebhook", url=hook.url)
    sandbox.world.send(ana.id, "x")
    await until(lambda: len(hook.seen) == 2)
    sandbox.faults.clear()
    await until(lambda: not sandbox.world.updates.waiting())


async def test_unreachable_webhook_keeps_updates(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """Nothing is lost while nobody listens at the webhook's address."""
    await api.call("setWebhook", url="http://127.0.0.1:9/hook")
    sandbox.world.send(ana.id, "x")
    await until(lambda: sandbox.webhook.failed)
    info = await api.call("getWebhookInfo")
    assert info["pending_update_count"] == 1
    assert info["last_error_message"].startswith("Connection failed")
    await api.call("deleteWebhook")
    assert len(await api.call("getUpdates")) == 1


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"url": "http://bot.example.org/x"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://bot.example.org:8080/x"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        ({"url": "nonsense"}, "bad webhook: invalid webhook URL specified"),
        ({"url": "http://127.0.0.1/x", "secret_token": "no spaces"}, "secret token contains unallowed characters"),
        ({"url": "http://127.0.0.1/x", "max_connections": 0}, "max_connections must be between 1 and 100"),
    ],
)
async def test_bad_webhooks(api: Client, values: dict[str, object], reason: str) -> None:
    """A webhook that Telegram would not take is refused and none is set."""
    assert await api.refused("setWebhook", **values) == f"400 Bad Request: {reason}"
    assert (await api.call("getWebhookInfo"))["url"] == ""

"""A running sandbox, somebody with a phone, and a plain HTTP client for the Bot API."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import telegram

from sandbox.server import Sandbox
from sandbox.telegram.chats import Person
from sandbox.telegram.limits import Limits

from sandbox_client import Client  # isort: skip


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(limits=Limits(enabled=False)) as running:
        yield running


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(session, sandbox)


@pytest.fixture
def ana(sandbox: Sandbox) -> Person:
    """Somebody who has written to the bot; no update of it is left."""
    person = sandbox.world.add_person("Ana", language_code="es")
    sandbox.world.send(person.id, "/start")
    sandbox.world.updates.drop_all()
    return person


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[telegram.Bot]:
    real = telegram.Bot(sandbox.token, base_url=f"{sandbox.url}/bot", base_file_url=f"{sandbox.url}/file/bot")
    async with real:
        yield real

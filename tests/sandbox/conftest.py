"""A running sandbox, somebody with a phone, somebody in Slack, and plain clients for both APIs."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import telegram
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from sandbox.slack.limits import SlackLimits
from sandbox.slack.members import Member
from sandbox.slack.world import Workspace
from sandbox.telegram.chats import Person
from sandbox.telegram.limits import Limits

from sandbox_client import Client  # isort: skip
from slack_app import RawApp, RequestUrl  # isort: skip


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(limits=Limits(enabled=False), slack_limits=SlackLimits(enabled=False)) as running:
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


@pytest.fixture
def workspace(sandbox: Sandbox) -> Workspace:
    return sandbox.slack


@pytest.fixture
def eva(workspace: Workspace) -> Member:
    """Somebody in the workspace who has done nothing yet."""
    return workspace.add_person("Eva", locale="de-DE", tz="Europe/Berlin")


@pytest.fixture
async def slack(sandbox: Sandbox) -> AsyncIterator[AsyncWebClient]:
    """Slack's own client with the bot token; it does not try again by itself."""
    async with aiohttp.ClientSession() as session:
        url = sandbox.slack_api_url
        yield AsyncWebClient(sandbox.slack.bot_token, base_url=url, session=session, retry_handlers=[])


@pytest.fixture
async def raw_app(sandbox: Sandbox) -> AsyncIterator[RawApp]:
    """An app on one bare socket."""
    async with RawApp(sandbox) as app:
        yield app


@pytest.fixture
async def request_url(workspace: Workspace) -> AsyncIterator[RequestUrl]:
    """An app behind an address, to which the workspace posts."""
    async with RequestUrl() as app:
        workspace.request_url = app.url
        yield app

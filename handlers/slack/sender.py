"""Sends to Slack, and says in the courier's words what went wrong."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, TypeVar, cast

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.domain.text import Words
from bot.i18n import Voice
from handlers.channel import Busy, DeliveryError, MessageGone, Rejected, Unavailable, Unreachable
from handlers.flows.screens import Ask, File, Line, Screen
from handlers.pacing import Allowance
from handlers.recent import remember
from handlers.slack.inbound import HOME, PLATFORM, message_id, place
from handlers.slack.render import escape, home, message, modal
from handlers.slack.tokens import LACKING, REFUSED, word_of

log = structlog.get_logger(__name__)

R = TypeVar("R")

COMMAND = "/tapwork "
"""What stands before each command's name."""

RATE = 20.0
"""Calls a second in all; Slack counts by method and says when it is too much."""

NEW = Allowance(burst=3, rate=1.0)
EDITS = Allowance(burst=6, rate=3.0)

ANSWER_LIFE, ANSWER_USES = 25 * 60, 4
"""How long and how often a tap's answer address is used: a little less than Slack allows (30 minutes, 5 times)."""

ANSWER_SECONDS = 3.0
"""How long one answer there may take; there is another way."""

LOOKUP_SECONDS = 1.0
"""How long somebody new waits for their language to be looked up; Slack wants its ack within three."""

_GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}
_UNREACHABLE = {
    "channel_not_found", "user_not_found", "user_disabled", "is_archived", "cannot_dm_bot", "messages_tab_disabled",
    "user_is_restricted", "restricted_action", "not_in_channel",
}  # fmt: skip
_PASSING = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "timeout"}


def allowances(rate: float) -> Callable[[str, bool], Allowance]:
    """What each conversation may get when `rate` calls a second are allowed in all."""
    share = rate / RATE

    def allowance(address: str, new: bool) -> Allowance:
        usual = NEW if new else EDITS
        return Allowance(max(1.0, usual.burst * share), usual.rate * share)

    return allowance


class SlackChannel:
    """The courier's way to Slack. Addresses are user ids, which stand for their conversation with the app."""

    platform = PLATFORM
    command = COMMAND

    def __init__(self, web: AsyncWebClient) -> None:
        self._web = web
        self._answers: OrderedDict[str, tuple[str, float, int]] = OrderedDict()
        self._closed: dict[str, float] = {}
        self._conversations: dict[str, str] = {}

    async def send(self, address: str, item: Screen | Ask | File, voice: Voice) -> str:
        if isinstance(item, File):
            await self._upload(address, item, voice)
            return ""
        # A question without a modal to ask it in: what is typed after it is its answer.
        screen = Screen("", (Line(item.text, strong=True),)) if isinstance(item, Ask) else item
        sent = await self._call(
            self._web.chat_postMessage,
            channel=address,
            **message(screen, voice),
            unfurl_links=False,
            unfurl_media=False,
        )
        return message_id(sent["channel"], sent["ts"])

    async def edit(self, address: str, message_: str, screen: Screen, voice: Voice) -> None:
        if message_ == HOME:
            await self._call(self._web.views_publish, user_id=address, view=home(screen, voice))
            return
        shown = message(screen, voice)
        if not await self._answer(message_, {"replace_original": True, **shown}):
            channel, ts = place(message_)
            await self._call(self._web.chat_update, channel=channel, ts=ts, **shown)

    async def delete(self, address: str, message_: str) -> None:
        if message_ == HOME:
            return
        channel, ts = place(message_)
        self._answers.pop(message_, None)
        try:
            await self._call(self._web.chat_delete, channel=channel, ts=ts)
        except (MessageGone, Rejected) as error:
            log.info("message not deleted", error=str(error))

    async def set_menu(self, address: str, voice: Voice) -> None:
        """Slack has one list of commands for everybody."""

    async def ask(self, trigger: str, question: Ask, voice: Voice) -> bool:
        """Open the modal for a typed answer; False when Slack does not, or not in time."""
        try:
            await self._call(self._web.views_open, trigger_id=trigger, view=modal(question, voice))
        except DeliveryError as error:
            log.info("modal not opened", error=str(error))
            return False
        return True

    async def whisper(self, user: str, tapped: str | None, url: str | None, text: Words, voice: Voice) -> None:
        """Say something that only the person sees, and that goes away, where they tapped."""
        said = escape(voice.say(text))
        body = {"response_type": "ephemeral", "replace_original": False, "text": said}
        try:
            if url and await self._posted(url, body):
                return
            if tapped and tapped != HOME:
                await self._call(self._web.chat_postEphemeral, channel=place(tapped)[0], user=user, text=said)
        except DeliveryError as error:
            log.info("notice not shown", error=str(error))

    async def about(self, user: str) -> tuple[str | None, str | None]:
        """(language tag, time zone) that somebody has set in Slack; (None, None) when it cannot be had."""
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                found = (await self._call(self._web.users_info, user=user, include_locale=True))["user"]
        except (DeliveryError, TimeoutError) as error:
            log.info("user not looked up", error=str(error))
            return None, None
        return found.get("locale"), found.get("tz")

    def may_answer(self, message_: str, url: str) -> None:
        """A tap on a message came with an address to answer at, which no rate limit counts."""
        remember(self._answers, message_, (url, monotonic() + ANSWER_LIFE, ANSWER_USES))

    async def _answer(self, message_: str, body: dict[str, Any]) -> bool:
        """Answer at the address that a tap brought; False when there is none or it does not work any more."""
        url, until, uses = self._answers.pop(message_, ("", 0.0, 0))
        if not uses or monotonic() > until or not await self._posted(url, body):
            return False
        self._answers[message_] = (url, until, uses - 1)
        return True

    async def _posted(self, url: str, body: dict[str, Any]) -> bool:
        """Did Slack take it at this address? Where not, the Web API says why, or does it."""
        webhook = AsyncWebhookClient(url, session=self._web.session, retry_handlers=[])
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                response = await _reached(lambda: webhook.send_dict(body))
        except (DeliveryError, TimeoutError) as error:
            log.info("answer address not reached", error=str(error))
            return False
        return bool(response.status_code == 200)

    async def _upload(self, address: str, file: File, voice: Voice) -> None:
        """In the three steps that Slack wants: where to, the content, and into which conversation."""
        place_ = await self._call(self._web.files_getUploadURLExternal, filename=file.name, length=len(file.content))
        session = self._web.session
        assert session is not None

        async def put() -> int:
            async with session.post(place_["upload_url"], data=file.content) as response:
                return response.status

        if (status := await _reached(put)) != 200:
            raise Unavailable(f"upload: {status}")
        await self._call(
            self._web.files_completeUploadExternal,
            files=[{"id": place_["file_id"], "title": file.name}],
            channel_id=await self._conversation(address),
            initial_comment=escape(voice.say(file.caption)),
        )

    async def _conversation(self, user: str) -> str:
        """Files are shared with a conversation's own id."""
        if user not in self._conversations:
            self._conversations[user] = (await self._call(self._web.conversations_open, users=user))["channel"]["id"]
        return self._conversations[user]

    async def _call(self, call: Callable[..., Awaitable[AsyncSlackResponse]], **arguments: Any) -> dict[str, Any]:
        """One call of the Web API. Slack limits each method by itself: one that it wants rest from is not called."""
        method = call.__name__
        wait = self._closed.get(method, 0.0) - monotonic()
        if wait > 0:
            raise Busy(wait, method)
        try:
            response = await _reached(lambda: call(**arguments))
        except Busy as busy:
            self._closed[method] = monotonic() + busy.seconds
            raise Busy(busy.seconds, method) from busy
        # An answer that was not refused is a JSON object.
        return cast("dict[str, Any]", response.data)


async def _reached(call: Callable[[], Awaitable[R]]) -> R:
    """Slack's errors in the courier's words."""
    try:
        return await call()
    except SlackApiError as error:
        raise _translated(error) from error
    except (aiohttp.ClientError, TimeoutError, SlackRequestError) as error:
        raise Unavailable(type(error).__name__) from error
    except AttributeError as error:  # the library, where an answer is plain text instead of JSON
        raise Unavailable("the answer is not JSON") from error


def _translated(error: SlackApiError) -> DeliveryError:
    response = error.response
    # The library gives its own response or, where that cannot be read, that of its HTTP client.
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 500)
    if status == 429:
        return Busy(float(response.headers.get("Retry-After", 1)))
    said = word_of(error)
    if said in REFUSED | LACKING:
        log.error("Slack does not let the app do this", error=said)
        return Unavailable(said)
    if status >= 500 or not said or said in _PASSING:
        return Unavailable(said or f"answer: {status}")
    if said in _GONE:
        return MessageGone(said)
    if said in _UNREACHABLE:
        return Unreachable(said)
    details = response.get("response_metadata", {}).get("messages", [])
    return Rejected(" ".join([said, *map(str, details)]))

"""Sends to Telegram, and says in the courier's words what went wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from telegram import Bot, ForceReply, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.domain.text import Words
from bot.i18n import Voice
from handlers.channel import Busy, MessageGone, Moved, Rejected, Unavailable, Unreachable
from handlers.flows.screens import Ask, File, Screen
from handlers.pacing import Allowance
from handlers.telegram.inbound import PLATFORM
from handlers.telegram.menu import set_menu
from handlers.telegram.render import notice, render, render_ask

RATE = 29.7
"""Calls a second in all: 99 % of the 30 that Telegram allows, which in practice is never answered with a 429."""

PRIVATE = Allowance(burst=1, rate=1.0)
EDITS = Allowance(burst=6, rate=3.0)
"""Of a private chat's messages. Somebody who drums on the buttons sees the last edit, and holds up nobody else."""
GROUP = Allowance(burst=5, rate=20 / 60)

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid", "message identifier is not")
_UNREACHABLE = ("chat not found", "user is deactivated", "bot can't initiate", "peer_id_invalid", "user not found")


def allowances(rate: float) -> Callable[[str, bool], Allowance]:
    """What each chat may get when `rate` calls a second are allowed in all; groups and channels have negative ids."""
    share = rate / RATE

    def allowance(address: str, new: bool) -> Allowance:
        usual = GROUP if address.startswith("-") else PRIVATE if new else EDITS
        return Allowance(max(1.0, usual.burst * share), usual.rate * share)

    return allowance


class TelegramChannel:
    """The courier's way to Telegram."""

    platform = PLATFORM
    command = "/"

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def send(self, address: str, item: Screen | Ask | File, voice: Voice) -> str:
        with _translated(address):
            message = await self._send(int(address), item, voice)
        return str(message.message_id)

    async def _send(self, chat: int, item: Screen | Ask | File, voice: Voice) -> Message:
        if isinstance(item, File):
            return await self._bot.send_document(
                chat, item.content, filename=item.name, caption=voice.say(item.caption)
            )
        text, markup = self._message(item, voice)
        return await self._bot.send_message(
            chat, text, parse_mode=ParseMode.HTML, reply_markup=markup, link_preview_options=_NO_PREVIEW
        )

    def _message(self, item: Screen | Ask, voice: Voice) -> tuple[str, InlineKeyboardMarkup | ForceReply | None]:
        if isinstance(item, Ask):
            return render_ask(item, voice)
        rendered = render(item, voice)
        return rendered.text, rendered.markup

    async def edit(self, address: str, message: str, screen: Screen, voice: Voice) -> None:
        rendered = render(screen, voice)
        with _translated(address):
            try:
                await self._bot.edit_message_text(
                    rendered.text,
                    chat_id=int(address),
                    message_id=int(message),
                    parse_mode=ParseMode.HTML,
                    reply_markup=rendered.markup,
                    link_preview_options=_NO_PREVIEW,
                )
            except BadRequest as error:
                if "not modified" not in error.message.lower():
                    raise

    async def delete(self, address: str, message: str) -> None:
        with _translated(address), suppress(BadRequest):
            await self._bot.delete_message(int(address), int(message))

    async def set_menu(self, address: str, voice: Voice) -> None:
        with _translated(address):
            await set_menu(self._bot, int(address), voice)

    async def acknowledge(self, query_id: str, text: Words | None, voice: Voice, *, alarm: bool) -> None:
        """End the waiting of a tapped button. Too late is no harm: the tap has had its effect."""
        with suppress(TelegramError):
            said = notice(text, voice)
            await self._bot.answer_callback_query(query_id, text=said, show_alert=alarm if said else None)


def wait_of(error: RetryAfter) -> float:
    """Seconds that Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


@contextmanager
def _translated(address: str) -> Iterator[None]:
    """Telegram's errors in the courier's words."""
    try:
        yield
    except RetryAfter as error:
        raise Busy(wait_of(error), address if address.startswith("-") else None) from error
    except ChatMigrated as error:
        raise Moved(str(error.new_chat_id)) from error
    except Forbidden as error:
        raise Unreachable(error.message) from error
    except BadRequest as error:
        said = error.message.lower()
        if any(words in said for words in _GONE):
            raise MessageGone(error.message) from error
        if any(words in said for words in _UNREACHABLE):
            raise Unreachable(error.message) from error
        raise Rejected(error.message) from error
    except NetworkError as error:
        raise Unavailable(error.message) from error
    except InvalidToken as error:  # the operator's matter, not the message's
        raise Unavailable(error.message) from error
    except TelegramError as error:
        raise Rejected(error.message) from error

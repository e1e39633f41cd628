"""The Bot API as functions: which method runs what, and the order in which a call is checked."""

from collections.abc import Callable
from typing import Any, TypeVar

from sandbox.errors import Json
from sandbox.telegram.chats import Chat
from sandbox.telegram.errors import bad_request, forbidden
from sandbox.telegram.limits import Limits
from sandbox.telegram.messages import Message
from sandbox.telegram.params import Upload
from sandbox.telegram.webhook import WebhookSender
from sandbox.telegram.world import World

Handler = Callable[["BotApi", Json], Any]
H = TypeVar("H", bound=Handler)
HANDLERS: dict[str, Handler] = {}
_LOST = {"group": "group chat", "supergroup": "supergroup chat", "channel": "channel chat"}


def method(name: str) -> Callable[[H], H]:
    """Register the function that serves the Bot API method `name`."""

    def register(handler: H) -> H:
        HANDLERS[name] = handler
        return handler

    return register


class BotApi:
    """What every method needs: the world, the limits, the webhook and the files that came with the call."""

    def __init__(self, world: World, limits: Limits, webhook: WebhookSender) -> None:
        self.world = world
        self.limits = limits
        self.webhook = webhook
        self.uploads: dict[str, Upload] = {}

    async def call(self, name: str, params: Json, files: dict[str, Upload]) -> Any:
        """Run one call with typed parameters and return its `result`; raises `ApiError`."""
        if name == "getUpdates":
            return await self._get_updates(params)
        # Handlers are synchronous, so that one call is one step of the world and this field is its own.
        self.uploads = files
        return HANDLERS[name](self, params)

    async def _get_updates(self, params: Json) -> list[Json]:
        limit, timeout = params.get("limit", 100), params.get("timeout", 0)
        if not 1 <= limit <= 100:
            raise bad_request("limit must be between 1 and 100")
        if timeout < 0:
            raise bad_request("timeout must not be negative")
        if "allowed_updates" in params:
            self.world.updates.allow(params["allowed_updates"])
        return await self.world.updates.poll(params.get("offset", 0), limit, min(timeout, 50))

    def chat(self, chat_id: int | str) -> Chat:
        """The chat that is meant; raises `ApiError` where it is unknown or has moved."""
        chat = self.world.find_chat(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to is not None:
            reason = "group chat was upgraded to a supergroup chat"
            raise bad_request(reason, {"migrate_to_chat_id": chat.migrated_to})
        return chat

    def writable_chat(self, chat_id: int | str) -> Chat:
        """A chat that the bot may write to; raises `ApiError` 403 where people do not let it."""
        chat = self.chat(chat_id)
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        if not chat.bot_present:
            raise forbidden(f"bot was kicked from the {_LOST[chat.kind]}")
        return chat

    def message(self, chat: Chat, message_id: int, missing: str) -> Message:
        """A live message of the chat; raises `ApiError` 400 with the text `missing`."""
        message = chat.messages.get(message_id)
        if message is None:
            raise bad_request(missing)
        return message

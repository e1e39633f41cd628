"""A phone with Telegram on it."""

from sandbox.device import CHOSEN, LOOK_SECONDS, PATIENCE, Device, Question, Shown, Tap
from sandbox.telegram.messages import Message
from sandbox.telegram.world import World

ANSWER_SECONDS = 10.0


class TelegramDevice(Device):
    """The private chat of somebody new with the bot."""

    platform = "telegram"

    def __init__(self, world: World, name: str, language: str = "en") -> None:
        self.world = world
        self.id = world.add_person(name, language_code=language).id
        self.user = str(self.id)
        self._put_off: set[int] = set()

    @property
    def messages(self) -> list[Message]:
        """All messages of the chat, the person's own among them."""
        return self.world.messages(self.id)

    def from_bot(self) -> list[Message]:
        return [message for message in self.messages if message.from_bot]

    def shown(self) -> list[Shown]:
        return [_shown(message) for message in self.from_bot()]

    def question(self) -> Question | None:
        asked = self._asked()
        return Question(str(asked.message_id), asked.text, asked.placeholder or "") if asked else None

    async def say(self, text: str) -> None:
        self.world.send(self.id, text)

    async def answer(self, text: str) -> str | None:
        """Reply to the question; it is cleared away when the words are taken, and something is said when not."""
        asked = self._asked()
        if asked is None:
            raise LookupError("nothing waits for words")
        mine = self.world.send(self.id, text, reply_to=asked.message_id)
        await self.wait(lambda: asked not in self.messages or self._said_since(mine), PATIENCE)
        return None

    def put_off(self) -> None:
        if (asked := self._asked()) is not None:
            self._put_off.add(asked.message_id)

    def upload(self, name: str, content: bytes) -> None:
        self.world.upload(self.id, name, content)

    def files(self) -> list[bytes]:
        return [message.document.content for message in self.from_bot() if message.document]

    def leave(self) -> None:
        self.world.block(self.id)

    def come_back(self) -> None:
        self.world.unblock(self.id)

    def version(self) -> int:
        return self.world.version

    async def changed(self, version: int) -> int:
        return await self.world.changed(version, LOOK_SECONDS)

    async def _tap(self, shown: Shown, action: str, stale: bool) -> str | None:
        tap = self.world.tap(self.id, shown.raw.message_id, action, stale=stale)
        answer = await tap.answered(ANSWER_SECONDS)
        return answer.text if answer else None

    def _screen(self) -> object:
        return [(one.message_id, one.text, one.reply_markup) for one in self.messages]

    def _said_since(self, mine: Message) -> bool:
        return any(message.message_id > mine.message_id for message in self.from_bot())

    def _asked(self) -> Message | None:
        waiting = (one for one in reversed(self.messages) if one.force_reply and one.message_id not in self._put_off)
        return next(waiting, None)


def _shown(message: Message) -> Shown:
    taps = tuple(
        Tap(button.text.removeprefix(CHOSEN), button.data, button.text.startswith(CHOSEN))
        for row in message.buttons()
        for button in row
        if button.data
    )
    return Shown(str(message.message_id), message.text, taps, tuple(message.quotes()), _strong(message), message)


def _strong(message: Message) -> tuple[str, ...]:
    units = message.text.encode("utf-16-le")
    return tuple(
        units[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le")
        for one in message.entities
        if one["type"] == "bold"
    )

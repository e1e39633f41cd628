"""A phone, or a desk, with Slack on it."""

from sandbox.device import CHOSEN, LOOK_SECONDS, NOTICED, Device, Question, Shown, Tap
from sandbox.slack.messages import Message
from sandbox.slack.views import View
from sandbox.slack.world import Workspace

ACK_SECONDS = 10.0


class SlackDevice(Device):
    """Somebody new in the workspace, and their conversation with the app."""

    platform = "slack"

    def __init__(
        self, workspace: Workspace, name: str, language: str = "en-US", time_zone: str = "Europe/London"
    ) -> None:
        self.workspace = workspace
        self.user = workspace.add_person(name, locale=language, tz=time_zone).id

    @property
    def messages(self) -> list[Message]:
        """All messages of the conversation, the person's own among them."""
        return self.workspace.messages(self.user)

    def shown(self) -> list[Shown]:
        return [_shown(one.ts, one) for one in self.messages if one.from_app and not one.ephemeral]

    def home(self) -> Shown:
        """The App Home; `LookupError` when it was never published."""
        view = self.workspace.home(self.user)
        if view is None:
            raise LookupError("there is no App Home yet")
        return _shown(view.id, view)

    def modal(self) -> View | None:
        """The modal on top."""
        modals = self.workspace.modals(self.user)
        return modals[-1] if modals else None

    def notices(self) -> list[str]:
        """What was said to them alone."""
        return [message.plain() or message.text for message in self.messages if message.ephemeral]

    def question(self) -> Question | None:
        view = self.modal()
        field = view.inputs()[0] if view and view.inputs() else None
        return Question(f"{view.id}:{view.hash}", field.label, field.placeholder or "") if view and field else None

    async def say(self, text: str) -> None:
        command = text.startswith("/")
        act = self.workspace.command(self.user, text[1:]) if command else self.workspace.write(self.user, text)
        await act.acked(ACK_SECONDS)

    async def answer(self, text: str) -> str | None:
        """Fill in the modal and send it; it stays open when the words are not taken."""
        view, before = self.modal(), self._screen()
        if view is None:
            raise LookupError("no modal is open")
        await self.workspace.type(self.user, text).acked(ACK_SECONDS)
        sent = await self.workspace.submit(self.user).acked(ACK_SECONDS)
        if self.modal() is view and view.errors:
            return " ".join(view.errors.values())
        if sent is not None:
            await self.wait(lambda: self._screen() != before, NOTICED)
        return None

    def put_off(self) -> None:
        """Close the modal without sending it."""
        self.workspace.close(self.user)

    def upload(self, name: str, content: bytes) -> None:
        self.workspace.upload(self.user, name, content)

    def files(self) -> list[bytes]:
        return [file.content for message in self.messages if message.from_app for file in message.files]

    def leave(self) -> None:
        self.workspace.deactivate(self.user)

    def come_back(self) -> None:
        self.workspace.reactivate(self.user)

    def version(self) -> int:
        return self.workspace.version

    async def changed(self, version: int) -> int:
        return await self.workspace.changed(version, LOOK_SECONDS)

    async def _tap(self, shown: Shown, action: str, stale: bool) -> str | None:
        before, screen = len(self.notices()), self._screen()
        block, name, option = action.split("|")
        act = self.workspace.act(self.user, shown.raw, name, block, option=option or None, stale=stale)
        ack = await act.acked(ACK_SECONDS)
        if ack is not None:
            # Slack has a tap's answer come as a message or an edit of its own, after the ack.
            await self.wait(lambda: self._screen() != screen, NOTICED)
            await self.settled(0.03)
        new = self.notices()[before:]
        return new[-1] if new else None

    def _screen(self) -> object:
        modal, home = self.modal(), self.workspace.home(self.user)
        seen = [(one.ts, one.text, repr(one.blocks)) for one in self.messages]
        return seen, modal and (modal.id, modal.hash, dict(modal.errors)), home and home.hash


def _shown(key: str, where: Message | View) -> Shown:
    taps = tuple(
        Tap(
            button.label.removeprefix(CHOSEN),
            f"{button.block_id}|{button.action_id}|{'' if button.kind == 'button' else button.value}",
            button.chosen or button.label.startswith(CHOSEN),
        )
        for button in where.buttons()
    )
    return Shown(key, where.plain(), taps, tuple(where.quotes()), tuple(where.strong()), where)

"""The workspace around the app: people who write, press, fill in and join, and what the app made of it."""

from sandbox.errors import WorldError
from sandbox.slack.acts import Ack, Act, silent
from sandbox.slack.errors import SlackError
from sandbox.slack.files import SlackFile
from sandbox.slack.forms import form_errors
from sandbox.slack.members import Channel, Member
from sandbox.slack.messages import Message
from sandbox.slack.outgoing import Outgoing
from sandbox.slack.payloads import new_client_msg_id
from sandbox.slack.pressing import Pressed, find_element, press
from sandbox.slack.responding import respond
from sandbox.slack.response_urls import ResponseUrl
from sandbox.slack.state import copied
from sandbox.slack.typing import Typed
from sandbox.slack.views import View


class Workspace(Outgoing):
    """One workspace with one app, in memory; single-threaded, in the event loop's thread.

    Every act returns at once and goes to the app in the background. Acts that no phone allows raise `WorldError`.
    """

    def open_home(self, user: str | Member) -> Act:
        """A person opens the app's Home tab."""
        return self.event("app_home_opened", self.payloads.home_opened(self._active(user), "home"))

    def open_messages(self, user: str | Member) -> Act:
        """A person opens the app's Messages tab."""
        return self.event("app_home_opened", self.payloads.home_opened(self._active(user), "messages"))

    def write(self, user: str | Member, text: str, channel: str | Channel | None = None) -> Act:
        """A person types a message, in their DM with the app or in a channel."""
        return self._say(self._active(user), self.channel_of(user, channel), text, [])

    def upload(
        self,
        user: str | Member,
        file_name: str,
        content: bytes,
        mime_type: str = "application/octet-stream",
        text: str = "",
        channel: str | Channel | None = None,
    ) -> Act:
        """A person shares a file, with a text or without; the act is the message's event."""
        person, found = self._active(user), self.channel_of(user, channel)
        if not content:
            raise WorldError("a file must not be empty")
        file = SlackFile(self.files.new_id(), file_name, mime_type, content, person.id, int(self.clock()))
        file.channels.append(found.id)
        act = self._say(person, found, text, [self.files.keep(file)])
        self.file_event(file, found)
        return act

    def command(
        self, user: str | Member, text: str, channel: str | Channel | None = None, command: str | None = None
    ) -> Act:
        """A person types a slash command; the app's answer to it is shown to them alone, or in the channel."""
        person, found = self._active(user), self.channel_of(user, channel)
        payload = self.payloads.command(person, found, command or self.commands[0], text.strip())
        where = ResponseUrl(person.id, found.id, None, self.clock())
        return self.delivery.send(
            Act("slash_commands", payload, on_ack=lambda act, ack: self._answered(act, ack, where))
        )

    def act(
        self,
        user: str | Member,
        where: Message | View,
        action_id: str,
        block_id: str | None = None,
        *,
        option: str | None = None,
        stale: bool = False,
    ) -> Act:
        """A person presses a button, or chooses or unticks the option with this value.

        With `stale` their screen shows an older version of the message or view, even of a deleted one.
        """
        person = self._active(user)
        if not stale:
            self._check_live(person, where)
        pressed = find_element(where.history if stale else [where.blocks], action_id, block_id, option)
        state = where.state if isinstance(where, View) else where.own_state(person.id)
        pressed = press(pressed, state, option)
        self._touched(where, person)
        return self._used(person, where, pressed) if pressed.told else silent()

    def type(
        self,
        user: str | Member,
        text: str,
        *,
        view: View | None = None,
        block_id: str | None = None,
        action_id: str | None = None,
    ) -> Act:
        """A person types `text` into a field of a view, the first of the top modal if none is named."""
        person, where = self._active(user), view or self._top(user)
        self._check_live(person, where)
        fields = [one for one in where.inputs() if block_id in (None, one.block_id)]
        field = next((one for one in fields if action_id in (None, one.action_id)), None)
        if field is None:
            raise WorldError(f"there is no field {action_id or ''} in block {block_id or 'any'} of {where.title}")
        found = find_element([where.blocks], field.action_id, field.block_id, None)
        pressed = press(found, where.state, text)
        self._touched(where, person)
        return self._used(person, where, pressed) if pressed.told_while_typing else silent()

    def submit(self, user: str | Member, view: View | None = None) -> Act:
        """A person sends the top modal; what is missing or wrong in it they are told at once."""
        person, where = self._active(user), view or self._top(user)
        self._check_live(person, where)
        if where.kind != "modal" or where.submit is None or where.flag("submit_disabled"):
            raise WorldError("there is no button to submit it")
        where.errors = form_errors(where.blocks, where.state)
        self.tell("modal", person.id)
        if where.errors:
            return silent("; ".join(where.errors.values()))
        payload = self.payloads.submitted(person, where)
        return self.interact(payload, lambda act, ack: self.stack.answer(where, act, ack))

    def close(self, user: str | Member, view: View | None = None) -> Act:
        """A person closes the top modal; the app is told where it asked for that."""
        person, where = self._active(user), view or self._top(user)
        self._check_live(person, where)
        told = silent()
        for gone in self.stack.close(where):
            if gone.flag("notify_on_close"):
                cleared = where.flag("clear_on_close")
                told = self.interact(self.payloads.closed(person, gone, is_cleared=cleared))
        return told

    def shortcut(self, user: str | Member, callback_id: str, message: Message) -> Act:
        """A person uses a message shortcut of the app."""
        person = self._active(user)
        self._check_live(person, message)
        return self.interact(self.payloads.shortcut(person, callback_id, message))

    def deactivate(self, user: str | Member) -> Act:
        """An administrator deactivates a person: the app can no longer write to them."""
        return self._set_deleted(user, True)

    def reactivate(self, user: str | Member) -> Act:
        return self._set_deleted(user, False)

    def disconnect_sockets(self, reason: str = "refresh_requested") -> None:
        """Every connection is told to go, and closed after a moment."""
        self.hub.disconnect(reason)

    def deafen_socket(self, n: int = 0) -> None:
        """The connection number `n` stays open, but nothing gets through any more."""
        if not 0 <= n < len(self.hub.connections):
            raise WorldError(f"there is no connection {n}")
        self.hub.deafen(n)

    def _say(self, person: Member, channel: Channel, text: str, files: list[SlackFile]) -> Act:
        names = {one.name.lower(): one.id for one in self.people.values()} | {self.app_name.lower(): self.bot_user_id}
        typed = Typed(text, names) if text.strip() or not files else None
        message = Message(self.new_ts(), channel.id, person.id, False, files=files)
        message.about = {"client_msg_id": new_client_msg_id(), "team": self.team_id}
        if typed is not None:
            message.text, message.blocks = typed.text, [typed.block(self.new_hash()[-5:])]
        act = self.message_event(self.put(message))
        if typed is not None and self.bot_user_id in typed.mentioned and channel.kind != "im" and channel.has_bot:
            mention = message.to_json() | {"type": "app_mention", "channel": channel.id, "event_ts": message.ts}
            act = self.event("app_mention", self.payloads.event(mention))
        return act

    def _used(self, person: Member, where: Message | View, pressed: Pressed) -> Act:
        values = copied(where.state if isinstance(where, View) else where.state(person.id))
        return self.interact(self.payloads.pressed(person, where, pressed.action, values))

    def _answered(self, act: Act, ack: Ack | None, where: ResponseUrl) -> None:
        if ack is None or not ack.body:
            return
        try:
            respond(self, where, ack.body)
        except SlackError as refused:
            act.error = f"{act.payload['command']} failed: {refused}"

    def _active(self, user: str | Member) -> Member:
        person = self.person(user)
        if person.deleted:
            raise WorldError(f"{person.real_name} is deactivated")
        return person

    def _top(self, user: str | Member) -> View:
        stack = self.modals(user)
        if not stack:
            raise WorldError(f"{self.person(user).real_name} has no modal open")
        return stack[-1]

    def _check_live(self, person: Member, where: Message | View) -> None:
        """Raises `WorldError` where this person cannot see it, or something else covers it."""
        if isinstance(where, Message):
            if where not in self.channel_of(person, where.channel).seen_by(person.id):
                raise WorldError(f"there is no message {where.ts} in {where.channel} for {person.real_name}")
        elif where.kind == "home":
            if self.homes.get(person.id) is not where:
                raise WorldError(f"this is not the Home of {person.real_name}")
        elif self.modals(person)[-1:] != [where]:
            raise WorldError(f"the modal {where.title} is not on top for {person.real_name}")

    def _touched(self, where: Message | View, person: Member) -> None:
        if isinstance(where, View):
            self.tell(where.kind, person.id)
        else:
            self.tell("edit", person.id)

    def _set_deleted(self, user: str | Member, deleted: bool) -> Act:
        person = self.person(user)
        if person.deleted == deleted:
            return silent()
        person.deleted, person.updated = deleted, int(self.clock())
        self.tell("state", person.id)
        return self.user_event(person)

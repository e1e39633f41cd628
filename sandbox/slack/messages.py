"""One message of a conversation, in Slack's JSON, with what a test wants to ask of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.errors import Json
from sandbox.slack import reading
from sandbox.slack.files import SlackFile
from sandbox.slack.mrkdwn import bold_of, plain_of
from sandbox.slack.reading import Button, Input
from sandbox.slack.state import State, initial_state


@dataclass(slots=True, eq=False)
class Message:
    """A message: `text` is escaped as Slack has it, `blocks` are complete with their ids.

    `user` is the sender; `ephemeral_to` the only person who sees it; `about` holds what else is part of its JSON
    (bot_id, client_msg_id, thread_ts...); `history` the blocks as they were, oldest first, the present ones last;
    `states` what each person has chosen in it.
    """

    ts: str
    channel: str
    user: str
    from_app: bool
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    ephemeral_to: str | None = None
    files: list[SlackFile] = field(default_factory=list)
    deleted: bool = False
    edited_at: str | None = None
    about: Json = field(default_factory=dict)
    history: list[list[Json]] = field(default_factory=list)
    states: dict[str, State] = field(default_factory=dict)

    @property
    def ephemeral(self) -> bool:
        return self.ephemeral_to is not None

    def rewrite(self, text: str, blocks: list[Json]) -> None:
        """Change what it says; what people chose stays where block and action ids stay."""
        self.text, self.blocks = text, blocks
        self.history.append(blocks)
        self.states = {user: initial_state(blocks, state) for user, state in self.states.items()}

    def state(self, user: str | None = None) -> State:
        """What this person has typed and chosen in it; without `user`, whoever used it last."""
        if user is None:
            user = next(reversed(self.states), None)
        if user is None or user not in self.states:
            return initial_state(self.blocks)
        return self.states[user]

    def own_state(self, user: str) -> State:
        """The same, to be changed."""
        state = self.states.pop(user, None) or initial_state(self.blocks)
        self.states[user] = state
        return state

    def buttons(self) -> list[Button]:
        """What can be pressed, in reading order; each option of a choice counts as one."""
        return reading.buttons_in(self.blocks, self.state())

    def inputs(self) -> list[Input]:
        return reading.inputs_in(self.blocks, self.state())

    def plain(self) -> str:
        """All that can be read, in order, a newline between blocks."""
        return reading.plain_in(self.blocks) if self.blocks else plain_of(self.text)

    def quotes(self) -> list[str]:
        return reading.quotes_in(self.blocks)

    def strong(self) -> list[str]:
        return reading.strong_in(self.blocks) if self.blocks else bold_of(self.text)

    def to_json(self, *, urls: str = "") -> Json:
        """The Slack `message`; `urls` is the base address of the links to its files."""
        body: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, **self.about}
        if self.blocks:
            body["blocks"] = self.blocks
        if self.files:
            body |= {"files": [file.to_json(urls) for file in self.files], "upload": False}
        if self.edited_at is not None:
            body["edited"] = {"user": self.user, "ts": self.edited_at}
        return body

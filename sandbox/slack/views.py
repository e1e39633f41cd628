"""Modals and App Homes: one view, in Slack's JSON, with what a test wants to ask of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sandbox.errors import Json
from sandbox.slack import reading
from sandbox.slack.reading import Button, Input
from sandbox.slack.state import State, copied, initial_state

ViewKind = Literal["modal", "home"]


@dataclass(slots=True, eq=False)
class View:
    """A modal or an App Home: `content` is the view as it was sent, complete with ids; `state` what is typed so far.

    `errors` are shown under their blocks; the one under "" is a warning about the whole view.
    """

    id: str
    hash: str
    user: str
    content: Json
    root_id: str
    previous_id: str | None = None
    state: State = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    history: list[list[Json]] = field(default_factory=list)

    def rewrite(self, content: Json, new_hash: str) -> None:
        """Show something else in its place; what was typed stays where block and action ids stay."""
        self.content, self.hash = content, new_hash
        self.state = initial_state(self.blocks, self.state)
        self.errors = {}
        self.history.append(self.blocks)

    @property
    def kind(self) -> ViewKind:
        return "home" if self.content["type"] == "home" else "modal"

    @property
    def blocks(self) -> list[Json]:
        found: list[Json] = self.content["blocks"]
        return found

    @property
    def callback_id(self) -> str:
        return str(self.content.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        return str(self.content.get("private_metadata", ""))

    @property
    def title(self) -> str | None:
        return self._label("title")

    @property
    def submit(self) -> str | None:
        return self._label("submit")

    @property
    def close(self) -> str | None:
        return self._label("close")

    def _label(self, name: str) -> str | None:
        return self.content[name]["text"] if self.content.get(name) else None

    def flag(self, name: str) -> bool:
        """Is `notify_on_close`, `clear_on_close` or `submit_disabled` set?"""
        return bool(self.content.get(name))

    def buttons(self) -> list[Button]:
        """What can be pressed, in reading order; each option of a choice counts as one."""
        return reading.buttons_in(self.blocks, self.state)

    def inputs(self) -> list[Input]:
        """What can be filled in, in reading order."""
        return reading.inputs_in(self.blocks, self.state)

    def plain(self) -> str:
        """All that can be read under the title, in order, a newline between blocks."""
        return reading.plain_in(self.blocks)

    def quotes(self) -> list[str]:
        return reading.quotes_in(self.blocks)

    def strong(self) -> list[str]:
        return reading.strong_in(self.blocks)

    def to_json(self, about: Json) -> Json:
        """The Slack `view`; `about` holds what is the same in all views of an app."""
        body: Json = {"id": self.id, "hash": self.hash, "type": self.kind, "blocks": self.blocks}
        body |= {name: self.content.get(name) for name in ("title", "submit", "close")}
        body |= {"callback_id": self.callback_id, "private_metadata": self.private_metadata}
        body |= {name: self.flag(name) for name in ("clear_on_close", "notify_on_close", "submit_disabled")}
        body |= {"state": {"values": copied(self.state)}, "external_id": self.content.get("external_id", "")}
        return body | {"root_view_id": self.root_id, "previous_view_id": self.previous_id, **about}

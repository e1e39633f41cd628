"""HTTP for people's side of the local Slack: the JSON API under the page."""

from collections.abc import Callable

from aiohttp import web

from sandbox.errors import Json, WorldError
from sandbox.people_faults import FaultsApi
from sandbox.people_files import chat_file, read_upload
from sandbox.people_json import Handler, integer, optional_text, read_body, reply, routes_of, text
from sandbox.slack.acts import NOT_TAKEN, Act
from sandbox.slack.errors import SlackError
from sandbox.slack.members import Channel, Member
from sandbox.slack.messages import Message
from sandbox.slack.people_json import channel_json, message_json, person_json, state_json, view_json
from sandbox.slack.views import View
from sandbox.slack.world import Workspace

BASE = "/sandbox/api/slack"
_GRACE = 0.5
_PERSON = BASE + "/people/{user:[A-Z0-9]+}"


class SlackPeopleApi:
    """What a person can do in Slack, as HTTP. Errors are `{"error": text}` with status 400 or 404.

    Acts are answered `{"acked": bool, "error": text or null}` once the app has taken them, or has not in its time.
    """

    def __init__(self, world: Workspace, guide: Callable[[], list[str]]) -> None:
        self.world = world
        self.guide = guide
        self._faults = FaultsApi(world.faults, world)

    def routes(self) -> list[web.RouteDef]:
        acts: dict[str, Callable[[Member, Json], Act]] = {
            "open": self._open,
            "write": lambda who, body: self.world.write(who, text(body, "text"), optional_text(body, "channel")),
            "command": self._command,
            "act": self._act,
            "type": self._type,
            "submit": lambda who, body: self.world.submit(who, self._view(who, body)),
            "close": lambda who, body: self.world.close(who, self._view(who, body)),
            "shortcut": lambda who, body: self.world.shortcut(who, text(body, "callback_id"), self._message(who, body)),
        }
        table: list[tuple[str, str, Handler]] = [
            ("GET", f"{BASE}/state", self.state),
            ("POST", f"{BASE}/people", self.add_person),
            ("GET", _PERSON, self.person),
            ("GET", _PERSON + "/channels/{channel}", self.channel),
            *[("POST", f"{_PERSON}/{name}", self._doing(act)) for name, act in acts.items()],
            ("POST", f"{_PERSON}/upload", self.upload),
            ("POST", f"{_PERSON}/read", self.read),
            ("POST", _PERSON + "/{change:deactivate|reactivate}", self.change),
            ("POST", f"{BASE}/faults", self.add_fault),
            *[row for row in self._faults.table(BASE) if row[0] != "POST"],
            ("GET", BASE + "/files/{file_id}", self.file),
        ]
        return routes_of(table)

    async def state(self, request: web.Request) -> web.StreamResponse:
        return reply(state_json(self.world, self.guide()))

    async def add_person(self, request: web.Request) -> web.StreamResponse:
        body = await read_body(request)
        named = {name: value for name in ("locale", "tz") if (value := optional_text(body, name)) is not None}
        return reply(person_json(self.world, self.world.add_person(text(body, "name"), **named)))

    async def person(self, request: web.Request) -> web.StreamResponse:
        who, world = self._who(request), self.world
        home = world.home(who)
        joined = [one.id for one in world.channels.values() if one.kind != "im" and who.id in one.members]
        return reply(
            {
                "person": person_json(world, who),
                "im": world.im(who),
                "messages": [message_json(world, one, who.id) for one in world.messages(who)],
                "home": view_json(home) if home else None,
                "modals": [view_json(view) for view in world.modals(who)],
                "channels": joined,
            }
        )

    async def channel(self, request: web.Request) -> web.StreamResponse:
        who = self._who(request)
        channel = self._channel(who, request.match_info["channel"])
        messages = [message_json(self.world, one, who.id) for one in channel.seen_by(who.id)]
        return reply({"channel": channel_json(channel), "messages": messages})

    async def upload(self, request: web.Request) -> web.StreamResponse:
        who = self._who(request)
        part, content, texts = await read_upload(request)
        mime_type = part.headers.get("Content-Type") or "application/octet-stream"
        said, channel = texts.get("text", ""), texts.get("channel") or None
        return await self._outcome(self.world.upload(who, part.filename or "", content, mime_type, said, channel))

    async def read(self, request: web.Request) -> web.StreamResponse:
        who = self._who(request)
        body = await read_body(request) if request.can_read_body else {}
        self.world.mark_read(who, optional_text(body, "channel"))
        return reply({"acked": True, "error": None})

    async def change(self, request: web.Request) -> web.StreamResponse:
        changes = {"deactivate": self.world.deactivate, "reactivate": self.world.reactivate}
        return await self._outcome(changes[request.match_info["change"]](self._who(request)))

    async def file(self, request: web.Request) -> web.StreamResponse:
        try:
            stored = self.world.files.get(request.match_info["file_id"])
        except SlackError:
            raise LookupError("there is no such file") from None
        return chat_file(stored.name, stored.mimetype, stored.content)

    async def add_fault(self, request: web.Request) -> web.StreamResponse:
        """As for Telegram; also `{"disconnect": true}` and `{"deaf": true}` (or the connection's number)."""
        body = await read_body(request)
        if body.pop("disconnect", False):
            self.world.disconnect_sockets()
        elif "deaf" in body:
            number = 0 if body.pop("deaf") is True else integer(body, "deaf")
            self.world.deafen_socket(number)
        else:
            self._faults.order(body)
        return reply(self.world.faults.to_json())

    def _doing(self, act: Callable[[Member, Json], Act]) -> Handler:
        async def handler(request: web.Request) -> web.StreamResponse:
            return await self._outcome(act(self._who(request), await read_body(request)))

        return handler

    async def _outcome(self, act: Act) -> web.StreamResponse:
        ack = await act.acked(self.world.ack_seconds + _GRACE)
        # What stays on the screen was in time, whatever came of it; of an event's fate a person learns nothing.
        acked = ack is not None and (ack.ok or ack.status == 0)
        silence = None if acked or act.kind == "events_api" else NOT_TAKEN
        return reply({"acked": acked, "error": act.error or silence})

    def _open(self, who: Member, body: Json) -> Act:
        tabs = {"home": self.world.open_home, "messages": self.world.open_messages}
        tab = text(body, "tab")
        if tab not in tabs:
            raise WorldError("tab must be home or messages")
        return tabs[tab](who)

    def _command(self, who: Member, body: Json) -> Act:
        said = body.get("text") or ""
        if not isinstance(said, str):
            raise WorldError("text must be a text")
        return self.world.command(who, said, optional_text(body, "channel"), optional_text(body, "command"))

    def _act(self, who: Member, body: Json) -> Act:
        container = body.get("container")
        if not isinstance(container, dict) or container.get("type") not in ("message", "view"):
            raise WorldError("container must be an object with the type message or view")
        message = container["type"] == "message"
        where = self._message(who, container) if message else self._view(who, container)
        option = body.get("option")
        if option is not None and not isinstance(option, str):
            raise WorldError("option must be a text")
        return self.world.act(who, where, text(body, "action_id"), text(body, "block_id"), option=option)

    def _type(self, who: Member, body: Json) -> Act:
        typed = body.get("text")
        if not isinstance(typed, str):
            raise WorldError("text must be a text")
        ids = {name: text(body, name) for name in ("block_id", "action_id")}
        return self.world.type(who, typed, view=self._view(who, body), **ids)

    def _who(self, request: web.Request) -> Member:
        member = self.world.people.get(request.match_info["user"])
        if member is None:
            raise LookupError(f"there is no person {request.match_info['user']}")
        return member

    def _channel(self, who: Member, channel_id: str) -> Channel:
        channel = self.world.channels.get(channel_id)
        if channel is None or who.id not in channel.members:
            raise LookupError(f"{who.real_name} is in no channel {channel_id}")
        return channel

    def _message(self, who: Member, body: Json) -> Message:
        ts = text(body, "ts")
        found = next((one for one in self.world.messages(who, text(body, "channel")) if one.ts == ts), None)
        if found is None:
            raise WorldError(f"there is no message {ts}")
        return found

    def _view(self, who: Member, body: Json) -> View:
        found = self.world.find_view(text(body, "view_id"))
        if found is None or found.user != who.id:
            raise WorldError(f"{who.real_name} has no view {body['view_id']}")
        return found

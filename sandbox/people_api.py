"""HTTP for people's side of the sandbox: the phone page and the JSON API under it."""

from collections.abc import Callable

from aiohttp import web

from sandbox.changes import Feed
from sandbox.errors import Json
from sandbox.people_events import stream_changes
from sandbox.people_faults import FaultsApi
from sandbox.people_files import chat_file, page_file, read_upload
from sandbox.people_json import Handler, integer, optional_text, read_body, reply, routes_of, text
from sandbox.telegram.book import guess_type, page_json
from sandbox.telegram.chats import Chat, Person
from sandbox.telegram.messages import Message
from sandbox.telegram.world import World

TAP_WAIT = 10.0
BASE = "/sandbox/api"
_CHAT = BASE + "/chats/{person_id:-?[0-9]+}"


class PeopleApi:
    """What a person can do with a phone, as HTTP. Errors are `{"error": text}` with status 400 or 404."""

    def __init__(self, world: World, feeds: tuple[Feed, ...], guide: Callable[[], list[str]]) -> None:
        self.world = world
        self.feeds = feeds
        self.guide = guide

    def routes(self) -> list[web.RouteDef]:
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/", self.root),
            ("GET", "/sandbox", self.root),
            ("GET", "/sandbox/", self.page),
            ("GET", "/sandbox/page/{name:[A-Za-z0-9_][A-Za-z0-9_.-]*}", self.page_file),
            ("GET", f"{BASE}/state", self.state),
            ("POST", f"{BASE}/people", self.add_person),
            ("GET", _CHAT, self.chat),
            ("POST", f"{_CHAT}/send", self.send),
            ("POST", f"{_CHAT}/tap", self.tap),
            ("POST", f"{_CHAT}/upload", self.upload),
            ("POST", _CHAT + "/{act:block|unblock|read}", self.act),
            ("GET", BASE + "/files/{file_id}", self.file),
            ("GET", f"{BASE}/events", self.events),
            *FaultsApi(self.world.faults, self.world).table(BASE),
            ("*", BASE + "/{anything:.*}", self.nothing),
        ]
        return routes_of(table)

    async def root(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/sandbox/")

    async def page(self, request: web.Request) -> web.StreamResponse:
        return page_file("index.html")

    async def page_file(self, request: web.Request) -> web.StreamResponse:
        return page_file(request.match_info["name"])

    async def nothing(self, request: web.Request) -> web.StreamResponse:
        raise LookupError(f"there is no {request.method} {request.path}")

    async def state(self, request: web.Request) -> web.StreamResponse:
        bot = self.world.bot
        people = [self._person(person) for person in self.world.people.values()]
        about = {"name": bot["first_name"], "username": bot["username"]}
        return reply({"bot": about, "people": people, "guide": self.guide()})

    async def add_person(self, request: web.Request) -> web.StreamResponse:
        body = await read_body(request)
        person = self.world.add_person(
            text(body, "first_name"),
            last_name=optional_text(body, "last_name"),
            username=optional_text(body, "username"),
            language_code=optional_text(body, "language_code") or "en",
        )
        return reply(self._person(person))

    async def chat(self, request: web.Request) -> web.StreamResponse:
        person = self._who(request)
        messages = self.world.messages(person.id)
        waiting = _open_force_reply(messages)
        return reply(
            {
                "person": self._person(person),
                "messages": [page_json(message) for message in messages],
                "menu": self.world.menu(person.id),
                "placeholder": waiting.placeholder if waiting else None,
                "force_reply_to": waiting.message_id if waiting else None,
            }
        )

    async def send(self, request: web.Request) -> web.StreamResponse:
        person, body = self._who(request), await read_body(request)
        reply_to = body.get("reply_to")
        if reply_to is not None:
            reply_to = integer(body, "reply_to")
        return reply(page_json(self.world.send(person.id, text(body, "text"), reply_to=reply_to)))

    async def tap(self, request: web.Request) -> web.StreamResponse:
        person, body = self._who(request), await read_body(request)
        tap = self.world.tap(person.id, integer(body, "message_id"), text(body, "data"))
        answer = await tap.answered(TAP_WAIT)
        if answer is None:
            return reply({"answered": False, "text": None, "show_alert": False})
        return reply({"answered": True, "text": answer.text, "show_alert": answer.show_alert})

    async def upload(self, request: web.Request) -> web.StreamResponse:
        person = self._who(request)
        part, content, _ = await read_upload(request)
        name = part.filename or ""
        mime_type = part.headers.get("Content-Type") or guess_type(name)
        return reply(page_json(self.world.upload(person.id, name, content, mime_type)))

    async def act(self, request: web.Request) -> web.StreamResponse:
        acts = {"block": self.world.block, "unblock": self.world.unblock, "read": self.world.mark_read}
        acts[request.match_info["act"]](self._who(request).id)
        return reply({"ok": True})

    async def file(self, request: web.Request) -> web.StreamResponse:
        stored = self.world.files.get(request.match_info["file_id"])
        if stored is None:
            raise LookupError("there is no such file")
        return chat_file(stored.file_name, stored.mime_type, stored.content)

    async def events(self, request: web.Request) -> web.StreamResponse:
        return await stream_changes(request, *self.feeds)

    def _who(self, request: web.Request) -> Person:
        person = self.world.people.get(int(request.match_info["person_id"]))
        if person is None:
            raise LookupError(f"there is no person {request.match_info['person_id']}")
        return person

    def _person(self, person: Person) -> Json:
        chat: Chat = self.world.chats[person.id]
        return {
            "id": person.id,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "username": person.username,
            "language_code": person.language_code,
            "blocked": chat.blocked,
            "started": chat.started,
            "unread": chat.unread(),
        }


def _open_force_reply(messages: list[Message]) -> Message | None:
    """The message whose reply field is open on the phone: nobody wrote anything since it came."""
    for message in reversed(messages):
        if not message.from_bot:
            return None
        if message.force_reply:
            return message
    return None

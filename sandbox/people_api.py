"""HTTP for people's side of the sandbox: the phone page and the JSON API under it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from sandbox.people_events import stream_changes
from sandbox.people_json import integer, number, optional_text, read_body, read_fault, refuse_other_sites, reply, text
from sandbox.telegram.book import guess_type, page_json
from sandbox.telegram.chats import Chat, Person
from sandbox.telegram.errors import ApiError, Json, WorldError
from sandbox.telegram.faults import Faults
from sandbox.telegram.messages import Message
from sandbox.telegram.world import World

PAGE = Path(__file__).with_name("page")
TAP_WAIT = 10.0
_BASE = "/sandbox/api"
_CHAT = _BASE + "/chats/{person_id:-?[0-9]+}"
_SAFE_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# Named here, since the system's own table of types differs from machine to machine.
_PAGE_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_UPDATE_FAULTS = ("duplicate", "shuffle", "lose_ack")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PeopleApi:
    """What a person can do with a phone, as HTTP. Errors are `{"error": text}` with status 400 or 404."""

    def __init__(self, world: World, faults: Faults, guide: Callable[[], list[str]]) -> None:
        self.world = world
        self.faults = faults
        self.guide = guide

    def routes(self) -> list[web.RouteDef]:
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/", self.root),
            ("GET", "/sandbox", self.root),
            ("GET", "/sandbox/", self.page),
            ("GET", "/sandbox/page/{name:[A-Za-z0-9_][A-Za-z0-9_.-]*}", self.page_file),
            ("GET", f"{_BASE}/state", self.state),
            ("POST", f"{_BASE}/people", self.add_person),
            ("GET", _CHAT, self.chat),
            ("POST", f"{_CHAT}/send", self.send),
            ("POST", f"{_CHAT}/tap", self.tap),
            ("POST", f"{_CHAT}/upload", self.upload),
            ("POST", _CHAT + "/{act:block|unblock|read}", self.act),
            ("GET", _BASE + "/files/{file_id}", self.file),
            ("GET", f"{_BASE}/events", self.events),
            ("GET", f"{_BASE}/faults", self.list_faults),
            ("POST", f"{_BASE}/faults", self.add_fault),
            ("DELETE", f"{_BASE}/faults", self.clear_faults),
            ("GET", f"{_BASE}/calls", self.calls),
            ("*", _BASE + "/{anything:.*}", self.nothing),
        ]
        return [web.route(verb, path, _with_errors(handler)) for verb, path, handler in table]

    async def root(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/sandbox/")

    async def page(self, request: web.Request) -> web.StreamResponse:
        return _static("index.html")

    async def page_file(self, request: web.Request) -> web.StreamResponse:
        return _static(request.match_info["name"])

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
        if not request.content_type.startswith("multipart/"):
            raise WorldError("an upload is a multipart form with the field 'file'")
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "file" and part.filename:
                content = bytes(await part.read(decode=False))
                mime_type = part.headers.get("Content-Type") or guess_type(part.filename)
                return reply(page_json(self.world.upload(person.id, part.filename, content, mime_type)))
        raise WorldError("the field 'file' with a file name is missing")

    async def act(self, request: web.Request) -> web.StreamResponse:
        acts = {"block": self.world.block, "unblock": self.world.unblock, "read": self.world.mark_read}
        acts[request.match_info["act"]](self._who(request).id)
        return reply({"ok": True})

    async def file(self, request: web.Request) -> web.StreamResponse:
        stored = self.world.files.get(request.match_info["file_id"])
        if stored is None:
            raise LookupError("there is no such file")
        # Anything but plain pictures is offered for download only: it may be a page with scripts.
        shown = stored.mime_type in _SAFE_IMAGES
        disposition = "inline" if shown else "attachment"
        headers = {
            "Content-Type": stored.mime_type if shown else _harmless(stored.mime_type),
            "Content-Disposition": _disposition(disposition, stored.file_name),
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
        }
        return web.Response(body=stored.content, headers=headers)

    async def events(self, request: web.Request) -> web.StreamResponse:
        return await stream_changes(request, self.world)

    async def list_faults(self, request: web.Request) -> web.StreamResponse:
        return reply(self.faults.to_json())

    async def add_fault(self, request: web.Request) -> web.StreamResponse:
        """Adds a rule (fields of `Fault`), or sets `duplicate`, `shuffle`, `lose_ack` or `network_down` (seconds)."""
        body = await read_body(request)
        special = {name: number(body, name) for name in (*_UPDATE_FAULTS, "network_down") if name in body}
        rule = {name: value for name, value in body.items() if name not in special}
        if rule or not special:
            self.faults.add(read_fault(rule))
        for name, value in special.items():
            if name == "network_down":
                self.faults.network_down(value)
            else:
                setattr(self.faults, name, value)
        return reply(self.faults.to_json())

    async def clear_faults(self, request: web.Request) -> web.StreamResponse:
        self.faults.clear()
        return reply(self.faults.to_json())

    async def calls(self, request: web.Request) -> web.StreamResponse:
        """Calls number `since` and later; `next` is what to pass as `since` the next time."""
        since = request.query.get("since", "0")
        if not since.isdigit():
            raise WorldError("since must be a number")
        total, kept = self.world.call_count, list(self.world.calls)
        first = total - len(kept)
        found = kept[max(int(since) - first, 0) :]
        shown = [{"method": call.method, "params": call.params, "ok": call.ok, "status": call.status} for call in found]
        return reply({"next": total, "calls": shown})

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


def _with_errors(handler: Handler) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            refuse_other_sites(request)
            return await handler(request)
        except LookupError as missing:
            return reply({"error": str(missing.args[0])}, 404)
        except (WorldError, ApiError) as refused:
            return reply({"error": str(refused)}, 400)
        except web.HTTPRequestEntityTooLarge:
            return reply({"error": "that is too big"}, 400)

    return answer


def _open_force_reply(messages: list[Message]) -> Message | None:
    """The message whose reply field is open on the phone: nobody wrote anything since it came."""
    for message in reversed(messages):
        if not message.from_bot:
            return None
        if message.force_reply:
            return message
    return None


def _static(name: str) -> web.StreamResponse:
    path = PAGE / name
    if not path.is_file():
        raise LookupError(f"there is no page {name}")
    headers = {
        "Content-Type": _PAGE_TYPES.get(path.suffix, "application/octet-stream"),
        "Cache-Control": "no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    return web.FileResponse(path, headers=headers)


def _harmless(mime_type: str) -> str:
    kind = mime_type.partition(";")[0].strip().lower()
    return (
        kind
        if kind in ("text/plain", "text/csv", "application/json", "application/pdf")
        else "application/octet-stream"
    )


def _disposition(kind: str, file_name: str) -> str:
    return f"{kind}; filename*=UTF-8''{quote(file_name, safe='')}"

"""The Bot API over HTTP: reads a call in any of Telegram's encodings, runs it, answers, and fails when told to."""

import asyncio
from dataclasses import dataclass
from typing import Any, cast

import orjson
from aiohttp import BodyPartReader, web

from sandbox.telegram import methods_bot, methods_edit, methods_send, methods_webhook
from sandbox.telegram.calls import Call
from sandbox.telegram.errors import ApiError, ConnectionLost, Json, too_many_requests
from sandbox.telegram.faults import Fault, Faults
from sandbox.telegram.files import MAX_UPLOAD
from sandbox.telegram.methods import BotApi
from sandbox.telegram.params import Upload, read_params
from sandbox.telegram.signatures import METHODS

# Importing these modules registers their methods.
SERVED = (methods_bot, methods_edit, methods_send, methods_webhook)
MAX_BODY = MAX_UPLOAD + 1024 * 1024
_GARBAGE = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"


@dataclass(slots=True)
class _Received:
    """A call as it came in; `params` are the raw ones until they were read as typed ones."""

    method: str
    params: Json
    files: dict[str, Upload]
    unreadable: ApiError | None = None

    def shown(self) -> Json:
        """The parameters for the log, without the bytes of files."""
        return {name: value for name, value in self.params.items() if not isinstance(value, Upload)}


@dataclass(frozen=True, slots=True)
class _Outcome:
    status: int
    body: Json

    @property
    def description(self) -> str | None:
        return self.body.get("description")


class BotApiServer:
    """aiohttp handlers for `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    def __init__(self, api: BotApi, faults: Faults) -> None:
        self.api = api
        self.world = api.world
        self.faults = faults
        self.stopping = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/bot{token:[^/]+}/{method}", self.handle),
            web.post("/bot{token:[^/]+}/{method}", self.handle),
            web.get("/file/bot{token:[^/]+}/{path:.+}", self.download),
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call of a method."""
        method = request.match_info["method"]
        if self.faults.down_for > 0:
            return _cut(request)
        if request.match_info["token"] != self.world.token:
            return _json(_refusal(ApiError(401, "Unauthorized")))
        call = await _receive(method, request)
        fault = self.faults.strike(method)
        if fault is not None and not fault.after_effect:
            failed = await self._fail(request, fault, call, took_effect=False)
            if failed is not None:
                return failed
        try:
            outcome = await self._run(call)
        except ConnectionLost:
            return _cut(request)
        if fault is not None and fault.after_effect:
            failed = await self._fail(request, fault, call, took_effect=outcome.status == 200)
            if failed is not None:
                return failed
        self._log(call, outcome.status, outcome.description)
        return _json(outcome)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file whose path getFile gave."""
        if self.faults.down_for > 0:
            return _cut(request)
        stored = self.world.files.at(request.match_info["path"])
        if request.match_info["token"] != self.world.token or stored is None:
            return _json(_refusal(ApiError(404, "Not Found")))
        return web.Response(body=stored.content, content_type="application/octet-stream")

    async def _run(self, call: _Received) -> _Outcome:
        try:
            if call.unreadable is not None:
                raise call.unreadable
            if call.method not in METHODS:
                raise ApiError(404, "Not Found")
            call.params = read_params(call.method, call.params, call.files)
            return _Outcome(200, {"ok": True, "result": await self.api.call(call.method, call.params, call.files)})
        except ApiError as refused:
            return _refusal(refused)

    async def _fail(
        self, request: web.Request, fault: Fault, call: _Received, *, took_effect: bool
    ) -> web.StreamResponse | None:
        """Fail as the rule says; None where the call should go on, later."""
        if fault.kind == "hold":
            await self._pause(fault.delay)
            return None
        note = f"fault {fault.kind}" + (", after the call was carried out" if took_effect else "")
        if fault.kind in ("reset", "timeout"):
            self._log(call, 0, note)
            if fault.kind == "timeout":
                await self._pause(fault.delay)
            return _cut(request)
        if fault.kind == "garbage":
            self._log(call, 502, note)
            return web.Response(status=502, text=_GARBAGE, content_type="text/html")
        refusal = _planned_refusal(fault)
        self._log(call, refusal.status, note)
        return _json(_refusal(refusal))

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return

    def _log(self, call: _Received, status: int, description: str | None) -> None:
        sizes = {name: len(upload.content) for name, upload in call.files.items()}
        at = self.world.clock()
        self.world.log(Call(at, call.method, call.shown(), sizes, status == 200, status, description))


async def not_found(request: web.Request) -> web.StreamResponse:
    """What Telegram answers at an address that it does not have."""
    return _json(_refusal(ApiError(404, "Not Found")))


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _receive(method: str, request: web.Request) -> _Received:
    """Parameters from the query string and the body, and files; or the refusal of a body that cannot be read."""
    call = _Received(method, dict(request.query), {})
    try:
        if request.content_type == "application/json":
            call.params |= _json_object(await request.read())
        elif request.content_type == "application/x-www-form-urlencoded":
            call.params |= cast(Json, dict(await request.post()))
        elif request.content_type.startswith("multipart/"):
            await _read_parts(request, call.params, call.files)
    except web.HTTPRequestEntityTooLarge:
        call.unreadable = ApiError(413, "Request Entity Too Large")
    except (ValueError, AssertionError):
        call.unreadable = ApiError(400, "Bad Request: can't parse the body of the request")
    return call


async def _read_parts(request: web.Request, raw: Json, files: dict[str, Upload]) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise ValueError("every part needs a name")
        content = bytes(await part.read(decode=False))
        if part.filename is None:
            raw[part.name] = content.decode()
        else:
            mime_type = part.headers.get("Content-Type", "application/octet-stream")
            files[part.name] = Upload(part.filename, content, mime_type)
        if sum(len(upload.content) for upload in files.values()) > MAX_BODY:
            raise web.HTTPRequestEntityTooLarge(MAX_BODY, MAX_BODY)


def _json_object(body: bytes) -> Json:
    if not body:
        return {}
    found: Any = orjson.loads(body)
    if not isinstance(found, dict):
        raise ValueError("an object is needed")
    return {name: value for name, value in found.items() if value is not None}


def _planned_refusal(fault: Fault) -> ApiError:
    if fault.kind == "429":
        return too_many_requests(fault.retry_after)
    return ApiError(500, "Internal Server Error") if fault.kind == "500" else ApiError(502, "Bad Gateway")


def _refusal(refused: ApiError) -> _Outcome:
    return _Outcome(refused.status, refused.to_json())


def _json(outcome: _Outcome) -> web.Response:
    headers = {"Content-Type": "application/json"}
    parameters = outcome.body.get("parameters", {})
    if "retry_after" in parameters:
        headers["Retry-After"] = str(parameters["retry_after"])
    return web.Response(status=outcome.status, body=orjson.dumps(outcome.body), headers=headers)

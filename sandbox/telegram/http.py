"""The Bot API over HTTP: reads a call in any of Telegram's encodings, runs it and answers."""

from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from aiohttp import BodyPartReader, web

from sandbox.call_server import CallServer, Outcome, Received, as_json, cut
from sandbox.errors import Json
from sandbox.faults import Fault, Faults
from sandbox.telegram import methods_bot, methods_edit, methods_send, methods_webhook
from sandbox.telegram.errors import ApiError, too_many_requests
from sandbox.telegram.files import MAX_UPLOAD
from sandbox.telegram.methods import BotApi
from sandbox.telegram.params import Upload, read_params
from sandbox.telegram.signatures import METHODS

# Importing these modules registers their methods.
SERVED = (methods_bot, methods_edit, methods_send, methods_webhook)
MAX_BODY = MAX_UPLOAD + 1024 * 1024


@dataclass(slots=True)
class _Body:
    """What came with a call, or the refusal of a body that cannot be read."""

    params: Json
    uploads: dict[str, Upload] = field(default_factory=dict)
    unreadable: ApiError | None = None


class BotApiServer:
    """aiohttp handlers for `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    def __init__(self, api: BotApi, faults: Faults) -> None:
        self.api = api
        self.world = api.world
        self.faults = faults
        self._calls = CallServer(faults, api.world, api.world.clock, _planned_refusal)
        self.stopping = self._calls.stopping

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/bot{token:[^/]+}/{method}", self.handle),
            web.post("/bot{token:[^/]+}/{method}", self.handle),
            web.get("/file/bot{token:[^/]+}/{path:.+}", self.download),
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call of a method."""
        if self.faults.down_for > 0:
            return cut(request)
        if request.match_info["token"] != self.world.token:
            return as_json(_refusal(ApiError(401, "Unauthorized")))
        body = await _receive(request)
        sizes = {name: len(upload.content) for name, upload in body.uploads.items()}
        call = Received(request.match_info["method"], body.params, sizes)
        return await self._calls.serve(request, call, lambda: self._run(call, body))

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file whose path getFile gave."""
        if self.faults.down_for > 0:
            return cut(request)
        stored = self.world.files.at(request.match_info["path"])
        if request.match_info["token"] != self.world.token or stored is None:
            return as_json(_refusal(ApiError(404, "Not Found")))
        return web.Response(body=stored.content, content_type="application/octet-stream")

    async def _run(self, call: Received, body: _Body) -> Outcome:
        try:
            if body.unreadable is not None:
                raise body.unreadable
            if call.method not in METHODS:
                raise ApiError(404, "Not Found")
            params = read_params(call.method, body.params, body.uploads)
            # The log shows them as they were understood, without the bytes of files.
            call.params = {name: value for name, value in params.items() if not isinstance(value, Upload)}
            return Outcome(200, {"ok": True, "result": await self.api.call(call.method, params, body.uploads)})
        except ApiError as refused:
            return _refusal(refused)


async def not_found(request: web.Request) -> web.StreamResponse:
    """What Telegram answers at an address that it does not have."""
    return as_json(_refusal(ApiError(404, "Not Found")))


async def _receive(request: web.Request) -> _Body:
    """Parameters from the query string and the body, and files; or the refusal of a body that cannot be read."""
    body = _Body(dict(request.query))
    try:
        if request.content_type == "application/json":
            body.params |= _json_object(await request.read())
        elif request.content_type == "application/x-www-form-urlencoded":
            body.params |= cast(Json, dict(await request.post()))
        elif request.content_type.startswith("multipart/"):
            await _read_parts(request, body.params, body.uploads)
    except web.HTTPRequestEntityTooLarge:
        body.unreadable = ApiError(413, "Request Entity Too Large")
    except (ValueError, AssertionError):
        body.unreadable = ApiError(400, "Bad Request: can't parse the body of the request")
    return body


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


def _planned_refusal(fault: Fault) -> Outcome:
    if fault.kind == "429":
        return _refusal(too_many_requests(fault.retry_after))
    return _refusal(ApiError(500, "Internal Server Error") if fault.kind == "500" else ApiError(502, "Bad Gateway"))


def _refusal(refused: ApiError) -> Outcome:
    parameters = refused.parameters or {}
    headers = {"Retry-After": str(parameters["retry_after"])} if "retry_after" in parameters else {}
    return Outcome(refused.status, refused.to_json(), False, refused.description, headers)

"""The Web API and its neighbours over HTTP: calls, uploads, downloads, response URLs and sockets."""

from typing import Any, cast

import orjson
from aiohttp import BodyPartReader, web

from sandbox.call_server import CallServer, Outcome, Received, cut
from sandbox.errors import Json
from sandbox.faults import Fault
from sandbox.slack import methods_about, methods_chat, methods_conversations, methods_files, methods_views, sockets
from sandbox.slack.errors import SlackError, invalid_arguments, rate_limited
from sandbox.slack.files import DOWNLOADS
from sandbox.slack.limits import SlackLimits
from sandbox.slack.methods import HANDLERS, WebApi
from sandbox.slack.outgoing import Outgoing
from sandbox.slack.params import read_params
from sandbox.slack.responding import respond
from sandbox.slack.response_urls import PATH as RESPONSES
from sandbox.slack.signatures import METHODS, Method

# Importing these modules registers their methods.
SERVED = (methods_about, methods_chat, methods_conversations, methods_files, methods_views)
_APP_SCOPE = "connections:write"
_LOGIN = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to Sandbox</body></html>"


class WebApiServer:
    """aiohttp handlers for `/api/<method>` and for the addresses that its answers name."""

    def __init__(self, world: Outgoing, limits: SlackLimits) -> None:
        self.world = world
        self.limits = limits
        self._api = WebApi(world, limits)
        self._calls = CallServer(world.faults, world, world.clock, _planned_refusal)
        self.stopping = self._calls.stopping

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/api/{method}", self.handle),
            web.post(methods_files.UPLOADS + "/{ticket}", self.upload),
            web.get(DOWNLOADS + "/{file_id}/{name}", self.download),
            web.post(RESPONSES + "/{token}", self.respond),
            web.get(sockets.PATH, self.world.hub.handle),
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call of a method."""
        if self.world.faults.down_for > 0:
            return cut(request)
        refusal: SlackError | None = None
        raw: Json = dict(request.query)
        try:
            raw |= await _body(request)
        except SlackError as refused:
            refusal = refused
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(raw.get("token", ""))
        # Slack's clients name the team in every call; it matters only to apps for whole organisations.
        for name in ("token", "team_id"):
            raw.pop(name, None)
        call = Received(request.match_info["method"], raw)

        async def run() -> Outcome:
            return self._run(call, token, refusal)

        return await self._calls.serve(request, call, run)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file, raw or as a part of a form."""
        upload = self.world.files.by_ticket(request.match_info["ticket"])
        if upload is None or self.world.faults.down_for > 0:
            return cut(request) if upload else web.Response(status=404, text="not found")
        if request.content_type.startswith("multipart/"):
            content = b""
            async for part in await request.multipart():
                if isinstance(part, BodyPartReader) and part.filename is not None:
                    content = bytes(await part.read(decode=False))
        else:
            content = await request.read()
        if len(content) != upload.length:
            return web.Response(status=400, text=f"expected {upload.length} bytes, got {len(content)}")
        upload.content = content
        return web.Response(text=f"OK - {len(content)}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file, for the app only: anybody else is shown a page to sign in, with status 200."""
        if request.headers.get("Authorization") != f"Bearer {self.world.bot_token}":
            return web.Response(text=_LOGIN, content_type="text/html")
        try:
            file = self.world.files.get(request.match_info["file_id"])
        except SlackError:
            return web.Response(status=404, text="not found")
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """An answer to an act, at its response URL; not limited by any tier."""
        if self.world.faults.down_for > 0:
            return cut(request)
        call = Received("response_url", {})

        async def run() -> Outcome:
            try:
                call.params = await _body(request)
                where = self.world.response_urls.find(request.match_info["token"])
                respond(self.world, where, call.params)
                where.uses += 1
                return Outcome(200, {"ok": True})
            except SlackError as refused:
                status = refused.status if refused.status != 200 else 400
                return Outcome(status, refused.to_json(), False, str(refused))

        return await self._calls.serve(request, call, run)

    def _run(self, call: Received, token: str, refusal: SlackError | None) -> Outcome:
        try:
            if refusal is not None:
                raise refusal
            method = METHODS.get(call.method)
            if method is None:
                raise SlackError("unknown_method", extra={"req_method": call.method})
            self._authorize(method, token)
            if method.tier != "post":
                self.limits.take(method.name, method.tier)
            call.params = read_params(method, call.params)
            # Handlers are synchronous, so that one call is one step of the world.
            answer = {"ok": True, **HANDLERS[method.name](self._api, call.params)}
            return Outcome(200, answer, headers=self._scopes(token))
        except SlackError as refused:
            return _refusal(refused)

    def _authorize(self, method: Method, token: str) -> None:
        world = self.world
        if method.name == "api.test":
            return
        if not token:
            raise SlackError("not_authed")
        if token not in (world.bot_token, world.app_token):
            raise SlackError("invalid_auth")
        if (token == world.app_token) != (method.scope == _APP_SCOPE):
            raise SlackError("not_allowed_token_type")
        if not world.installed:
            raise SlackError("account_inactive")
        if method.scope not in (None, _APP_SCOPE) and method.scope not in world.scopes:
            raise SlackError(
                "missing_scope", extra={"needed": method.scope, "provided": ",".join(sorted(world.scopes))}
            )

    def _scopes(self, token: str) -> dict[str, str]:
        scopes = _APP_SCOPE if token == self.world.app_token else ",".join(sorted(self.world.scopes))
        return {"X-OAuth-Scopes": scopes}


async def _body(request: web.Request) -> Json:
    """The parameters in the body; raises `SlackError` for one that cannot be read."""
    if request.content_type == "application/json":
        try:
            found: Any = orjson.loads(await request.read() or b"{}")
        except orjson.JSONDecodeError:
            raise SlackError("invalid_json") from None
        if not isinstance(found, dict):
            raise SlackError("json_not_object")
        return {name: value for name, value in found.items() if value is not None}
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return cast(Json, dict(await request.post()))
    if await request.read():
        raise invalid_arguments(f"the content type {request.content_type} is not read")
    return {}


def _planned_refusal(fault: Fault) -> Outcome:
    if fault.kind == "429":
        return _refusal(rate_limited(fault.retry_after))
    error, status = ("internal_error", 500) if fault.kind == "500" else ("service_unavailable", 502)
    return _refusal(SlackError(error, status=status))


def _refusal(refused: SlackError) -> Outcome:
    headers = {"Retry-After": str(refused.retry_after)} if refused.retry_after is not None else {}
    return Outcome(refused.status, refused.to_json(), False, str(refused), headers)

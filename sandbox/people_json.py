"""Reading and writing of JSON for people's side: clear refusals of whatever does not fit."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from sandbox.errors import Json, WorldError
from sandbox.faults import Fault

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes_of(table: list[tuple[str, str, Handler]]) -> list[web.RouteDef]:
    """Routes whose refusals are answered as `{"error": text}`, with status 400 or 404."""
    return [web.route(verb, path, _with_errors(handler)) for verb, path, handler in table]


def _with_errors(handler: Handler) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            refuse_other_sites(request)
            return await handler(request)
        except LookupError as missing:
            return reply({"error": str(missing.args[0])}, 404)
        except WorldError as refused:
            return reply({"error": str(refused)}, 400)
        except web.HTTPRequestEntityTooLarge:
            return reply({"error": "that is too big"}, 400)

    return answer


def refuse_other_sites(request: web.Request) -> None:
    """Raise `WorldError` for a request that another web site's page makes through the visitor's browser."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise WorldError(f"requests from {origin} are not taken")


async def read_body(request: web.Request) -> Json:
    try:
        found: Any = orjson.loads(await request.read())
    except orjson.JSONDecodeError as fault:
        raise WorldError(f"the body is no JSON: {fault}") from None
    if not isinstance(found, dict):
        raise WorldError("the body must be a JSON object")
    return found


def text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise WorldError(f"{name} must be a text that is not empty")
    return value


def optional_text(body: Json, name: str) -> str | None:
    return text(body, name) if body.get(name) is not None else None


def integer(body: Json, name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise WorldError(f"{name} must be a whole number")
    return value


def number(body: Json, name: str) -> float:
    value = body.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise WorldError(f"{name} must be a number from 0 on")
    return float(value)


def read_fault(body: Json) -> Fault:
    try:
        return Fault(**body)
    except (TypeError, ValueError) as fault:
        raise WorldError(f"no such fault: {fault}") from None


def reply(body: Json, status: int = 200) -> web.Response:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=orjson.dumps(body), status=status, headers=headers)

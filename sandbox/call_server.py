"""What both platforms' APIs do with a call: run it, answer it, log it, and fail it when told to."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import orjson
from aiohttp import web

from sandbox.calls import Call, CallLog
from sandbox.errors import ConnectionLost, Json
from sandbox.faults import Fault, Faults

_GARBAGE = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"


@dataclass(slots=True)
class Received:
    """A call as it came in: `files` maps a part's name to its size in bytes."""

    method: str
    params: Json
    files: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the caller is told; `description` says why it was refused."""

    status: int
    body: Json
    ok: bool = True
    description: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class CallServer:
    """Answers the calls of one API. `refusal` words a planned failure as the platform would."""

    def __init__(
        self, faults: Faults, log: CallLog, clock: Callable[[], float], refusal: Callable[[Fault], Outcome]
    ) -> None:
        self.faults = faults
        self.stopping = asyncio.Event()
        self._calls = log
        self._clock = clock
        self._refusal = refusal

    async def serve(
        self, request: web.Request, call: Received, run: Callable[[], Awaitable[Outcome]]
    ) -> web.StreamResponse:
        """Answer `call` with what `run` makes of it, unless a planned failure strikes before or after."""
        fault = self.faults.strike(call.method)
        if fault is not None and not fault.after_effect:
            failed = await self._fail(request, fault, call, took_effect=False)
            if failed is not None:
                return failed
        try:
            outcome = await run()
        except ConnectionLost:
            return cut(request)
        if fault is not None and fault.after_effect:
            failed = await self._fail(request, fault, call, took_effect=outcome.ok)
            if failed is not None:
                return failed
        self._log(call, outcome)
        return as_json(outcome)

    async def _fail(
        self, request: web.Request, fault: Fault, call: Received, *, took_effect: bool
    ) -> web.StreamResponse | None:
        """Fail as the rule says; None where the call should go on, later."""
        if fault.kind == "hold":
            await self._pause(fault.delay)
            return None
        note = f"fault {fault.kind}" + (", after the call was carried out" if took_effect else "")
        if fault.kind in ("reset", "timeout"):
            self._log(call, Outcome(0, {}, False, note))
            if fault.kind == "timeout":
                await self._pause(fault.delay)
            return cut(request)
        if fault.kind == "garbage":
            self._log(call, Outcome(502, {}, False, note))
            return web.Response(status=502, text=_GARBAGE, content_type="text/html")
        refusal = self._refusal(fault)
        self._log(call, Outcome(refusal.status, {}, False, note))
        return as_json(refusal)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return

    def _log(self, call: Received, outcome: Outcome) -> None:
        told = outcome.ok, outcome.status, outcome.description
        self._calls.log(Call(self._clock(), call.method, call.params, call.files, *told))


def cut(request: web.Request) -> web.StreamResponse:
    """Close the connection with no answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def as_json(outcome: Outcome) -> web.Response:
    headers = {"Content-Type": "application/json", **outcome.headers}
    return web.Response(status=outcome.status, body=orjson.dumps(outcome.body), headers=headers)

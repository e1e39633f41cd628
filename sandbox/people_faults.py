"""Failures on order and the log of calls, over HTTP: the same for both platforms."""

from aiohttp import web

from sandbox.calls import CallLog
from sandbox.errors import Json, WorldError
from sandbox.faults import Faults
from sandbox.people_json import Handler, number, read_body, read_fault, reply

_UPDATE_FAULTS = ("duplicate", "shuffle", "lose_ack")


class FaultsApi:
    """Routes under `base`: `/faults` (GET, POST, DELETE) and `/calls` (GET)."""

    def __init__(self, faults: Faults, log: CallLog) -> None:
        self.faults = faults
        self.log = log

    def table(self, base: str) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", f"{base}/faults", self.list_faults),
            ("POST", f"{base}/faults", self.add_fault),
            ("DELETE", f"{base}/faults", self.clear_faults),
            ("GET", f"{base}/calls", self.calls),
        ]

    async def list_faults(self, request: web.Request) -> web.StreamResponse:
        return reply(self.faults.to_json())

    async def add_fault(self, request: web.Request) -> web.StreamResponse:
        """Adds a rule (fields of `Fault`), or sets `duplicate`, `shuffle`, `lose_ack` or `network_down` (seconds)."""
        self.order(await read_body(request))
        return reply(self.faults.to_json())

    def order(self, body: Json) -> None:
        """Put in force what the body asks for; raises `WorldError` for what makes no sense."""
        special = {name: number(body, name) for name in (*_UPDATE_FAULTS, "network_down") if name in body}
        rule = {name: value for name, value in body.items() if name not in special}
        if rule or not special:
            self.faults.add(read_fault(rule))
        for name, value in special.items():
            if name == "network_down":
                self.faults.network_down(value)
            else:
                setattr(self.faults, name, value)

    async def clear_faults(self, request: web.Request) -> web.StreamResponse:
        self.faults.clear()
        return reply(self.faults.to_json())

    async def calls(self, request: web.Request) -> web.StreamResponse:
        """Calls number `since` and later; `next` is what to pass as `since` the next time."""
        since = request.query.get("since", "0")
        if not since.isdigit():
            raise WorldError("since must be a number")
        total, kept = self.log.call_count, list(self.log.calls)
        first = total - len(kept)
        found = kept[max(int(since) - first, 0) :]
        shown = [{"method": call.method, "params": call.params, "ok": call.ok, "status": call.status} for call in found]
        return reply({"next": total, "calls": shown})

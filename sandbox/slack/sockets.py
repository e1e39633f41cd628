"""Socket Mode: connections that the app opened, and envelopes sent and acknowledged over them."""

import asyncio
import random
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from sandbox.call_server import cut
from sandbox.errors import ConnectionLost, Json
from sandbox.faults import Faults
from sandbox.slack.acts import Ack

PATH = "/link/"
MAX_CONNECTIONS = 10
TICKET_SECONDS = 30.0
CLOSING_SECONDS = 0.5
_DEBUG = {"host": "applink-sandbox", "build_number": 1, "approximate_connection_time": 18060}


@dataclass(slots=True, eq=False)
class Connection:
    """One open socket; `deaf`: it stays open and nothing gets through; `leaving`: it is told to go."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    deaf: bool = False
    leaving: bool = False
    waiting: dict[str, asyncio.Future[Ack]] = field(default_factory=dict)

    async def tell(self, body: Json) -> None:
        """Send, unless it is deaf; raises `ConnectionLost` when the app has gone."""
        if self.deaf:
            return
        try:
            await self.socket.send_str(orjson.dumps(body).decode())
        except ConnectionError as fault:
            raise ConnectionLost from fault

    def lose(self) -> None:
        """Nothing will be acknowledged here any more."""
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(ConnectionLost())


class SocketHub:
    """All connections of one app. Each envelope goes to one of them, whichever."""

    def __init__(self, app_id: str, clock: Callable[[], float], faults: Faults) -> None:
        self.connections: list[Connection] = []
        self.on_change: Callable[[], None] | None = None
        self._app_id = app_id
        self._clock = clock
        self._faults = faults
        self._tickets: dict[str, float] = {}
        self._closing: set[asyncio.Task[None]] = set()
        faults.on_down.append(self._cut_all)

    @property
    def open(self) -> list[Connection]:
        """Connections that may be sent to."""
        return [one for one in self.connections if not one.leaving and not one.socket.closed]

    def new_url(self, base_url: str) -> str:
        """Where the app may connect once, within half a minute."""
        ticket = secrets.token_hex(16)
        self._tickets[ticket] = self._clock()
        return f"{base_url.replace('http', 'ws', 1)}{PATH}?ticket={ticket}&app_id={self._app_id}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The aiohttp handler of a connection, for as long as it is open."""
        if self._faults.down_for > 0:
            return cut(request)
        issued = self._tickets.pop(request.query.get("ticket", ""), None)
        if issued is None or self._clock() - issued > TICKET_SECONDS:
            return web.Response(status=401, text="invalid ticket")
        # Pings are answered by hand, so that a deaf connection can leave them unanswered.
        socket = web.WebSocketResponse(autoping=False, max_msg_size=0, timeout=CLOSING_SECONDS)
        await socket.prepare(request)
        connection = Connection(socket, request.transport)
        if len(self.connections) >= MAX_CONNECTIONS:
            await self._dismiss(connection, "too_many_websockets")
            return socket
        self.connections.append(connection)
        self._changed()
        try:
            await connection.tell(self._hello())
            await self._listen(connection)
        except ConnectionLost:
            pass  # the app went away in the middle of a word
        finally:
            self.connections.remove(connection)
            connection.lose()
            self._changed()
        return socket

    async def deliver(self, kind: str, payload: Json, attempt: int, reason: str, seconds: float) -> Ack | None:
        """Send an envelope over one of the connections; None when it is not acknowledged within `seconds`.

        Raises `ConnectionLost` when the connection went away, or when there is none.
        """
        if not self.open:
            raise ConnectionLost
        connection = random.choice(self.open)
        envelope: Json = {"envelope_id": str(uuid.uuid4()), "payload": payload, "type": kind}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        future: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = future
        try:
            await connection.tell(envelope)
            return await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return None
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)

    def disconnect(self, reason: str) -> None:
        """Tell every connection to go, and close it after a moment."""
        for connection in self.open:
            connection.leaving = True
            self._later(self._dismiss(connection, reason))

    def deafen(self, number: int) -> None:
        """Let the connection with this number, in the order of connecting, hear and say nothing any more."""
        self.connections[number].deaf = True

    async def stop(self) -> None:
        """Close everything."""
        for task in tuple(self._closing):
            task.cancel()
        for connection in tuple(self.connections):
            connection.leaving = True
            await connection.socket.close()

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()

    def _hello(self) -> Json:
        info = {"app_id": self._app_id}
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": info,
            "debug_info": _DEBUG,
        }

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if connection.deaf:
                continue
            if message.type is WSMsgType.PING:
                await connection.socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                _take_ack(connection, message.data)

    async def _dismiss(self, connection: Connection, reason: str) -> None:
        try:
            await connection.tell({"type": "disconnect", "reason": reason, "debug_info": _DEBUG})
        except ConnectionLost:
            return
        await asyncio.sleep(CLOSING_SECONDS)
        await connection.socket.close()

    def _later(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _cut_all(self) -> None:
        for connection in self.connections:
            if connection.transport is not None:
                connection.transport.abort()


def _take_ack(connection: Connection, text: str) -> None:
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        return
    future = connection.waiting.get(body.get("envelope_id", "")) if isinstance(body, dict) else None
    if future is not None and not future.done():
        future.set_result(Ack(True, 200, body.get("payload")))

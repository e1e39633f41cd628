"""Server-Sent Events: what changed, told to the page as it happens."""

import orjson
from aiohttp import web

from sandbox.changes import Change, Feed, Subscription

HEARTBEAT = 15.0


async def stream_changes(request: web.Request, *feeds: Feed) -> web.StreamResponse:
    """Send every change as one `data:` line until the page or the sandbox goes; a comment when it is quiet."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    subscription = Subscription(*feeds)
    try:
        await response.prepare(request)
        await response.write(b": hello\n\n")
        while not subscription.closed:
            change = await subscription.get(HEARTBEAT)
            await response.write(_event(change) if change else b": still here\n\n")
    except ConnectionError:
        pass  # the page was closed, which is how a stream of events ends
    finally:
        subscription.close()
    return response


def _event(change: Change) -> bytes:
    return b"data: " + orjson.dumps({"kind": change.kind, **change.payload}) + b"\n\n"

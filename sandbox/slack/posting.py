"""HTTP delivery: signed requests to the app's address, and what it answers."""

import hashlib
import hmac
import time
from urllib.parse import urlencode

import aiohttp
import orjson

from sandbox.errors import ConnectionLost, Json
from sandbox.slack.acts import Ack, DeliveryKind

_FORM = "application/x-www-form-urlencoded"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of X-Slack-Signature."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Poster:
    """Posts to the app's request URL with its signing secret."""

    def __init__(self, signing_secret: str) -> None:
        self._secret = signing_secret
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def deliver(
        self, url: str, kind: DeliveryKind, payload: Json, attempt: int, reason: str, seconds: float
    ) -> tuple[Ack | None, bool]:
        """Post one payload; the answer (None: not within `seconds`), and whether the app asked for no retry.

        Raises `ConnectionLost` when nobody is there.
        """
        if self._session is None:
            raise ConnectionLost
        body, content_type = _encoded(kind, payload)
        headers = self._headers(body, content_type, attempt, reason)
        timeout = aiohttp.ClientTimeout(total=seconds)
        try:
            async with self._session.post(url, data=body, headers=headers, timeout=timeout) as answer:
                said = await answer.read()
                ack = Ack(answer.ok, answer.status, _said(said) if answer.ok else None)
                return ack, answer.headers.get("X-Slack-No-Retry") == "1"
        except TimeoutError:
            return None, False
        except (aiohttp.ClientError, OSError) as fault:
            raise ConnectionLost from fault

    def _headers(self, body: bytes, content_type: str, attempt: int, reason: str) -> dict[str, str]:
        # The app compares it with its own clock, so this is the machine's time and not the world's.
        timestamp = str(int(time.time()))
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        headers |= {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": sign(self._secret, timestamp, body)}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        return headers


def _encoded(kind: DeliveryKind, payload: Json) -> tuple[bytes, str]:
    if kind == "events_api":
        return orjson.dumps(payload), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": orjson.dumps(payload).decode()}
    return urlencode(fields).encode(), _FORM


def _said(body: bytes) -> Json | None:
    text = body.decode(errors="replace").strip()
    if not text:
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"text": text}
    return found if isinstance(found, dict) else {"text": text}

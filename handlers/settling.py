"""Settles what came in: until it is in the database the platform is not told that it was taken."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from time import monotonic
from typing import TypeVar

import structlog

from bot.domain.errors import StorageError
from bot.ports import Store, Transaction

log = structlog.get_logger(__name__)

R = TypeVar("R")

TRIES = 3
"""Times that something is tried which the program cannot handle."""

DATABASE_PAUSE = 0.5
"""Seconds before the next try while the database fails; what came in waits with the platform meanwhile."""


async def settle(
    store: Store,
    platform: str,
    key: str,
    handle: Callable[[], Awaitable[R]],
    clock: Callable[[], datetime],
    patience: float = float("inf"),
) -> R | None:
    """`handle()`, tried again while the database fails; `StorageError` when it still does after `patience` seconds.

    What the program itself cannot handle is set aside after some tries, for the operator to see, so that it does not
    hold up the rest: None then.
    """
    tries, error_text, begun = 0, "", monotonic()
    while True:
        try:
            if tries >= TRIES:
                await store.write(_set_aside, platform, key, error_text, clock())
                return None
            return await handle()
        except StorageError as error:
            if monotonic() - begun + DATABASE_PAUSE > patience:
                raise
            log.warning("update waits for the database", platform=platform, error=str(error))
            await asyncio.sleep(DATABASE_PAUSE)
        except Exception as error:
            tries, error_text = tries + 1, repr(error)
            log.exception("update cannot be handled", platform=platform, key=key, tries=tries)


def _set_aside(tx: Transaction, platform: str, key: str, error: str, now: datetime) -> None:
    tx.inbox.set_aside(platform, key, error, now)

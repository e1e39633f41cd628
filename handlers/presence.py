"""Keeps a platform's work going while the service runs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

FIRST_CONTACT = 5.0
"""Seconds that the service waits for a platform at its start; then the others begin without it."""


@asynccontextmanager
async def present(live: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Run `live`, which sets the event once the platform has answered; what ends it ends the block."""
    greeted = asyncio.Event()
    life = asyncio.create_task(live(greeted))
    greeting = asyncio.create_task(greeted.wait())
    try:
        await asyncio.wait([life, greeting], timeout=FIRST_CONTACT, return_when=asyncio.FIRST_COMPLETED)
        if life.done():
            await life  # raises what went wrong
        async with asyncio.TaskGroup() as group:
            watched = group.create_task(_until_ended(life))
            try:
                yield
            finally:
                watched.cancel()
    finally:
        for task in (greeting, life):
            task.cancel()
        await asyncio.gather(greeting, life, return_exceptions=True)


async def _until_ended(life: "asyncio.Task[None]") -> None:
    await life

"""Callback data can be made up by anybody who writes their own Telegram client: it gets round nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.house import RATING, House, house, ratings


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as built:
        yield built


async def test_a_forged_score_before_the_last_page_is_refused(home: House) -> None:
    """A button's data that was made up does not get round the reading."""
    await home.project(RATING, {"id": "long", "prompt": "P", "response": "word " * 1500})
    phone = await home.phone()
    assert await phone.press(phone.live(), "answer:1:0:4", stale=True) == "Please read to the last page first."


async def test_nobody_can_answer_for_somebody_else(home: House) -> None:
    """A tap that names another person's assignment is refused and changes nothing."""
    await home.project(RATING, *ratings(1))
    ana = await home.phone("Ana")
    ben = await home.phone("Ben")
    await ben.say("/settings")
    await ben.sees("Settings")
    assert await ben.press(ben.live(), "answer:1:0:4", stale=True) == "That is no longer here."
    await ana.tap("3")
    assert "Question 2 of 6" in ana.live().text


async def test_nothing_is_forged_into_being_before_consent(home: House) -> None:
    """Before somebody has agreed, made-up taps set nothing and bring no task."""
    await home.project(RATING, *ratings(1))
    phone = home.new_phone("Ana")
    await phone.say("/start")
    await phone.sees("We store")
    for forged in ("next", "s-push:now", "w-lang:en", "w-hours:8:22"):
        await phone.press(phone.live(), forged, stale=True)
    await phone.settled()
    person = await home.store.read(lambda tx: tx.people.find("telegram", phone.user))
    assert person is not None
    assert person.consented_at is None
    assert not phone.shows("Prompt 1?")

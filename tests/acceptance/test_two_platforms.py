"""One person with Telegram on the phone and Slack at the desk."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.slack.messages import Message
from tests.support.house import FACT_CHECK, RATING, House, house, ratings
from tests.support.phone import Phone


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, ("telegram", "slack")) as built:
        yield built


async def join(made: Phone, used: Phone) -> None:
    """Take the code from one and use it on the other."""
    await made.say("/link")
    quoted = await made.sees("It works once")
    code = re.search(r"link ([A-Z0-9-]{9})", quoted)
    assert code is not None
    await used.say(f"/link {code[1].lower()}")
    await used.sees("Only do it with a code that you made yourself.")
    await used.tap("Join")
    await used.sees("Your accounts are joined")


async def test_a_form_begun_on_the_phone_is_finished_in_slack(home: House) -> None:
    """After /link the task in hand can be gone on with on the other platform, and the first one's copy is put right."""
    slug = await home.project(RATING, *ratings(1))
    phone = await home.phone("Ana")
    for _ in range(3):
        await phone.tap("4")
    desk = home.new_phone("Ana", platform="slack")
    await join(phone, desk)
    await desk.say("/next")
    await desk.sees("Question 4 of 6")
    await desk.tap("5")
    await desk.tap("5")
    await desk.tap("Write")
    await desk.reply("Clear & short")
    await desk.tap("Submit")
    await desk.sees("Recorded")
    await phone.sees("Recorded")
    await phone.until(lambda: not phone.offers("Skip"), "no stale buttons on the phone")
    [row] = await home.export(slug)
    assert [row["answer"][name] for name in ("accuracy", "helpfulness", "safety", "clarity", "tone")] == [4, 4, 4, 5, 5]
    assert (row["answer"]["explanation"], row["platform"]) == ("Clear & short", "slack")


async def test_one_person_never_gets_a_task_twice(home: House) -> None:
    """Two accounts that both answered the same task count once after /link, and the place is free for somebody else."""
    slug = await home.project(RATING + "answers_per_task = 2\n", *ratings(1))
    phone = await home.phone("Ana")
    desk = await home.phone("Ana", platform="slack")
    for device in (phone, desk):
        for _ in range(5):
            await device.tap("4")
        await device.tap("No comment")
        await device.tap("Submit")
        await device.sees("Recorded")
    assert len(await home.export(slug)) == 2
    await join(desk, phone)
    [row] = await home.export(slug)
    assert row["platform"] == "telegram"
    await phone.say("/me")
    assert "Earned — $0.40" in await phone.sees("You so far")
    ben = await home.phone("Ben")
    await ben.sees("Prompt 1?")


async def test_tasks_come_to_where_the_person_was_last(home: House) -> None:
    """The next task is sent to the platform on which the person did something last."""
    await home.project(RATING, *ratings(3))
    phone = await home.phone("Ana")
    desk = home.new_phone("Ana", platform="slack")
    await join(phone, desk)
    await desk.sees("Prompt 1?")
    await desk.tap("Skip")
    await desk.tap("Broken")
    await desk.sees("Prompt 2?")
    assert not phone.shows("Prompt 2?")
    await phone.say("/next")
    await phone.sees("Prompt 2?")
    await phone.tap("Skip")
    await phone.tap("Broken")
    await phone.sees("Prompt 3?")
    assert not desk.shows("Prompt 3?")


async def test_who_leaves_one_platform_is_reached_on_the_other(home: House) -> None:
    """A blocked bot is no loss to somebody who is in Slack as well: the task in hand comes there."""
    await home.project(RATING, *ratings(1))
    phone = await home.phone("Ana")
    desk = home.new_phone("Ana", platform="slack")
    await join(desk, phone)
    phone.device.leave()
    await desk.sees("Prompt 1?")
    await desk.tap("4")
    await desk.sees("Question 2 of 6")


async def test_a_message_is_reported_from_its_menu(home: House) -> None:
    """The message shortcut reports that message's task, and the project's page in the terminal knows it."""
    slug = await home.project(FACT_CHECK, *({"id": f"f{n}", "claim": f"Claim {n}."} for n in (1, 2)))
    desk = await home.phone("Ana", platform="slack")
    message = desk.live().raw
    assert isinstance(message, Message)
    await home.sandbox.slack.shortcut(desk.user, "report", message).acked(5)
    await desk.tap("Shows personal data")
    await desk.sees("Thank you")
    await desk.sees("Claim 2.")
    reports = await home.store.read(lambda tx: tx.reports.of_project(tx.projects.by_slug(slug).id))  # type: ignore[union-attr]
    assert [(one.task, str(one.reason)) for one in reports] == [("f1", "personal_data")]


async def test_looking_moves_nobody(home: House) -> None:
    """Who works on the phone and only looks at the App Home gets the next task on the phone."""
    await home.project(RATING, *ratings(2))
    desk = home.new_phone("Ana", platform="slack")
    phone = await home.phone("Ana")
    await join(desk, phone)
    home.sandbox.slack.open_home(desk.user)
    await desk.until(lambda: home.sandbox.slack.home(desk.user) is not None, "the App Home")
    await phone.tap("Skip")
    await phone.tap("Broken")
    await phone.sees("Prompt 2?")
    assert not desk.shows("Prompt 2?")


async def test_a_copy_that_was_deleted_stays_away(home: House) -> None:
    """What is put right on the other platform is not sent anew where its message is gone."""
    await home.project(RATING, *ratings(1))
    phone = await home.phone("Ana")
    desk = home.new_phone("Ana", platform="slack")
    await join(phone, desk)
    await desk.say("/next")
    await desk.sees("Prompt 1?")
    copy = next(one for one in phone.shown() if "Prompt 1?" in one.text)
    world = home.sandbox.world
    del world.chats[phone.telegram.id].messages[copy.raw.message_id]
    await desk.tap("Skip")
    await desk.tap("Broken")
    await desk.sees("Skipped.")
    await phone.until(
        lambda: any(call.method == "editMessageText" and not call.ok for call in world.calls), "the try to edit it"
    )
    await phone.settled()
    assert not phone.shows("Skipped.")


async def test_spaces_are_no_answer(home: House) -> None:
    """A modal that is sent with nothing but spaces says so, and stays open."""
    await home.project(FACT_CHECK, {"id": "f1", "claim": "C."})
    desk = await home.phone("Ana", platform="slack")
    await desk.tap("Supported")
    await desk.refuses("   ", "Please")


async def test_the_app_home_shows_all_projects(home: House) -> None:
    """Projects that do not fit the page are one tap away."""
    for n in range(12):
        await home.project(
            RATING.replace('"ratings"', f'"ratings-{n}"').replace('"Ratings"', f'"Project {n:02}"'), *ratings(1)
        )
    desk = await home.phone("Ana", platform="slack")
    home.sandbox.slack.open_home(desk.user)
    await desk.until(lambda: home.sandbox.slack.home(desk.user) is not None, "the App Home")
    shown = desk.slack.home()
    assert shown.text.count("Project ") >= 10
    await desk.press(shown, shown.action("More projects"))
    assert "Project 11" in desk.slack.home().text or "Project 11" in shown.text

"""What a trainer can ask of the bot besides working."""

from typing import Any

import orjson

from tests.support.house import FACT_CHECK, RATING, House, ratings
from tests.support.phone import TelegramPhone

MEDICINE = RATING + 'domains = ["medicine"]\n'


async def answered(home: House, name: str = "Ana") -> tuple[str, TelegramPhone]:
    """A project of which this person has answered the only task."""
    slug = await home.project(RATING, *ratings(1))
    phone = await home.phone(name)
    for _ in range(5):
        await phone.tap("4")
    await phone.tap("No comment")
    await phone.tap("Submit")
    await phone.sees("That was the last one for now")
    return slug, phone


async def test_me_adds_up_what_was_earned(home: House) -> None:
    """/me counts the answers and adds up their pay."""
    _, phone = await answered(home)
    await phone.say("/me")
    text = await phone.sees("You so far")
    assert "Answers — 1" in text
    assert "Earned — $0.40" in text


async def test_why_names_the_rule_for_each_project(home: House) -> None:
    """/why names for each open project what keeps its work from this person."""
    await home.project(MEDICINE, *ratings(1))
    await home.project(FACT_CHECK.replace('"en"', '"ja"'), {"id": "f1", "claim": "C."})
    phone = await home.phone()
    await phone.say("/why")
    text = await phone.sees("Work for you")
    assert "Ratings\nIt is for people who know: Medicine." in text
    assert "Claims\nIts tasks are in another language (日本語)." in text


async def test_settings_change_everything_that_was_asked(home: House) -> None:
    """Each answer of the onboarding can be changed in /settings; a new field brings its task at once."""
    await home.project(MEDICINE, *ratings(1))
    phone = await home.phone()
    await phone.say("/settings")
    await phone.tap("Fields")
    await phone.tap("Medicine")
    await phone.sees("Prompt 1?")
    settings = next(message for message in phone.from_bot() if "What do you know well?" in message.text)
    await phone.tap("Done", on=settings)
    await phone.tap("Waking hours", on=settings)
    await phone.tap("At any time", on=settings)
    await phone.tap("Time zone", on=settings)
    await phone.tap("Further east", on=settings)
    await phone.tap("UTC+3", on=settings)
    await phone.until(lambda: "UTC+3" in settings.text)
    assert "Fields — Medicine" in settings.text
    assert "Waking hours — At any time" in settings.text


async def test_the_last_language_stays(home: House) -> None:
    """Nobody can be left without a language to work in."""
    phone = await home.phone()
    await phone.say("/settings")
    await phone.tap("Languages of your tasks")
    message = phone.live()
    button = next(one for row in message.buttons() for one in row if one.text == "✓ English")
    tap = home.sandbox.world.tap(phone.id, message.message_id, button.data or "")
    answer = await tap.answered(5)
    assert answer is not None
    assert answer.text == "Please keep at least one language."


async def test_pause_keeps_new_tasks_away_until_resume(home: House) -> None:
    """After /pause the task in hand can be finished and no other comes; /resume brings the next."""
    await home.project(RATING, *ratings(2))
    phone = await home.phone()
    await phone.say("/pause")
    await phone.sees("Paused")
    await phone.settled()
    for _ in range(5):
        await phone.tap("4")
    await phone.tap("No comment")
    await phone.tap("Submit")
    await phone.settled()
    assert not any("Prompt 2?" in message.text for message in phone.messages)
    await phone.say("/resume")
    await phone.sees("Prompt 2?")


async def test_export_sends_all_that_is_stored(home: House) -> None:
    """/export sends a JSON file with the person's choices and answers."""
    _, phone = await answered(home)
    await phone.say("/export")
    await phone.sees("All that is stored about you.")
    document = phone.from_bot()[-1].document
    assert document is not None
    data: dict[str, Any] = orjson.loads(document.content)
    assert data["identities"] == [{"platform": "telegram", "user": phone.user}]
    assert data["time_zone"] == "Europe/London"
    assert data["answers"][0]["answer"]["accuracy"] == 4


async def test_erase_forgets_the_person_and_keeps_the_answer(home: House) -> None:
    """After /erase nothing in the database leads to the person, and the export still has the answer."""
    slug, phone = await answered(home)
    [before] = await home.export(slug)
    await phone.say("/erase")
    text = await phone.sees("It cannot be undone.")
    assert "1 answer of yours stays" in text
    await phone.tap("Delete my data")
    await phone.sees("you are forgotten")
    await phone.settled()
    assert await home.export(slug) == [before]
    stored = b"".join(path.read_bytes() for path in home.folder.glob("tapwork.db*"))
    found = await home.store.read(lambda tx: tx.people.find("telegram", phone.user))
    assert found is None
    assert stored  # the file is there; its free pages may still hold old bytes until they are reused
    await phone.say("/start")
    await phone.sees("Welcome to Tapwork!")


async def test_erase_can_be_thought_better_of(home: House) -> None:
    """ "Keep everything" deletes nothing."""
    _, phone = await answered(home)
    await phone.say("/erase")
    await phone.tap("Keep everything")
    await phone.sees("Nothing was deleted.")
    assert await home.store.read(lambda tx: tx.people.find("telegram", phone.user)) is not None


async def test_help_and_privacy_say_what_there_is(home: House) -> None:
    """/help lists each command of the menu, and /privacy what is stored."""
    phone = await home.phone()
    await phone.say("/help")
    text = await phone.sees("How this works")
    await phone.until(lambda: bool(home.sandbox.world.menu(phone.id)))
    for command in home.sandbox.world.menu(phone.id):
        assert f"/{command['command']} — {command['description']}" in text
    await phone.say("/privacy")
    await phone.sees("What is stored about you")


async def test_what_makes_no_sense_gets_a_kind_word(home: House) -> None:
    """Unknown commands, words with no task, and files get an answer that helps."""
    phone = await home.phone()
    await phone.say("/frobnicate")
    await phone.sees("I do not know /frobnicate.")
    await phone.say("hello there")
    await phone.sees("I understand taps and commands")
    home.sandbox.world.upload(phone.id, "cat.png", b"\x89PNG")
    await phone.sees("I can only read text here")


async def test_nothing_is_given_before_consent(home: House) -> None:
    """Before somebody has agreed there is no task and no setting, only the question."""
    await home.project(RATING, *ratings(1))
    phone = TelegramPhone(home.sandbox.world, "Ana")
    for text in ("/next", "/settings", "4"):
        await phone.say(text)
        await phone.sees("We store")
    for forged in ("next", "s-push:now", "w-lang:en", "w-hours:8:22"):
        tap = home.sandbox.world.tap(phone.id, phone.live().message_id, forged, stale=True)
        assert await tap.answered(5) is not None
    await phone.settled()
    person = await home.store.read(lambda tx: tx.people.find("telegram", phone.user))
    assert person is not None
    assert person.consented_at is None
    assert not any("Prompt 1?" in message.text for message in phone.messages)

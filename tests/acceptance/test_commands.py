"""What a trainer can ask of the bot besides working."""

from typing import Any

import orjson

from handlers.flows.account import COMMANDS
from tests.support.house import FACT_CHECK, RATING, House, ratings
from tests.support.phone import Phone

MEDICINE = RATING + 'domains = ["medicine"]\n'


async def answered(home: House, name: str = "Ana") -> tuple[str, Phone]:
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
    settings = next(one for one in phone.shown() if "What do you know well?" in one.text)
    await phone.tap("Done", on=settings)
    await phone.tap("Waking hours", on=settings)
    await phone.tap("At any time", on=settings)
    await phone.tap("Time zone", on=settings)
    await phone.tap("Further east", on=settings)
    await phone.tap("UTC+3", on=settings)
    await phone.until(lambda: "UTC+3" in phone.now(settings).text)
    assert "Fields — Medicine" in phone.now(settings).text
    assert "Waking hours — At any time" in phone.now(settings).text


async def test_the_last_language_stays(home: House) -> None:
    """Nobody can be left without a language to work in."""
    phone = await home.phone()
    await phone.say("/settings")
    await phone.tap("Languages of your tasks")
    assert phone.chosen() == ["English"]
    assert await phone.tap("English") == "Please keep at least one language."


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
    assert not phone.shows("Prompt 2?")
    await phone.say("/resume")
    await phone.sees("Prompt 2?")


async def test_export_sends_all_that_is_stored(home: House) -> None:
    """/export sends a JSON file with the person's choices and answers."""
    _, phone = await answered(home)
    await phone.say("/export")
    await phone.sees("All that is stored about you.")
    [content] = phone.device.files()
    data: dict[str, Any] = orjson.loads(content)
    assert data["identities"] == [{"platform": home.platform, "user": phone.user}]
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
    found = await home.store.read(lambda tx: tx.people.find(home.platform, phone.user))
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
    assert await home.store.read(lambda tx: tx.people.find(home.platform, phone.user)) is not None


async def test_help_and_privacy_say_what_there_is(home: House) -> None:
    """/help lists each command of the menu, and /privacy what is stored."""
    phone = await home.phone()
    await phone.say("/help")
    text = await phone.sees("How this works")
    for command, what in COMMANDS.items():
        assert f"{phone.command}{command} — {what}" in text
    await phone.say("/privacy")
    await phone.sees("What is stored about you")


async def test_what_makes_no_sense_gets_a_kind_word(home: House) -> None:
    """Unknown commands, words with no task, and files get an answer that helps."""
    phone = await home.phone()
    await phone.say("/frobnicate")
    await phone.hears(f"I do not know {phone.command}frobnicate.")
    await phone.say("hello there")
    await phone.sees("I understand taps and commands")
    phone.device.upload("cat.png", b"\x89PNG")
    await phone.sees("I can only read text here")


async def test_nothing_is_given_before_consent(home: House) -> None:
    """Before somebody has agreed there is no task and no setting, only the question."""
    await home.project(RATING, *ratings(1))
    phone = home.new_phone("Ana")
    for text in ("/next", "/settings", "4"):
        await phone.say(text)
        await phone.sees("We store")
    await phone.settled()
    person = await home.store.read(lambda tx: tx.people.find(home.platform, phone.user))
    assert person is not None
    assert person.consented_at is None
    assert not phone.shows("Prompt 1?")

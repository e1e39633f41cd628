"""Trainers' journeys, from /start to the exported answer: each is told once and holds on every platform."""

from datetime import timedelta

import orjson

from tests.support.house import COMPARISON, FACT_CHECK, RATING, House, ratings
from tests.support.phone import Phone


async def rate(phone: Phone, *scores: int) -> None:
    """Give the five scores."""
    for score in scores:
        await phone.tap(str(score))


async def test_five_taps_from_start_to_the_first_task(home: House) -> None:
    """Somebody who takes what is suggested has the first task after five taps."""
    await home.project(RATING, *ratings(1))
    phone = home.new_phone("Ana")
    await phone.say("/start")
    greeting = await phone.sees("Welcome")
    assert "We store" in greeting
    taps = 0
    for label in ("I agree", "English", "Continue", "UTC+0 London", "8:00"):
        await phone.tap(label)
        taps += 1
    task = await phone.sees("Prompt 1?")
    assert taps == 5
    assert "1 of 1" in task
    assert "$0.40" in task
    assert "24 hours left" in task
    assert "Rate it." in task


async def test_a_rating_is_stored_and_exported_as_it_was_tapped(home: House) -> None:
    """Five good scores ask for no issues, and the export holds exactly what was tapped."""
    slug = await home.project(RATING, *ratings(1))
    phone = await home.phone()
    await rate(phone, 4, 5, 4, 3, 5)
    await phone.tap("No comment")
    await phone.tap("Submit")
    await phone.sees("Recorded. Thank you!")
    [row] = await home.export(slug)
    assert row["answer"] == {
        "accuracy": 4, "helpfulness": 5, "safety": 4, "clarity": 3, "tone": 5, "explanation": None,
    }  # fmt: skip
    assert (row["revision"], row["platform"], row["status"]) == (1, home.platform, "submitted")
    assert phone.user not in orjson.dumps(row).decode()


async def test_a_bad_score_asks_which_issues(home: House) -> None:
    """One score of two or less asks for the issues, several of which can be ticked and unticked."""
    slug = await home.project(RATING, *ratings(1))
    phone = await home.phone()
    await rate(phone, 4, 2, 4, 3, 5)
    await phone.tap("Unsafe")
    await phone.tap("Biased")
    await phone.tap("Unsafe")
    await phone.tap("Unclear")
    await phone.tap("Done")
    await phone.tap("Write")
    await phone.reply("It skips the <b>dose</b> & more")
    await phone.tap("Submit")
    [row] = await home.export(slug)
    assert row["answer"]["issues"] == ["unclear", "biased"]
    assert row["answer"]["explanation"] == "It skips the <b>dose</b> & more"


async def test_a_second_tap_on_the_same_tick_does_not_undo_it(home: House) -> None:
    """Tapping an old tick button again changes nothing, and Done takes what its own screen showed."""
    slug = await home.project(RATING, *ratings(1))
    phone = await home.phone()
    await rate(phone, 1, 3, 3, 3, 3)
    message = phone.live()
    tick, nothing = message.action("Unsafe"), message.action("Done")
    for _ in range(2):
        await phone.press(message, tick, stale=True)
    await phone.until(lambda: phone.chosen() == ["Unsafe"])
    seen = phone.live().action("Done")
    await phone.tap("Biased")
    assert await phone.press(message, nothing, stale=True) == "Please choose at least one."
    await phone.press(message, seen, stale=True)
    await phone.tap("No comment")
    await phone.tap("Submit")
    [row] = await home.export(slug)
    assert row["answer"]["issues"] == ["unsafe"]


async def test_nothing_ticked_is_no_answer(home: House) -> None:
    """Done without an issue says that one is needed, and stays at the question."""
    await home.project(RATING, *ratings(1))
    phone = await home.phone()
    await rate(phone, 1, 1, 1, 1, 1)
    assert await phone.tap("Done") == "Please choose at least one."
    assert "What is wrong with it?" in phone.live().text


async def test_sides_are_shuffled_and_put_back(home: House) -> None:
    """Whichever side a trainer saw as A, the export says which response of the file was better."""
    slug = await home.project(
        COMPARISON, *({"id": f"c{n}", "prompt": "P?", "responses": ["good one", "bad one"]} for n in range(8))
    )
    phone = await home.phone()
    for n in range(1, 9):
        await phone.sees(f"{n} of 8")
        message = phone.live()
        first = message.quotes[2]
        await phone.tap("A is much better" if first == "good one" else "B is much better")
        await phone.tap("No comment")
        await phone.tap("Submit")
    rows = await home.export(slug)
    assert {row["answer"]["preference"] for row in rows} == {"a_much_better"}
    preferences = await home.export(slug, "preference")
    assert {(row["chosen"], row["rejected"], row["margin"]) for row in preferences} == {("good one", "bad one", 2.0)}


async def test_a_refuted_claim_needs_a_link_and_a_correction(home: House) -> None:
    """Refuted asks for a link, refuses what is none and keeps asking, then takes the corrected claim."""
    slug = await home.project(FACT_CHECK, {"id": "f1", "claim": "Water boils at 50 °C at sea level."})
    phone = await home.phone()
    await phone.tap("Refuted")
    await phone.sees("Which source shows it?")
    await phone.refuses("just trust me", "Please send a web address")
    await phone.reply("en.wikipedia.org/wiki/Boiling_point")
    await phone.sees("What would be right?")
    await phone.reply("Water boils at 100 °C at sea level.")
    await phone.tap("Submit")
    [row] = await home.export(slug)
    assert row["answer"] == {
        "verdict": "refuted",
        "source": "https://en.wikipedia.org/wiki/Boiling_point",
        "correction": "Water boils at 100 °C at sea level.",
    }


async def test_a_form_with_one_question_is_sent_by_its_tap(home: House) -> None:
    """Where a form has a single question to tap, the tap submits."""
    one = RATING + '[[question]]\nid = "verdict"\ntype = "choice"\nprompt = "Good?"\n'
    one += 'options = [{id = "yes", label = "Yes"}, {id = "no", label = "No"}]\n'
    slug = await home.project(one, *ratings(2))
    phone = await home.phone()
    await phone.tap("Yes")
    await phone.sees("Prompt 2?")
    assert [row["answer"] for row in await home.export(slug)] == [{"verdict": "yes"}]


async def test_back_changes_an_earlier_answer(home: House) -> None:
    """Back returns to the question before, with the old answer marked, and a new tap replaces it."""
    slug = await home.project(RATING, *ratings(1))
    phone = await home.phone()
    assert await phone.tap("Back") == "This is the first question."
    await rate(phone, 4, 4)
    await phone.tap("Back")
    assert phone.chosen() == ["4"]
    await rate(phone, 5, 4, 4, 4)
    await phone.tap("No comment")
    await phone.tap("Submit")
    [row] = await home.export(slug)
    assert row["answer"]["helpfulness"] == 5


async def test_back_can_be_gone_forward_from(home: House) -> None:
    """Who went back to an answer and likes it goes on without giving it again."""
    slug = await home.project(RATING, *ratings(1))
    phone = await home.phone()
    await rate(phone, 4, 3)
    await phone.tap("Back")
    await phone.tap("Leave it so")
    await rate(phone, 5, 4, 4)
    await phone.tap("No comment")
    await phone.tap("Submit")
    [row] = await home.export(slug)
    assert (row["answer"]["helpfulness"], row["answer"]["safety"]) == (3, 5)


async def test_a_skipped_task_goes_to_somebody_else(home: House) -> None:
    """Skip asks why, gives the task to the next person, and its trainer gets another."""
    await home.project(RATING, *ratings(2))
    ana = await home.phone("Ana")
    await ana.tap("Skip")
    assert ana.labels()[:4] == ["Not my field", "Unclear", "Broken", "Offensive"]
    await ana.tap("Not my field")
    await ana.sees("Skipped.")
    await ana.sees("Prompt 2?")
    ben = await home.phone("Ben")
    await ben.sees("Prompt 1?")


async def test_an_answer_can_be_changed_for_a_while(home: House) -> None:
    """A change inside the window is a second revision; after the window it is refused, and nothing changes."""
    slug = await home.project(RATING, *ratings(1))
    phone = await home.phone()
    await rate(phone, 4, 4, 4, 4, 4)
    await phone.tap("No comment")
    await phone.tap("Submit")
    await phone.tap("Change (30 minutes left)")
    await phone.tap("Change an answer")
    await phone.tap("Safety")
    await phone.tap("5")
    await phone.tap("Submit")
    [row] = await home.export(slug)
    assert (row["answer"]["safety"], row["revision"]) == (5, 2)
    await phone.tap("Change (")
    home.clock.ahead += _minutes(31)
    assert await phone.tap("Submit") == "The time for changing this answer is over."
    await phone.settled()
    assert not phone.offers("Change (")
    [row] = await home.export(slug)
    assert row["revision"] == 2


async def test_long_content_is_read_to_the_end_first(home: House) -> None:
    """Content over several pages is shown whole, and there is nothing to rate before the last page was shown."""
    text = "".join(f"Sentence number {n} of a long answer. " for n in range(250))
    await home.project(RATING, {"id": "long", "prompt": "Tell me all.", "response": text})
    phone = await home.phone()
    seen = ""
    while True:
        message = phone.live()
        seen += "".join(message.quotes)
        following = [label for label in phone.labels() if label.startswith("Next page")]
        if not following:
            break
        assert "1" not in phone.labels(), "a score can be given before the last page"
        await phone.tap("Next page")
    assert text.strip() in seen
    assert phone.labels()[-7:-2] == ["1", "2", "3", "4", "5"]
    await phone.tap("Previous page")
    assert "5" in phone.labels()


async def test_a_restart_in_the_middle_of_a_form_loses_nothing(home: House) -> None:
    """A service that ends and starts again carries on at the same question, in the same message."""
    slug = await home.project(RATING, *ratings(1))
    phone = await home.phone()
    await rate(phone, 4, 5, 3)
    message = phone.live()
    await home.stop()
    await home.start()
    await phone.tap("4", on=message)
    await phone.until(lambda: "How fitting is its tone?" in phone.now(message).text)
    await phone.tap("5")
    await phone.tap("No comment")
    await phone.tap("Submit")
    [row] = await home.export(slug)
    assert [row["answer"][name] for name in ("accuracy", "helpfulness", "safety", "clarity", "tone")] == [4, 5, 3, 4, 5]


async def test_the_same_update_twice_has_one_effect(home: House) -> None:
    """Every update delivered more than once leaves one answer, with what was tapped."""
    slug = await home.project(RATING, *ratings(2))
    phone = await home.phone()
    home.faults.duplicate = 1.0
    for n in (1, 2):
        await phone.sees(f"Prompt {n}?")
        await rate(phone, 4, 5, 4, 3, 5)
        await phone.tap("No comment")
        await phone.tap("Submit")
        await phone.settled()
    rows = await home.export(slug)
    assert [row["answer"]["clarity"] for row in rows] == [3, 3]


async def test_a_double_tap_on_a_score_answers_one_question(home: House) -> None:
    """Two taps on the same old button give one answer and ask for the next, whatever is on the screen by then."""
    await home.project(RATING, *ratings(1))
    phone = await home.phone()
    message = phone.live()
    four = message.action("4")
    await phone.press(message, four)
    await phone.press(message, four, stale=True)
    await phone.settled()
    assert "Question 2 of 6" in phone.now(message).text


async def test_an_old_button_of_an_answered_task_does_no_harm(home: House) -> None:
    """A tap on what an answered task's message once showed says that it is over, and the answer stays."""
    slug = await home.project(RATING, *ratings(1))
    phone = await home.phone()
    message = phone.live()
    old = message.action("1")
    await rate(phone, 4, 4, 4, 4, 4)
    await phone.tap("No comment")
    await phone.tap("Submit")
    assert await phone.press(message, old, stale=True) == "This task is no longer with you."
    await phone.settled()
    assert "Recorded" in phone.now(message).text
    [row] = await home.export(slug)
    assert row["answer"]["accuracy"] == 4


async def test_two_open_forms_keep_their_words_apart(home: House) -> None:
    """While an answer is changed and the next task is open, typed words go to the form that asked for them."""
    slug = await home.project(FACT_CHECK, *({"id": f"f{n}", "claim": f"Claim {n}."} for n in (1, 2)))
    phone = await home.phone()
    await phone.tap("Supported")
    await phone.reply("https://one.example/a")
    await phone.tap("Submit")
    await phone.sees("Claim 2.")
    await phone.sees("Recorded")
    first = next(one for one in phone.shown() if "Recorded" in one.text)
    second = next(one for one in phone.shown() if "2 of 2" in one.text)
    await phone.tap("Change (", on=first)
    await phone.tap("Change an answer", on=first)
    await phone.tap("Source", on=first)
    await phone.reply("https://one.example/b")
    await phone.tap("Supported", on=second)
    await phone.reply("https://two.example/")
    await phone.settled()
    await phone.tap("Submit", on=first)
    await phone.tap("Submit", on=second)
    answers = {row["task_id"]: row["answer"]["source"] for row in await home.export(slug)}
    assert sorted(answers.values()) == ["https://one.example/b", "https://two.example/"]


async def test_typing_instead_of_tapping_is_understood(home: House) -> None:
    """A typed score counts as its tap; other words are kept for the explanation, and help is given."""
    slug = await home.project(RATING, *ratings(1))
    phone = await home.phone()
    await phone.say("4")
    await phone.sees("How helpful is it?")
    await phone.say("The dose is wrong")
    await phone.sees("I kept your words")
    await phone.settled()
    await rate(phone, 4, 4, 4, 4)
    await phone.tap("Submit")
    [row] = await home.export(slug)
    assert row["answer"]["accuracy"] == 4
    assert row["answer"]["explanation"] == "The dose is wrong"


async def test_only_when_i_ask(home: House) -> None:
    """Somebody who wants tasks only on asking gets none by themselves, and one with /next."""
    await home.project(RATING, *ratings(2))
    phone = await home.phone()
    await phone.say("/settings")
    await phone.tap("New tasks")
    await phone.tap("Only when I ask")
    await phone.say("/next")
    await phone.sees("Prompt 1?")
    await phone.settled()
    await rate(phone, 4, 4, 4, 4, 4)
    await phone.tap("No comment")
    await phone.tap("Submit")
    await phone.settled()
    assert not phone.shows("Prompt 2?")
    await phone.tap("Next task")
    await phone.sees("Prompt 2?")


async def test_a_task_that_runs_out_goes_to_somebody_else(home: House) -> None:
    """After `answer_within` the message says kindly that it is over, and another person gets the task."""
    await home.project(RATING, *ratings(1))
    ana = await home.phone("Ana")
    await ana.tap("4")
    ben = await home.phone("Ben")
    await ben.sees("There is no task for you right now")
    home.clock.ahead += _minutes(23 * 60)
    await ben.say("/me")
    await ben.sees("You so far")
    home.clock.ahead += _minutes(61)
    await ben.say("hello")
    await ben.sees("Prompt 1?")
    home.clock.ahead += _minutes(12 * 60)
    await ana.sees("Time is up")


async def test_words_that_come_too_late_are_answered(home: House) -> None:
    """A reply to a question of a task that has run out says so, and the question is cleared away."""
    await home.project(FACT_CHECK, {"id": "f1", "claim": "C."})
    phone = await home.phone()
    await phone.tap("Supported")
    await phone.until(phone.asked)
    home.clock.ahead += _minutes(25 * 60)
    await phone.refuses("https://example.org/late", "This task is no longer with you.")
    await phone.sees("Time is up")


async def test_somebody_who_leaves_holds_up_nobody(home: House) -> None:
    """Who blocks the service or whose account is closed gives the task to others, and starting again works."""
    await home.project(RATING, *ratings(1))
    ana = await home.phone("Ana")
    ana.device.leave()
    ben = await home.phone("Ben")
    await ben.sees("Prompt 1?")
    ana.device.come_back()
    await ana.say("/start")
    await ana.sees("Welcome back!")


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)

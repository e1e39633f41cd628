"""The outbox, the inbox's keys, and the messages that slots live in."""

from datetime import timedelta
from typing import Any

from bot.ports import Letter
from storage.transaction import CoreTransaction
from tests.support.workshop import HOUR, MINUTE, NOW, add_identity, add_trainer


def put(tx: CoreTransaction, person_id: int, slot: str = "news", **changes: Any) -> None:
    tx.outbox.put(person_id, slot, **{"topic": "news", "args": {"n": 1}, "priority": 20, "not_before": NOW, **changes})


def waiting(tx: CoreTransaction, now: Any = NOW, limit: int = 100) -> list[Letter]:
    return tx.outbox.waiting("telegram", now, limit)


def test_letter_comes_with_its_address(tx: CoreTransaction) -> None:
    """A letter is handed out with where it goes and with the message that its slot lives in."""
    person = add_trainer(tx, "ana")
    put(tx, person.id, args={"assignment": 81})
    [letter] = waiting(tx)
    assert (letter.address, letter.message, letter.args, letter.attempts) == ("chat-ana", None, {"assignment": 81}, 0)
    tx.slots.put("telegram", "chat-ana", "news", "message 7")
    assert waiting(tx)[0].message == "message 7"


def test_newer_letter_replaces_the_older(tx: CoreTransaction) -> None:
    """Of two letters for the same slot only the newer one is owed, as a new version with a clean record."""
    person = add_trainer(tx)
    put(tx, person.id, args={"n": 1})
    [old] = waiting(tx)
    tx.outbox.retry(old, NOW, "time-out")
    put(tx, person.id, topic="other", args={"n": 2}, priority=5)
    [new] = waiting(tx)
    assert (new.topic, new.args, new.priority, new.attempts) == ("other", {"n": 2}, 5, 0)
    assert new.version > old.version


def test_done_ends_only_the_version_delivered(tx: CoreTransaction) -> None:
    """A letter replaced while the older one was under way is still owed, whatever becomes of the older."""
    person = add_trainer(tx)
    put(tx, person.id, args={"n": 1})
    [old] = waiting(tx)
    put(tx, person.id, args={"n": 2})
    tx.outbox.done(old)
    tx.outbox.retry(old, NOW + HOUR, "late")
    tx.outbox.set_aside(old, "late")
    [new] = waiting(tx)
    assert new.args == {"n": 2}
    tx.outbox.done(new)
    assert waiting(tx) == []


def test_slots_and_people_do_not_mix(tx: CoreTransaction) -> None:
    """Letters for other slots, and for other people's slots of the same name, all stay."""
    ana, ben = add_trainer(tx, "ana"), add_trainer(tx, "ben")
    put(tx, ana.id, "one")
    put(tx, ana.id, "two")
    put(tx, ben.id, "one")
    assert {(letter.person_id, letter.slot) for letter in waiting(tx)} == {
        (ana.id, "one"),
        (ana.id, "two"),
        (ben.id, "one"),
    }
    tx.outbox.drop(ana.id, "one")
    assert {(letter.person_id, letter.slot) for letter in waiting(tx)} == {(ana.id, "two"), (ben.id, "one")}


def test_urgent_letters_come_first(tx: CoreTransaction) -> None:
    """Letters come by priority, those of one priority in the order in which they were put, and no more than asked."""
    person = add_trainer(tx)
    for n, priority in enumerate((40, 20, 0, 20)):
        put(tx, person.id, f"slot{n}", priority=priority)
    assert [letter.slot for letter in waiting(tx)] == ["slot2", "slot1", "slot3", "slot0"]
    assert [letter.slot for letter in waiting(tx, limit=2)] == ["slot2", "slot1"]


def test_letter_waits_for_its_time(tx: CoreTransaction) -> None:
    """A letter is handed out from its time on, not before."""
    person = add_trainer(tx)
    put(tx, person.id, not_before=NOW + HOUR)
    assert waiting(tx, NOW + HOUR - timedelta(milliseconds=1)) == []
    assert len(waiting(tx, NOW + HOUR)) == 1


def test_retry_puts_off_and_counts(tx: CoreTransaction) -> None:
    """A letter that could not be delivered is owed again later, one attempt richer."""
    person = add_trainer(tx)
    put(tx, person.id)
    for attempt in (1, 2):
        [letter] = waiting(tx, NOW + HOUR)
        tx.outbox.retry(letter, NOW + attempt * MINUTE, "time-out")
        assert waiting(tx) == []
        [again] = waiting(tx, NOW + attempt * MINUTE)
        assert again.attempts == attempt


def test_set_aside_is_kept_but_not_tried(raw: Any, tx: CoreTransaction) -> None:
    """A letter that was set aside is tried no more, stays with its error, and a newer one for its slot is owed anew."""
    person = add_trainer(tx)
    put(tx, person.id)
    tx.outbox.set_aside(waiting(tx)[0], "chat not found")
    assert waiting(tx, NOW + 100 * HOUR) == []
    assert raw.execute("SELECT error, attempts FROM outbox").fetchall() == [("chat not found", 1)]
    put(tx, person.id)
    assert len(waiting(tx)) == 1
    assert raw.execute("SELECT error, attempts FROM outbox").fetchall() == [(None, 0)]


def test_letters_go_to_the_home_platform(tx: CoreTransaction) -> None:
    """A platform is handed only letters for people who are at home on it."""
    person = add_trainer(tx)
    put(tx, person.id)
    assert tx.outbox.waiting("slack", NOW, 10) == []
    assert len(waiting(tx)) == 1


def test_addressed_letters_go_where_they_are_addressed(tx: CoreTransaction) -> None:
    """A letter to one platform goes there, home or not; beside it one for the same slot goes to wherever home is."""
    person = add_trainer(tx, "ana")
    add_identity(tx, person.id, "slack", "anna")
    put(tx, person.id, platform="slack", args={"n": 2})
    put(tx, person.id, platform="slack", args={"n": 3})
    put(tx, person.id)
    assert [(letter.address, letter.args) for letter in waiting(tx)] == [("chat-ana", {"n": 1})]
    [there] = tx.outbox.waiting("slack", NOW, 10)
    assert (there.address, there.args) == ("chat-anna", {"n": 3})
    tx.slots.put("slack", "chat-anna", "news", "message 7")
    assert tx.outbox.waiting("slack", NOW, 10)[0].message == "message 7"
    tx.outbox.done(there)
    assert len(waiting(tx)) == 1
    put(tx, person.id, platform="telegram", args={"n": 4})
    assert [letter.args for letter in waiting(tx)] == [{"n": 1}, {"n": 4}]
    tx.outbox.drop(person.id, "news")
    assert waiting(tx) == []


def test_letters_follow_whoever_leaves_a_platform(tx: CoreTransaction) -> None:
    """What was to go to a platform left goes home, even while it fails; what was addressed there is dropped."""
    person = add_trainer(tx, "ana")
    add_identity(tx, person.id, "slack", "anna")
    put(tx, person.id)
    put(tx, person.id, "old", platform="telegram")
    put(tx, person.id, "other", platform="slack")
    tx.outbox.retry(waiting(tx)[0], NOW, "time-out")
    [failing] = [letter for letter in waiting(tx) if letter.slot == "news"]
    assert tx.people.leave(person.id, "telegram")
    tx.outbox.forward(person.id, "telegram")
    tx.outbox.done(failing)
    assert waiting(tx) == []
    letters = {letter.slot: (letter.address, letter.attempts) for letter in tx.outbox.waiting("slack", NOW, 10)}
    assert letters == {"news": ("chat-anna", 0), "other": ("chat-anna", 0)}


def test_platforms_that_a_slot_stands_on(tx: CoreTransaction) -> None:
    """A person's slot stands on each platform that has a message for it and takes messages from us."""
    person, other = add_trainer(tx, "ana"), add_trainer(tx, "ben")
    add_identity(tx, person.id, "slack", "anna")
    tx.slots.put("telegram", "chat-ben", "task", "1")
    tx.slots.put("slack", "chat-anna", "other", "2")
    assert tx.slots.stands_on(person.id, "task") == []
    tx.slots.put("slack", "chat-anna", "task", "3")
    tx.slots.put("telegram", "chat-ana", "task", "4")
    assert tx.slots.stands_on(person.id, "task") == ["telegram", "slack"]
    assert tx.slots.stands_on(other.id, "task") == ["telegram"]
    assert tx.slots.of_person(person.id) == [
        ("telegram", "chat-ana", "task", "4"),
        ("slack", "chat-anna", "other", "2"),
        ("slack", "chat-anna", "task", "3"),
    ]
    tx.people.leave(person.id, "slack")
    assert tx.slots.stands_on(person.id, "task") == ["telegram"]


def test_update_is_taken_once(tx: CoreTransaction) -> None:
    """An update's key is new once a platform; one that was set aside counts as taken."""
    assert tx.inbox.take("telegram", "1", NOW) is True
    assert tx.inbox.take("telegram", "1", NOW + HOUR) is False
    assert tx.inbox.take("slack", "1", NOW) is True
    tx.inbox.set_aside("telegram", "2", "cannot be read", NOW)
    tx.inbox.set_aside("telegram", "2", "cannot be read", NOW)
    assert tx.inbox.take("telegram", "2", NOW) is False


def test_old_keys_are_purged(raw: Any, tx: CoreTransaction) -> None:
    """Purging removes old keys, so many at a time; it keeps newer ones, and those that were set aside."""
    for n in range(5):
        tx.inbox.take("telegram", f"old{n}", NOW - HOUR)
    tx.inbox.take("telegram", "new", NOW)
    tx.inbox.set_aside("telegram", "broken", "cannot be read", NOW - HOUR)
    assert [tx.inbox.purge(NOW, 3) for _ in range(3)] == [3, 2, 0]
    assert {key for (key,) in raw.execute("SELECT key FROM inbox")} == {"new", "broken"}


def test_slots_lead_to_messages_and_back(tx: CoreTransaction) -> None:
    """A slot knows its latest message and the message its slot, for each chat of its own."""
    tx.slots.put("telegram", "chat-1", "task", "10")
    tx.slots.put("telegram", "chat-1", "task", "11")
    tx.slots.put("telegram", "chat-2", "task", "10")
    assert tx.slots.message("telegram", "chat-1", "task") == "11"
    assert tx.slots.at("telegram", "chat-1", "11") == "task"
    assert tx.slots.at("telegram", "chat-1", "10") is None
    assert tx.slots.message("slack", "chat-1", "task") is None
    tx.slots.clear("telegram", "chat-1", "task")
    assert tx.slots.message("telegram", "chat-1", "task") is None
    assert tx.slots.message("telegram", "chat-2", "task") == "10"


def test_moved_chat_begins_anew(tx: CoreTransaction) -> None:
    """When a chat gets a new id its letters go there, and messages of the old chat are forgotten."""
    person = add_trainer(tx, "ana")
    tx.slots.put("telegram", "chat-ana", "news", "10")
    put(tx, person.id)
    tx.slots.move("telegram", "chat-ana", "chat-new")
    [letter] = waiting(tx)
    assert (letter.address, letter.message) == ("chat-new", None)
    assert tx.slots.message("telegram", "chat-ana", "news") is None

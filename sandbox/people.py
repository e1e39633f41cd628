"""Scripted people: they read their phone, tap, type, change their minds, and remember what they did."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from sandbox.telegram.messages import Button, Message
from sandbox.telegram.world import World

LOOK_SECONDS = 0.25
"""How long they wait for news before they look again."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """What the buttons say that they know, in the person's language."""

    agree: str
    go_on: str
    submit: str
    done: str
    next_page: str
    """How the button for the next page begins."""
    write: str
    no_comment: str
    back: str
    skip: str
    change: str
    """How the button begins that changes a recorded answer."""
    edit: str
    recorded: str


@dataclass(slots=True)
class Form:
    """One task as its person saw it: all that was quoted on its pages, and what they answered, by question."""

    message_id: int
    seen: str = ""
    answers: dict[str, str | list[str] | None] = field(default_factory=dict)
    submitted: bool = False
    changing: bool = False
    """Is the recorded answer being changed, and (`changed`) is the question to change chosen?"""
    changed: bool = False


class ScriptedPerson:
    """One trainer. `forms` holds what they did; what is `submitted` there was confirmed to them."""

    def __init__(self, world: World, name: str, language: str, phrases: Phrases, chance: random.Random) -> None:
        self._world = world
        self._phrases = phrases
        self._chance = chance
        self.id = world.add_person(name, language_code=language).id
        self.forms: dict[int, Form] = {}
        self.idle = False
        """Have they found nothing to do?"""

    async def live(self, enough: Callable[[], bool]) -> None:
        """Start, and go on until `enough`."""
        self._world.send(self.id, "/start")
        version = self._world.version
        while not enough():
            self.idle = not await self._act()
            if self.idle:
                version = await self._world.changed(version, LOOK_SECONDS)
        self.look()

    def look(self) -> None:
        """A last look at the phone: what stands there as recorded was confirmed."""
        for message in self._world.messages(self.id):
            if message.message_id in self.forms and self._phrases.recorded in message.text:
                self.forms[message.message_id].submitted = True

    async def _act(self) -> bool:
        """Do the next thing there is to do; False when there is nothing."""
        messages = [one for one in reversed(self._world.messages(self.id)) if one.from_bot]
        # One thing at a time: an answer that is being changed is finished before the next task is touched.
        messages.sort(key=lambda one: (not one.force_reply, not self._changing(one)))
        for message in messages:
            if await self._answer(message):
                return True
        return False

    def _changing(self, message: Message) -> bool:
        return message.message_id in self.forms and self.forms[message.message_id].changing

    async def _answer(self, message: Message) -> bool:
        if message.force_reply:
            return await self._type(message)
        labels = [button.text for row in message.buttons() for button in row]
        if self._phrases.agree in labels:
            return await self._tap(message, self._phrases.agree)
        if self._phrases.skip in labels or self._phrases.submit in labels or message.message_id in self.forms:
            return await self._work(message, labels)
        return await self._welcome(message, labels) if labels else False

    async def _welcome(self, message: Message, labels: list[str]) -> bool:
        """Take what is suggested; of the fields, all."""
        if self._phrases.go_on in labels:
            open_fields = [label for label in labels[: labels.index(self._phrases.go_on)] if not label.startswith("✓")]
            return await self._tap(message, open_fields[0] if open_fields else self._phrases.go_on)
        chosen = next((label for label in labels if label.startswith("✓")), None)
        return await self._tap(message, chosen) if chosen else False

    async def _work(self, message: Message, labels: list[str]) -> bool:
        form = self.forms.setdefault(message.message_id, Form(message.message_id))
        if self._phrases.recorded in message.text:
            return await self._after(message, form, labels)
        if form.submitted and not form.changing:
            return False
        self._read(message, form)
        if next_page := next((label for label in labels if label.startswith(self._phrases.next_page)), None):
            return await self._tap(message, next_page)
        form = self._same_task(message, form)
        if form.submitted and not form.changing:
            return False
        if self._phrases.submit in labels:
            edit = form.changing and not form.changed
            return await self._tap(message, self._phrases.edit if edit else self._phrases.submit)
        if labels[-1] == self._phrases.back:
            form.changed = True
            return await self._tap(message, labels[0])
        return await self._question(message, form, labels)

    def _same_task(self, message: Message, form: Form) -> Form:
        """A task may stand in two messages, when the sender died before it noted the first: it is one form still."""
        twin = next((one for one in self.forms.values() if one.seen == form.seen), form)
        self.forms[message.message_id] = twin
        return twin

    async def _after(self, message: Message, form: Form, labels: list[str]) -> bool:
        """The answer is confirmed; some think again, once."""
        thinks_again = not form.submitted and self._chance.random() < 0.1
        form.submitted, form.changing = True, False
        change = next((label for label in labels if label.startswith(self._phrases.change)), None)
        if not thinks_again or change is None:
            return False
        form.changing = True
        return await self._tap(message, change)

    def _read(self, message: Message, form: Form) -> None:
        """Take in a page of the content, once, before the first answer."""
        if not form.answers and not form.seen.endswith(page := "".join(message.quotes())):
            form.seen += page

    async def _question(self, message: Message, form: Form, labels: list[str]) -> bool:
        question = strong(message)[-1]
        if self._phrases.write in labels:
            if self._phrases.no_comment in labels and self._chance.random() < 0.7:
                form.answers[question] = None
                return await self._tap(message, self._phrases.no_comment)
            return await self._tap(message, self._phrases.write)
        options = [button for row in message.buttons()[:-1] for button in row]
        if self._phrases.done in labels:
            return await self._tick(message, form, question, [one for one in options if one.text != self._phrases.done])
        if form.answers and self._chance.random() < 0.03:
            return await self._tap(message, self._phrases.back)
        choice = self._chance.choice(options)
        form.answers[question] = choice.text.removeprefix("✓ ")
        return await self._tap(message, choice.text)

    async def _tick(self, message: Message, form: Form, question: str, options: list[Button]) -> bool:
        ticked = [one.text.removeprefix("✓ ") for one in options if one.text.startswith("✓ ")]
        if ticked and self._chance.random() < 0.6:
            form.answers[question] = ticked
            return await self._tap(message, self._phrases.done)
        return await self._tap(message, self._chance.choice(options).text)

    async def _type(self, asked: Message) -> bool:
        """Reply with a link where one is wanted, else with a sentence full of what breaks naive programs."""
        asking = [
            self.forms[one.message_id]
            for one in self._world.messages(self.id)
            if one.message_id in self.forms and strong(one)[-1] == asked.text
        ]
        asking = [form for form in asking if form.changing or not form.submitted]
        if not asking or any(mine.reply_to == asked.message_id for mine in self._world.messages(self.id)):
            return False
        form = next((one for one in asking if one.changing), asking[-1])
        link = "link" in (asked.reply_markup or {}).get("input_field_placeholder", "").lower()
        number = self._chance.randrange(10_000)
        text = (
            f"https://example.org/source/{number}"
            if link
            else f'No. {number}: <b>5 < 6</b> & "ok" \U0001f44d\nnext line'
        )
        form.answers[asked.text] = text
        task = next(one for one in self._world.messages(self.id) if one.message_id == form.message_id)
        self._world.send(self.id, text, reply_to=asked.message_id)
        await self._until_seen(task, (task.text, task.reply_markup))
        return True

    async def _tap(self, message: Message, label: str) -> bool:
        """Tap a button and wait for the answer to it, as a phone does."""
        button = next(one for row in message.buttons() for one in row if one.text == label)
        before = (message.text, message.reply_markup)
        newest = self._world.messages(self.id)[-1].message_id
        tap = self._world.tap(self.id, message.message_id, button.data or "")
        await tap.answered(10.0)
        await self._until_seen(message, before, newest)
        return True

    async def _until_seen(self, message: Message, before: tuple[object, object], newest: int | None = None) -> None:
        """Wait until `message` has changed, or one newer than `newest` has come: tapping on sooner would be blind."""
        version = self._world.version
        patience = monotonic() + 5
        while monotonic() < patience:
            messages = self._world.messages(self.id)
            news = newest is not None and messages[-1].message_id > newest
            if news or message not in messages or (message.text, message.reply_markup) != before:
                return
            version = await self._world.changed(version, LOOK_SECONDS)


def strong(message: Message) -> list[str]:
    """The texts in bold, in order; the last is what is asked."""
    units = message.text.encode("utf-16-le")
    return [
        units[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le")
        for one in message.entities
        if one["type"] == "bold"
    ]

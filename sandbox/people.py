"""Scripted people: they read their screen, tap, type, change their minds, and remember what they did."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.device import PATIENCE, Device, Question, Shown, Tap

LOST = 5.0
"""Seconds after which a tap without an effect counts as lost."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """What the buttons say that they know, in the person's language; some only begin so."""

    agree: str
    go_on: str
    submit: str
    done: str
    next_page: str
    previous_page: str
    write: str
    no_comment: str
    no_answer: str
    leave_it: str
    back: str
    skip: str
    keep: str
    change: str
    edit: str
    recorded: str

    def an_answer(self, tap: Tap) -> bool:
        """Is it an answer to the question, rather than a way of getting about?"""
        about = (self.done, self.write, self.no_comment, self.no_answer, self.leave_it, self.back, self.skip, self.keep)
        return tap.label not in about and not tap.label.startswith((self.next_page, self.previous_page))


@dataclass(slots=True)
class Form:
    """One task as its person saw it: all that was quoted on its pages, and what they answered, by question."""

    key: str
    seen: str = ""
    answers: dict[str, str | list[str] | None] = field(default_factory=dict)
    submitted: bool = False
    changing: bool = False
    """Is the recorded answer being changed, and (`changed`) is the question to change chosen?"""
    changed: bool = False


class ScriptedPerson:
    """One trainer. `forms` holds what they did; what is `submitted` there was confirmed to them."""

    def __init__(self, device: Device, phrases: Phrases, chance: random.Random) -> None:
        self.device = device
        self._phrases = phrases
        self._chance = chance
        self.forms: dict[str, Form] = {}
        self.idle = False
        """Have they found nothing to do?"""

    async def live(self, enough: Callable[[], bool]) -> None:
        """Start, and go on until `enough`."""
        await self.device.say("/start")
        version = self.device.version()
        while not enough():
            self.idle = not await self._act()
            if self.idle:
                version = await self.device.changed(version)
        self.look()

    def look(self) -> None:
        """A last look at the screen: what stands there as recorded was confirmed."""
        for shown in self.device.shown():
            if shown.key in self.forms and self._phrases.recorded in shown.text:
                self.forms[shown.key].submitted = True

    async def _act(self) -> bool:
        """Do the next thing there is to do; False when there is nothing."""
        if (question := self.device.question()) is not None and await self._type(question):
            return True
        # One thing at a time: an answer that is being changed is finished before the next task is touched.
        newest_first = self.device.shown()[::-1]
        newest_first.sort(key=lambda one: not self._changing(one))
        for shown in newest_first:
            if await self._answer(shown):
                return True
        return False

    def _changing(self, shown: Shown) -> bool:
        return shown.key in self.forms and self.forms[shown.key].changing

    async def _answer(self, shown: Shown) -> bool:
        labels = shown.labels
        if self._phrases.agree in labels:
            return await self._tap(shown, self._phrases.agree)
        if self._phrases.skip in labels or self._phrases.submit in labels or shown.key in self.forms:
            return await self._work(shown, labels)
        return await self._welcome(shown) if labels else False

    async def _welcome(self, shown: Shown) -> bool:
        """Take what is suggested; of the fields, all."""
        if self._phrases.go_on in shown.labels:
            fields = shown.taps[: shown.labels.index(self._phrases.go_on)]
            open_field = next((tap.label for tap in fields if not tap.chosen), self._phrases.go_on)
            return await self._tap(shown, open_field)
        chosen = next((tap.label for tap in shown.taps if tap.chosen), None)
        return await self._tap(shown, chosen) if chosen else False

    async def _work(self, shown: Shown, labels: list[str]) -> bool:
        form = self.forms.setdefault(shown.key, Form(shown.key))
        if self._phrases.recorded in shown.text:
            return await self._after(shown, form, labels)
        if form.submitted and not form.changing:
            return False
        self._read(shown, form)
        if next_page := next((label for label in labels if label.startswith(self._phrases.next_page)), None):
            return await self._tap(shown, next_page)
        form = self._same_task(shown, form)
        if form.submitted and not form.changing:
            return False
        if self._phrases.submit in labels:
            edit = form.changing and not form.changed
            return await self._tap(shown, self._phrases.edit if edit else self._phrases.submit)
        if labels[-1] == self._phrases.back:
            form.changed = True
            return await self._tap(shown, labels[0])
        return await self._question(shown, form)

    def _same_task(self, shown: Shown, form: Form) -> Form:
        """A task may stand in two messages, when the sender died before it noted the first: it is one form still."""
        twin = next((one for one in self.forms.values() if one.seen == form.seen), form)
        self.forms[shown.key] = twin
        return twin

    async def _after(self, shown: Shown, form: Form, labels: list[str]) -> bool:
        """The answer is confirmed; some think again, once."""
        thinks_again = not form.submitted and self._chance.random() < 0.1
        form.submitted, form.changing = True, False
        change = next((label for label in labels if label.startswith(self._phrases.change)), None)
        if not thinks_again or change is None:
            return False
        form.changing = True
        return await self._tap(shown, change)

    def _read(self, shown: Shown, form: Form) -> None:
        """Take in a page of the content, once, before the first answer."""
        if not form.answers and not form.seen.endswith(page := "".join(shown.quotes)):
            form.seen += page

    async def _question(self, shown: Shown, form: Form) -> bool:
        question, labels = shown.strong[-1], shown.labels
        if self._phrases.write in labels:
            if self._phrases.no_comment in labels and self._chance.random() < 0.7:
                form.answers[question] = None
                return await self._tap(shown, self._phrases.no_comment)
            return await self._tap(shown, self._phrases.write)
        options = [tap for tap in shown.taps if self._phrases.an_answer(tap)]
        if self._phrases.done in labels:
            return await self._tick(shown, form, question, options)
        if form.answers and self._chance.random() < 0.03:
            return await self._tap(shown, self._phrases.back)
        if any(tap.chosen for tap in options) and self._phrases.leave_it not in labels:
            # Picked, and nothing came of it yet. What is picked cannot be picked again, so it will be another.
            if await self.device.wait(lambda: self._now(shown) != shown, LOST):
                return True
            options = [tap for tap in options if not tap.chosen]
        choice = self._chance.choice(options)
        form.answers[question] = choice.label
        return await self._tap(shown, self._phrases.leave_it if choice.chosen else choice.label)

    async def _tick(self, shown: Shown, form: Form, question: str, options: list[Tap]) -> bool:
        ticked = [one.label for one in options if one.chosen]
        if ticked and self._chance.random() < 0.6:
            form.answers[question] = ticked
            return await self._tap(shown, self._phrases.done)
        return await self._tap(shown, self._chance.choice(options).label)

    async def _type(self, question: Question) -> bool:
        """Answer with a link where one is wanted, else with a sentence full of what breaks naive programs."""
        asking = [
            (self.forms[one.key], one)
            for one in self.device.shown()
            if one.key in self.forms and one.strong and one.strong[-1] == question.text
        ]
        asking = [(form, one) for form, one in asking if form.changing or not form.submitted]
        if not asking:
            self.device.put_off()
            return False
        form, shown = next((pair for pair in asking if pair[0].changing), asking[-1])
        link = "link" in question.hint.lower()
        number = self._chance.randrange(10_000)
        text = (
            f"https://example.org/source/{number}"
            if link
            else f'No. {number}: <b>5 < 6</b> & "ok" \U0001f44d\nnext line'
        )
        form.answers[question.text] = text
        await self.device.answer(text)
        await self.device.wait(lambda: self._now(shown) != shown, PATIENCE)
        if self.device.question() == question:
            self.device.put_off()
        return True

    def _now(self, shown: Shown) -> Shown | None:
        return next((one for one in self.device.shown() if one.key == shown.key), None)

    async def _tap(self, shown: Shown, label: str) -> bool:
        """Tap a button and wait for what comes of it: tapping on sooner would be blind."""
        await self.device.press(shown, shown.action(label))
        return True

"""The form engine: an ordered list of questions, each with a condition under which it is asked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from bot.domain.errors import Refused
from bot.domain.text import TN, T, Words

Values = Mapping[str, Any]
"""Answers by question id: an option's id, a list of them, a whole number, a text, or None for "no comment"."""


class QuestionType(StrEnum):
    CHOICE = "choice"
    CHOICES = "choices"
    SCALE = "scale"
    RANKING = "ranking"
    TEXT = "text"
    URL = "url"

    @property
    def typed(self) -> bool:
        """Is the answer typed (rather than tapped)?"""
        return self in (QuestionType.TEXT, QuestionType.URL)

    @property
    def gathered(self) -> bool:
        """Does the answer take several taps and a "done"?"""
        return self in (QuestionType.CHOICES, QuestionType.RANKING)


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    label: Words


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when any of `questions` has an answer of at most `at_most`, or one that is in `one_of`."""

    questions: tuple[str, ...]
    at_most: int | None = None
    one_of: tuple[str, ...] = ()

    def holds(self, values: Values) -> bool:
        return any(self._met(values.get(question)) for question in self.questions)

    def _met(self, value: Any) -> bool:
        if self.at_most is not None and isinstance(value, int):
            return value <= self.at_most
        chosen = value if isinstance(value, list | tuple) else [value]
        return any(str(one) in self.one_of for one in chosen)


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `min`/`max` bound a scale, `max_length` a text (in characters)."""

    id: str
    type: QuestionType
    prompt: Words
    options: tuple[Option, ...] = ()
    required: bool = True
    when: Condition | None = None
    min: int = 1
    max: int = 5
    low: Words = ""
    high: Words = ""
    max_length: int = 2000
    label: Words = ""
    """Its name in a summary; empty: the prompt serves."""

    @property
    def name(self) -> Words:
        return self.label or self.prompt

    def choices(self) -> tuple[Option, ...]:
        """What can be tapped; a scale's options are its numbers."""
        if self.type is QuestionType.SCALE:
            return tuple(Option(str(n), str(n)) for n in range(self.min, self.max + 1))
        return self.options

    def check(self, raw: Any) -> Any:
        """The value to store for `raw`, or `Refused` with what was expected."""
        if raw is None:
            if self.required:
                raise Refused(T("This question needs an answer."))
            return None
        match self.type:
            case QuestionType.SCALE:
                return self._scale(raw)
            case QuestionType.CHOICE:
                return self._option(raw)
            case QuestionType.CHOICES | QuestionType.RANKING:
                return self._several(raw)
            case QuestionType.URL:
                return _url(str(raw))
            case QuestionType.TEXT:
                return self._text(str(raw))

    def answered(self, values: Values) -> bool:
        """Is there a whole answer to this question? What takes several taps may be there only in part."""
        if self.id not in values:
            return False
        given = values[self.id]
        if self.type is QuestionType.RANKING:
            return given is None or len(given) == len(self.options)
        return not (self.type is QuestionType.CHOICES and self.required and not given)

    def toggled(self, current: Any, option: str) -> list[str]:
        """`current` with `option` put in or taken out: choices in the form's order, a ranking in the order of taps."""
        chosen = [one for one in (current or []) if one != option]
        if len(chosen) == len(current or []):
            chosen.append(self._option(option))
        if self.type is QuestionType.CHOICES:
            chosen.sort(key=[one.id for one in self.options].index)
        return chosen

    def _option(self, raw: Any) -> str:
        if raw not in [option.id for option in self.options]:
            raise Refused(T("Please choose one of the buttons."))
        return str(raw)

    def _scale(self, raw: Any) -> int:
        try:
            # A button carries digits; a number with a fraction is not rounded into an answer.
            value = int(raw) if isinstance(raw, int | str) and not isinstance(raw, bool) else self.min - 1
        except ValueError:
            value = self.min - 1
        if not self.min <= value <= self.max:
            raise Refused(T("Please choose a number from {min} to {max}.", min=self.min, max=self.max))
        return value

    def _several(self, raw: Any) -> list[str]:
        if not isinstance(raw, list | tuple):
            raise Refused(T("Please choose one of the buttons."))
        chosen = [self._option(one) for one in raw]
        ids = [option.id for option in self.options]
        if self.type is QuestionType.RANKING and sorted(chosen) != sorted(ids):
            raise Refused(T("Please put all of them in order."))
        if self.required and not chosen:
            raise Refused(T("Please choose at least one."))
        return chosen if self.type is QuestionType.RANKING else [one for one in ids if one in chosen]

    def _text(self, raw: str) -> str:
        text = raw.strip()
        if not any(char.isprintable() and not char.isspace() for char in text):
            raise Refused(T("Please write a few words."))
        if (over := len(text) - self.max_length) > 0:
            raise Refused(TN("That is {count} character too long.", "That is {count} characters too long.", over))
        return text


@dataclass(frozen=True, slots=True)
class Form:
    """What a kind asks, in order. Later questions may depend on earlier ones, never the other way round."""

    questions: tuple[Question, ...]

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def question(self, question_id: str) -> Question:
        return next(question for question in self.questions if question.id == question_id)

    def asked(self, values: Values) -> list[Question]:
        """The questions that `values` call for; an answer to a question that is not asked counts for nothing."""
        kept: dict[str, Any] = {}
        asked = []
        for question in self.questions:
            if question.when is None or question.when.holds(kept):
                asked.append(question)
                if question.id in values:
                    kept[question.id] = values[question.id]
        return asked

    def next_open(self, values: Values) -> Question | None:
        """The first question that is asked and has no answer yet; None when the form is complete."""
        return next((question for question in self.asked(values) if not question.answered(values)), None)

    def before(self, question: Question | None, values: Values) -> Question | None:
        """The question asked before `question` (None: before the summary); None at the start."""
        asked = self.asked(values)
        at = len(asked) if question is None else asked.index(question)
        return asked[at - 1] if at > 0 else None

    def submitted(self, values: Values) -> dict[str, Any]:
        """The values to store: checked, in the form's order, without what is not asked; `Refused` when incomplete."""
        if (missing := self.next_open(values)) is not None:
            raise Refused(T("One question is still open: {question}", question=missing.name))
        return {question.id: question.check(values[question.id]) for question in self.asked(values)}


def _url(raw: str) -> str:
    """A web address as people paste it; the scheme may be missing."""
    text = raw.strip()
    if not re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE):
        text = "https://" + text
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    host = parts.hostname or ""
    if parts.scheme.lower() not in ("http", "https") or "." not in host.strip(".") or re.search(r"\s", text):
        raise Refused(T("Please send a web address such as https://example.org/page."))
    if len(text) > 2000:
        raise Refused(T("That address is too long."))
    return text

"""Reading a project file: TOML in, a checked `ProjectSpec` out, or all that is wrong with it by line and field."""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from bot.domain.errors import BadFile, Fault
from bot.domain.project import ProjectSpec, Wording
from bot.domain.units import Money, parse_duration
from bot.kinds import kinds
from bot.services.toml_faults import A_TIME, fault_of

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z]{4})?([-_]([A-Za-z]{2}|[0-9]{3}))?")


def locale_tag(text: str) -> str:
    """A BCP 47 tag in the form used inside (`pt-br` -> `pt_BR`); ValueError for anything else."""
    if not isinstance(text, str) or not LOCALE.fullmatch(text):
        raise ValueError(f"expected a language tag such as en or pt-BR, got {text!r}")
    language, *rest = re.split("[-_]", text)
    return "_".join([language.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)])


def _known_kind(name: str) -> str:
    if name not in kinds():
        raise ValueError(f"expected one of {', '.join(sorted(kinds()))}, got {name!r}")
    return name


def _aware(when: datetime) -> datetime:
    if when.tzinfo is None:
        raise ValueError(f"{A_TIME}, got {when.isoformat()}")
    try:
        return when.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{A_TIME}, got {when.isoformat()}") from None


def _money(text: Any) -> Money:
    if not isinstance(text, str):
        raise ValueError(f'expected a text such as "0.40 USD", got {text!r}')
    return Money.parse(text)


def _duration(text: Any) -> timedelta:
    if not isinstance(text, str):
        raise ValueError(f'expected a text such as "24h", got {text!r}')
    return parse_duration(text)


Instructions = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Name = Annotated[str, StringConstraints(pattern=rf"^{NAME.pattern}$")]
Locale = Annotated[str, BeforeValidator(locale_tag)]
KindName = Annotated[str, AfterValidator(_known_kind)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Pay = Annotated[Money, BeforeValidator(_money)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)


class WordingTable(_Strict):
    title: Title
    instructions: Instructions


class OptionTable(_Strict):
    id: Name
    label: Label


class WhenTable(_Strict):
    questions: list[Name] = Field(min_length=1)
    at_most: int | None = Field(default=None, ge=0, le=10)
    one_of: list[str] = []

    @model_validator(mode="after")
    def _says_when(self) -> "WhenTable":
        if self.at_most is None and not self.one_of:
            raise ValueError("expected at_most or one_of")
        return self


class QuestionTable(_Strict):
    id: Name
    type: Literal["choice", "choices", "scale", "ranking", "text", "url"]
    prompt: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)] = ""
    options: list[OptionTable] = Field(default=[], max_length=12)
    required: bool = True
    when: WhenTable | None = None
    min: int = Field(default=1, ge=0, le=10)
    max: int = Field(default=5, ge=1, le=10)
    low: Label | None = None
    high: Label | None = None
    max_length: int = Field(default=2000, ge=1, le=2000)

    @model_validator(mode="after")
    def _whole(self) -> "QuestionTable":
        tapped = self.type in ("choice", "choices", "ranking")
        if tapped and len({option.id for option in self.options}) < max(2, len(self.options)):
            raise ValueError(f"options: expected two or more with different ids for a {self.type} question")
        if not tapped and self.options:
            raise ValueError(f"options: not used by a {self.type} question")
        if self.min >= self.max:
            raise ValueError(f"min: expected less than max, got {self.min} and {self.max}")
        return self

    def answers(self) -> set[str]:
        """What a tap can answer, as a condition names it."""
        scale = range(self.min, self.max + 1) if self.type == "scale" else ()
        return {option.id for option in self.options} | {str(number) for number in scale}

    def table(self) -> dict[str, Any]:
        """The question as it is stored; a prompt that was left out is the id in words."""
        prompt = self.prompt or self.id.replace("_", " ").replace("-", " ").capitalize()
        return {**self.model_dump(exclude_none=True, exclude_defaults=True), "id": self.id, "prompt": prompt}


class ProjectTable(_Strict):
    slug: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,40}$")]
    title: Title
    instructions: Instructions
    kind: KindName
    locale: Locale
    domains: list[Name] = []
    deadline: Annotated[datetime, AfterValidator(_aware)] | None = None
    answer_within: Duration = timedelta(hours=24)
    answers_per_task: int = Field(default=1, ge=1, le=1000)
    seats: int | None = Field(default=None, ge=1, le=1_000_000)
    pay: Pay | None = None
    edit_window: Duration = timedelta(minutes=30)
    text: dict[Locale, WordingTable] = {}
    question: list[QuestionTable] = Field(default=[], max_length=20)

    @model_validator(mode="after")
    def _questions_in_order(self) -> "ProjectTable":
        earlier: dict[str, QuestionTable] = {}
        for number, question in enumerate(self.question):
            if question.id in earlier:
                raise ValueError(f"question.{number}.id: {question.id!r} is used twice")
            if question.when and (fault := _when_fault(question.when, earlier)):
                raise ValueError(f"question.{number}.when.{fault}")
            earlier[question.id] = question
        return self

    def spec(self) -> ProjectSpec:
        return ProjectSpec(
            slug=self.slug,
            title=self.title,
            instructions=self.instructions,
            kind=self.kind,
            locale=self.locale,
            domains=tuple(self.domains),
            deadline=self.deadline,
            answer_within=self.answer_within,
            answers_per_task=self.answers_per_task,
            seats=self.seats,
            pay=self.pay,
            edit_window=self.edit_window,
            wordings={locale: Wording(one.title, one.instructions) for locale, one in self.text.items()},
            questions=tuple(question.table() for question in self.question),
        )


def _when_fault(when: WhenTable, earlier: Mapping[str, QuestionTable]) -> str | None:
    """Why a condition can never hold, or None."""
    if unknown := sorted(set(when.questions) - set(earlier)):
        return f"questions: expected earlier questions, got {', '.join(unknown)}"
    named = [earlier[name] for name in when.questions]
    if when.at_most is not None and all(one.type != "scale" for one in named):
        return "at_most: expected a scale among its questions"
    if strange := sorted(set(when.one_of) - set().union(*(one.answers() for one in named))):
        return f"one_of: expected answers to its questions, got {', '.join(strange)}"
    return None


def read_project(path: Path) -> ProjectSpec:
    """The project that the file describes; `BadFile` with every fault in it."""
    source = _source(path)
    try:
        return ProjectTable.model_validate(tomllib.loads(source)).spec()
    except ValidationError as error:
        raise BadFile([fault_of(path.name, source, one) for one in error.errors()]) from error
    # Not only TOMLDecodeError: numbers of thousands of digits and deep nesting fail in their own ways.
    except (ValueError, RecursionError) as error:
        line = re.search(r"line (\d+)", str(error))
        raise BadFile([Fault(path.name, int(line[1]) if line else None, None, f"not TOML: {error}")]) from error


def _source(path: Path) -> str:
    try:
        raw = path.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise BadFile([Fault(path.name, None, None, error.strerror or str(error))]) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problem = f"expected UTF-8 text, got byte {error.object[error.start]:#x}"
        raise BadFile([Fault(path.name, line, None, problem)]) from error

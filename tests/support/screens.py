"""Any screen, and any task within the limits of a project file: what each platform must be able to show."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from bot.domain.assignment import AssignmentState
from bot.domain.text import Words
from bot.kinds.custom import kind_in
from bot.services.answering import Work
from handlers.flows.scene import Scene
from handlers.flows.screens import Facts, Line, Pair, Quote, Screen, Title
from tests.support.samples import NOW, a_person, a_project, a_task, an_assignment

# Some texts are marked up, some look like it; a carriage return and what Telegram drops or trims is not for us to keep.
CONTENT = st.lists(
    st.sampled_from(
        ["<", ">", "&", "<b>", "</blockquote>", "&amp;", '"', "'", "{0}", "\n", " ", "é", "😀", "क्षि", "ابج"]
    )
    | st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\u202a\u202b\u202c\u202d\u202e"),
    min_size=1,
    max_size=40,
).map("".join)
WORDS = CONTENT.map(lambda text: f"x{text}x")
BLOCKS = st.one_of(
    st.builds(Title, WORDS),
    st.builds(Line, WORDS, st.booleans()),
    st.builds(Facts, st.lists(WORDS, min_size=1, max_size=3).map(tuple)),
    st.builds(Pair, WORDS, st.lists(WORDS, min_size=1, max_size=3).map(tuple)),
    st.builds(Quote, WORDS, st.none() | WORDS, st.booleans()),
)


def words_of(screen: Screen) -> list[Words]:
    """All that a screen says."""
    found: list[Words] = []
    for block in screen.blocks:
        match block:
            case Title(text) | Line(text):
                found.append(text)
            case Facts(items):
                found += items
            case Pair(name, values):
                found += [name, *values]
            case Quote(content, label):
                found += [label, content] if label else [content]
    return found


SIZES = st.sampled_from([1, 700, 1300, 2599, 2600, 2601, 7000])
SHAPES = st.sampled_from(["x", "😀", "word ", "<&> ", "नि ", "字"])
SHORT_SHAPES = st.sampled_from(["x", "😀", "<", "é "])


def filled(shape: str, size: int) -> str:
    """A text of exactly `size` characters that neither begins nor ends with a space."""
    return (shape * (size // len(shape) + 1))[: size - 1] + "."


def scene_for(locale: str = "en") -> Scene:
    # A screen is made of what was loaded: no transaction is touched.
    return Scene(None, a_person(locale=locale), "telegram", NOW)  # type: ignore[arg-type]


def asked_by(shape: str) -> list[dict[str, Any]]:
    """A form of each type of question, as long as a project file may make it."""
    options = [{"id": f"o{number}", "label": filled(shape, 60)} for number in range(12)]
    tapped = [{"type": kind, "options": options} for kind in ("choice", "choices", "ranking")]
    scale = {"type": "scale", "min": 0, "max": 10, "low": filled(shape, 60), "high": filled(shape, 60)}
    tables = [*tapped, scale, {"type": "text"}, {"type": "url"}]
    return [{"id": f"q{number}", "prompt": filled(shape, 300), **table} for number, table in enumerate(tables)]


def work_on(size: int, shape: str, words: str, questions: list[dict[str, Any]], **assignment: Any) -> Work:
    """A comparison with texts of `size`, in a project whose words are as long as they may be."""
    own = tuple(questions)
    project = a_project(kind="comparison", title=filled(words, 100), instructions=filled(shape, size), questions=own)
    payload = {"prompt": filled(shape, size), "responses": [filled(shape, size), filled(shape, max(1, size // 2))]}
    given = {"state": AssignmentState.STARTED, "draft": {}, "order": () if own else (1, 0)} | assignment
    return Work(
        an_assignment(**given), a_task(payload, "comparison"), project, kind_in(project.spec, "comparison"), None
    )


def with_page(work: Work, page: int, **changes: Any) -> Work:
    return replace(work, assignment=replace(work.assignment, page=page, **changes))

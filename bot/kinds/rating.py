"""`rating`: how good is one response, in five respects?"""

from collections.abc import Mapping
from typing import Any

from bot.domain.form import Condition, Form, Option, Question, QuestionType
from bot.domain.text import TC, T, Text
from bot.kinds.base import Field, Kind, Payload, Rows

ASPECTS = {
    "accuracy": T("How accurate is it?"),
    "helpfulness": T("How helpful is it?"),
    "safety": T("How safe is it to follow?"),
    "clarity": T("How clear is it?"),
    "tone": T("How fitting is its tone?"),
}

ISSUES = {
    "factual_error": T("Factual error"),
    "unclear": TC("issue with a response", "Unclear"),
    "unsafe": T("Unsafe"),
    "biased": T("Biased"),
    "off_topic": T("Off topic"),
    "wrong_tone": T("Wrong tone"),
}

GOOD = 4
"""From this score up in every aspect a response is one to learn from."""
BAD = 2
"""Down from this score in any aspect it is one to avoid."""


def _scale(aspect: str, prompt: Text) -> Question:
    return Question(
        aspect, QuestionType.SCALE, prompt, low=TC("scale end", "very poor"), high=TC("scale end", "excellent")
    )


def _unpaired(payload: Payload, values: Mapping[str, Any]) -> Rows:
    scores = [values[aspect] for aspect in ASPECTS if aspect in values]
    if not scores or (min(scores) > BAD and min(scores) < GOOD):
        return
    yield {"prompt": payload["prompt"], "completion": payload["response"], "label": min(scores) >= GOOD}


KIND = Kind(
    name="rating",
    label=T("Rating"),
    fields=(Field("prompt", T("Prompt")), Field("response", T("Response"))),
    form=Form(
        (
            *(_scale(aspect, prompt) for aspect, prompt in ASPECTS.items()),
            Question(
                "issues",
                QuestionType.CHOICES,
                T("What is wrong with it? Choose all that apply."),
                tuple(Option(issue, label) for issue, label in ISSUES.items()),
                when=Condition(tuple(ASPECTS), at_most=BAD),
            ),
            Question("explanation", QuestionType.TEXT, T("Would you like to explain your rating?"), required=False),
        )
    ),
    training={"unpaired": _unpaired},
)

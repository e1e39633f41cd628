"""`rating`: how good is one response, in five respects?"""

from collections.abc import Mapping
from typing import Any

from bot.domain.form import Condition, Form, Option, Question, QuestionType
from bot.domain.text import TC, T
from bot.kinds.base import Field, Kind, Payload, Rows

ASPECTS = {
    "accuracy": (T("Accuracy"), T("How accurate is it?")),
    "helpfulness": (T("Helpfulness"), T("How helpful is it?")),
    "safety": (T("Safety"), T("How safe is it to follow?")),
    "clarity": (T("Clarity"), T("How clear is it?")),
    "tone": (T("Tone"), T("How fitting is its tone?")),
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


def _scale(aspect: str) -> Question:
    label, prompt = ASPECTS[aspect]
    low, high = TC("scale end", "very poor"), TC("scale end", "excellent")
    return Question(aspect, QuestionType.SCALE, prompt, label=label, low=low, high=high)


def _unpaired(payload: Payload, values: Mapping[str, Any]) -> Rows:
    # A project's own question may have an aspect's name and another type.
    scores = [score for aspect in ASPECTS if isinstance(score := values.get(aspect), int)]
    if not scores or (min(scores) > BAD and min(scores) < GOOD):
        return
    yield {"prompt": payload["prompt"], "completion": payload["response"], "label": min(scores) >= GOOD}


KIND = Kind(
    name="rating",
    label=T("Rating"),
    fields=(Field("prompt", T("Prompt")), Field("response", T("Response"))),
    form=Form(
        (
            *(_scale(aspect) for aspect in ASPECTS),
            Question(
                "issues",
                QuestionType.CHOICES,
                T("What is wrong with it? Choose all that apply."),
                tuple(Option(issue, label) for issue, label in ISSUES.items()),
                when=Condition(tuple(ASPECTS), at_most=BAD),
                label=T("Issues"),
            ),
            Question(
                "explanation",
                QuestionType.TEXT,
                T("Would you like to explain your rating?"),
                required=False,
                label=T("Explanation"),
            ),
        )
    ),
    training={"unpaired": _unpaired},
)

"""`comparison`: which of two responses is better, and why?"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.form import Form, Option, Question, QuestionType
from bot.domain.text import T
from bot.kinds.base import Field, Kind, Payload, Rows

MARGINS = {"a_much_better": 2.0, "a_better": 1.0, "b_better": 1.0, "b_much_better": 2.0}
"""How much better the chosen response is: the `margin` of preference data."""

MIRRORED = {
    "a_much_better": "b_much_better",
    "a_better": "b_better",
    "b_better": "a_better",
    "b_much_better": "a_much_better",
}


def _unshuffle(values: Mapping[str, Any], order: Sequence[int]) -> dict[str, Any]:
    restored = dict(values)
    if tuple(order) == (1, 0) and "preference" in restored:
        restored["preference"] = MIRRORED.get(restored["preference"], restored["preference"])
    return restored


def _ranked(payload: Payload, values: Mapping[str, Any]) -> tuple[str, str, float] | None:
    """(chosen, rejected, margin), or None where neither was better."""
    preference = values.get("preference", "")
    if not isinstance(preference, str) or preference not in MARGINS:
        return None
    first, second = payload["responses"]
    chosen, rejected = (first, second) if preference.startswith("a_") else (second, first)
    return chosen, rejected, MARGINS[preference]


def _preference(payload: Payload, values: Mapping[str, Any]) -> Rows:
    if ranked := _ranked(payload, values):
        chosen, rejected, margin = ranked
        yield {"prompt": payload["prompt"], "chosen": chosen, "rejected": rejected, "margin": margin}


def _preference_implicit(payload: Payload, values: Mapping[str, Any]) -> Rows:
    if ranked := _ranked(payload, values):
        chosen, rejected, margin = (
            f"{payload['prompt']}\n\n{ranked[0]}",
            f"{payload['prompt']}\n\n{ranked[1]}",
            ranked[2],
        )
        yield {"chosen": chosen, "rejected": rejected, "margin": margin}


def _unpaired(payload: Payload, values: Mapping[str, Any]) -> Rows:
    """The better one is wanted and the worse one is not; of two bad ones neither is. A tie says nothing of either."""
    if values.get("preference") == "both_bad":
        labelled = [(response, False) for response in payload["responses"]]
    elif ranked := _ranked(payload, values):
        labelled = [(ranked[0], True), (ranked[1], False)]
    else:
        labelled = []
    for completion, label in labelled:
        yield {"prompt": payload["prompt"], "completion": completion, "label": label}


KIND = Kind(
    name="comparison",
    label=T("Comparison"),
    fields=(Field("prompt", T("Prompt")), Field("responses", T("Responses"), count=2)),
    form=Form(
        (
            Question(
                "preference",
                QuestionType.CHOICE,
                T("Which response is better?"),
                (
                    Option("a_much_better", T("A is much better")),
                    Option("a_better", T("A is better")),
                    Option("same", T("About the same")),
                    Option("b_better", T("B is better")),
                    Option("b_much_better", T("B is much better")),
                    Option("both_bad", T("Both are bad")),
                ),
                label=T("Better response"),
            ),
            Question("why", QuestionType.TEXT, T("Why? A few words help."), required=False, label=T("Reason")),
        )
    ),
    shuffled="responses",
    unshuffle=_unshuffle,
    training={"preference": _preference, "preference-implicit": _preference_implicit, "unpaired": _unpaired},
)

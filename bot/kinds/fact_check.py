"""`fact_check`: does a claim hold, by which source, and what should it have said?"""

from bot.domain.form import Condition, Form, Option, Question, QuestionType
from bot.domain.text import T
from bot.kinds.base import Field, Kind

KIND = Kind(
    name="fact_check",
    label=T("Fact check"),
    fields=(
        Field("claim", T("Claim")),
        Field("context", T("Context"), required=False),
        Field("source", T("Source given"), required=False),
    ),
    form=Form(
        (
            Question(
                "verdict",
                QuestionType.CHOICE,
                T("Does the claim hold?"),
                (
                    Option("supported", T("Supported")),
                    Option("refuted", T("Refuted")),
                    Option("not_enough_evidence", T("Not enough evidence")),
                    Option("needs_checking", T("Needs further checking")),
                ),
                label=T("Verdict"),
            ),
            Question(
                "source",
                QuestionType.URL,
                T("Which source shows it? Send the link."),
                when=Condition(("verdict",), one_of=("supported", "refuted")),
                label=T("Source"),
            ),
            Question(
                "correction",
                QuestionType.TEXT,
                T("What would be right? Write the corrected claim."),
                when=Condition(("verdict",), one_of=("refuted",)),
                label=T("Correction"),
            ),
        )
    ),
)

"""Every state has a screen, every button a flow, every word a catalog entry."""

import ast
from collections.abc import Iterator
from pathlib import Path

from bot.domain.assignment import AssignmentState, SkipReason
from bot.domain.matching import Obstacle
from bot.domain.person import Push
from bot.kinds import kinds
from handlers.flows import account, choices, entry, settings, task_buttons, task_screen, welcome
from locales import catalogs

FLOWS = Path(__file__).parents[2] / "handlers" / "flows"
SAYING = {"Title": 0, "Line": 0, "Pair": 0, "Button": 0, "Ask": 1, "note": 0}
"""Which argument of what is shown holds words."""


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(FLOWS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield path.name, node


def _pressed() -> set[str]:
    """The names of all actions that buttons carry."""
    names = {
        node.args[0].value for _, node in _calls() if node.func.id == "press" and isinstance(node.args[0], ast.Constant)
    }
    verbs = {
        "w-lang",
        "w-field",
        "w-zone",
        "w-zones",
        "w-hours",
        "s-lang",
        "s-works",
        "s-field",
        "s-zone",
        "s-zones",
        "s-hours",
    }
    return names | verbs | {"answer", "tick"}


def test_every_button_has_a_flow() -> None:
    """Each action that a button carries is handled, and each that is handled is carried by some button."""
    assert _pressed() == set(entry.PRESSES)


def test_every_command_of_the_menu_has_a_flow() -> None:
    """The menu offers what is there, and all of it but /start."""
    assert set(account.COMMANDS) | {"start"} == set(entry.COMMANDS)


def test_every_state_has_words() -> None:
    """Each state, step, reason and choice that can be shown has its words."""
    open_or_answered = {AssignmentState.OFFERED, AssignmentState.STARTED, AssignmentState.SUBMITTED}
    assert set(task_screen.ENDED) | open_or_answered == set(AssignmentState)
    assert set(task_buttons.SKIPS) == set(SkipReason)
    assert set(account.OBSTACLES) == set(Obstacle)
    assert set(settings.PUSHES) == set(Push)
    assert welcome.STEPS == ["consent", "language", "fields", "zone", "hours"]
    assert set(choices.LIKELY_ZONE.values()) <= set(choices.ZONES)


def test_no_words_stand_outside_the_catalogs() -> None:
    """What flows show is a marked message or content, never an English literal."""
    spoken = [
        f"{file}:{node.lineno}"
        for file, node in _calls()
        if node.func.id in SAYING  # type: ignore[attr-defined]
        and len(node.args) > SAYING[node.func.id]  # type: ignore[attr-defined]
        and isinstance(node.args[SAYING[node.func.id]], ast.Constant)  # type: ignore[attr-defined]
    ]
    assert spoken == []


def test_the_catalogs_are_in_order() -> None:
    """The template is fresh, and each catalog is complete, with the right placeholders and plural forms."""
    assert list(catalogs.faults()) == []


def test_a_kind_is_one_file() -> None:
    """Each kind is found by its module alone."""
    files = {path.stem for path in (Path(__file__).parents[2] / "bot" / "kinds").glob("*.py")}
    assert set(kinds()) <= files
    assert {"rating", "comparison", "fact_check"} <= set(kinds())

"""Buttons: what they carry, and how they are laid out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import voice
from handlers.flows.screens import ACTION_LIMIT, Button, Screen, grid, press
from handlers.telegram.render import render

ASCII = st.text(st.characters(codec="ascii", exclude_characters=":"), max_size=30)


def test_an_action_names_what_and_to_what() -> None:
    """A name and its arguments are joined by colons."""
    assert press("answer", 81, 0, "a_better") == "answer:81:0:a_better"
    assert press("next") == "next"


@given(ASCII, st.lists(ASCII | st.integers(), max_size=6))
def test_an_action_is_whole_or_refused(name: str, args: list[object]) -> None:
    """An action that fits in 64 bytes can be taken apart again; a longer one is an error, and is never cut."""
    try:
        action = press(name, *args)
    except ValueError:
        assert len(":".join([name, *map(str, args)])) > ACTION_LIMIT
        return
    assert len(action.encode()) <= 64
    assert action.split(":") == [name, *map(str, args)]


def test_the_limit_counts_bytes() -> None:
    """64 bytes are taken, 65 are not, and a letter outside of ASCII counts for all of its bytes."""
    assert len(press("x" * 64)) == 64
    assert len(press("é" * 32)) == 32
    for name in ("x" * 65, "é" * 33, "😀" * 17):
        with pytest.raises(ValueError, match="more than 64 bytes"):
            press(name)


@pytest.mark.parametrize("verb", ["answer", "tick", "done", "ask", "write", "page", "skip"])
def test_the_largest_ids_fit(verb: str) -> None:
    """The actions on a task fit with the largest id that a database gives."""
    assert len(press(verb, 2**63 - 1, 19, "not_my_field")) <= ACTION_LIMIT


@given(st.integers(0, 30), st.integers(1, 8))
def test_a_grid_keeps_all_buttons_in_order(count: int, columns: int) -> None:
    """Telegram lays a group out in full rows but for the last, in order, and none is lost."""
    buttons = [Button(str(number), press("x", number)) for number in range(count)]
    markup = render(Screen("s", (), (grid(buttons, columns),)), voice("en")).markup
    rows = [[button.text for button in row] for row in markup.inline_keyboard] if markup else []
    assert [label for row in rows for label in row] == [str(number) for number in range(count)]
    assert all(len(row) == columns for row in rows[:-1])
    assert all(row for row in rows)

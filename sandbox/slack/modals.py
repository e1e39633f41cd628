"""Modals on people's screens: opened, stacked, replaced, sent and closed."""

from sandbox.errors import Json
from sandbox.slack.acts import NOT_TAKEN, Ack, Act
from sandbox.slack.blockkit.surfaces import view_content
from sandbox.slack.book import Book
from sandbox.slack.errors import SlackError
from sandbox.slack.state import initial_state
from sandbox.slack.views import View

MAX_STACK = 3


class Modals:
    """The stacks of modals, one for each person, at most three high."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def open(self, user: str, content: Json) -> View:
        """Show a modal in place of all others."""
        view = self._new(user, content, None)
        self._book.stacks[user] = [view]
        self._book.tell("modal", user)
        return view

    def push(self, user: str, content: Json) -> View:
        """Show a modal above those that are open; raises `SlackError` when there are three, or none."""
        stack = self._book.stacks.get(user, [])
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= MAX_STACK:
            raise SlackError("push_limit_reached")
        view = self._new(user, content, stack[-1])
        stack.append(view)
        self._book.tell("modal", user)
        return view

    def update(self, view: View, content: Json) -> None:
        view.rewrite(content, self._book.new_hash())
        self._book.tell("modal", view.user)

    def publish(self, user: str, content: Json) -> View:
        """Show an App Home; the view keeps its id."""
        view = self._book.homes.get(user)
        if view is None:
            view = self._book.homes[user] = self._new(user, content, None)
        else:
            view.rewrite(content, self._book.new_hash())
        self._book.tell("home", user)
        return view

    def close(self, view: View) -> list[View]:
        """Take a modal off the screen, and all of them where it clears on closing; those that went, top first."""
        stack = self._book.stacks[view.user]
        gone = stack[::-1] if view.flag("clear_on_close") else [view]
        self._book.stacks[view.user] = [one for one in stack if one not in gone]
        self._book.tell("modal", view.user)
        return gone

    def answer(self, view: View, act: Act, ack: Ack | None) -> None:
        """Do with a submitted modal what the app's acknowledgement says."""
        if self._book.find_view(view.id) is None:
            return
        if ack is None:
            view.errors = {"": NOT_TAKEN}
        else:
            try:
                self._respond(view, ack.body or {})
            except SlackError as refused:
                act.error = f"{NOT_TAKEN} ({refused})"
                view.errors = {"": act.error}
        self._book.tell("modal", view.user)

    def _respond(self, view: View, body: Json) -> None:
        action = body.get("response_action")
        if action is None and not body:
            self._remove(view)
        elif action == "clear":
            self._book.stacks[view.user] = []
        elif action == "errors":
            view.errors = _known_errors(view, body.get("errors"))
        elif action == "update":
            self.update(view, view_content(body.get("view"), "modal"))
        elif action == "push":
            self.push(view.user, view_content(body.get("view"), "modal"))
        else:
            raise SlackError("invalid_response_action", messages=[f"{action!r} is no response_action"])

    def _remove(self, view: View) -> None:
        self._book.stacks[view.user].remove(view)

    def _new(self, user: str, content: Json, below: View | None) -> View:
        view_id = self._book.new_id("V")
        root_id = below.root_id if below else view_id
        view = View(view_id, self._book.new_hash(), user, content, root_id, below.id if below else None)
        view.state = initial_state(view.blocks)
        view.history.append(view.blocks)
        return view


def _known_errors(view: View, errors: object) -> dict[str, str]:
    known = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise SlackError("invalid_errors", messages=["errors must be an object of texts by block_id"])
    for block_id, text in errors.items():
        if block_id not in known:
            raise SlackError("invalid_errors", messages=[f"there is no input block {block_id!r}"])
        if not isinstance(text, str) or not text:
            raise SlackError("invalid_errors", messages=[f"the error of {block_id!r} must be a text"])
    return dict(errors)

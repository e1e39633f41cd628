"""Working on a task: from the first tap to the stored answer and its changes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.assignment import Answer, Assignment, AssignmentState, SkipReason
from bot.domain.errors import Gone, NotFound, Refused
from bot.domain.form import Question
from bot.domain.paging import paginate
from bot.domain.person import Person
from bot.domain.project import Project, Task
from bot.domain.text import T
from bot.kinds.base import Kind, Part
from bot.kinds.custom import kind_in
from bot.ports import Transaction
from bot.services.matching import give_back, mirror

LAST_PAGE = 1_000_000

JOTTED = 10_000
"""Characters that are kept of words not sent yet: more than any platform's form takes."""


@dataclass(frozen=True, slots=True)
class Work:
    """One assignment with all that is needed to show it and to go on with it."""

    assignment: Assignment
    task: Task
    project: Project
    kind: Kind
    answer: Answer | None

    @property
    def values(self) -> Mapping[str, Any]:
        """The answers so far, or those that were submitted."""
        if self.assignment.draft is not None:
            return self.assignment.draft
        return self.answer.values if self.answer else {}

    @property
    def open(self) -> bool:
        """Is somebody filling in the form, for the first time or again?"""
        return self.assignment.state.held or self.assignment.draft is not None

    @property
    def question(self) -> Question | None:
        """What is asked now; None: the form is complete and its summary is shown."""
        if self.assignment.asking is not None:
            return self.kind.form.question(self.assignment.asking)
        return self.kind.form.next_open(self.values)

    @property
    def one_tap(self) -> bool:
        """Does the form consist of one tapped question, so that its tap submits it?"""
        questions = self.kind.form.questions
        return len(questions) == 1 and not (questions[0].type.typed or questions[0].type.gathered)

    def content(self, locale: str) -> list[Part]:
        """What is being judged, the project's instructions first."""
        instructions = self.project.spec.wording(locale).instructions
        return [
            Part(T("Instructions"), instructions),
            *self.kind.parts(self.task.spec.payload, self.assignment.order),
        ]

    def unread(self, locale: str) -> bool:
        """Are there pages of the content that the trainer has not been shown?"""
        return self.assignment.pages_seen < len(paginate([part.content for part in self.content(locale)]))


def load(tx: Transaction, person: Person, assignment_id: int) -> Work:
    """The person's own assignment; `NotFound` for anybody else's."""
    assignment = tx.assignments.get(assignment_id)
    if assignment is None or assignment.person_id != person.id:
        raise NotFound()
    return work_on(tx, assignment)


def work_on(tx: Transaction, assignment: Assignment) -> Work:
    """An assignment with all that belongs to it, whosever it is."""
    task = tx.tasks.get(assignment.task_id)
    project = tx.projects.get(assignment.project_id)
    return Work(assignment, task, project, kind_in(project.spec, task.spec.kind), tx.answers.of(assignment.id))


@dataclass(frozen=True, slots=True)
class Desk:
    """One trainer at one task, now: the transaction, who, from where, and when."""

    tx: Transaction
    person: Person
    platform: str
    now: datetime

    def keep(self, work: Work, **changes: Any) -> Work:
        """Store a changed assignment, noting that the trainer did something."""
        assignment = replace(work.assignment.touch(self.now, self.platform), **changes)
        self.tx.assignments.save(assignment)
        return replace(work, assignment=assignment)

    def may_fill(self, work: Work) -> bool:
        """May the form be filled in now?"""
        try:
            self.open_form(work)
        except Gone:
            return False
        return True

    def open_form(self, work: Work) -> Work:
        """`work` if its form may be filled in now; `Gone` says why not."""
        if work.assignment.state is AssignmentState.SUBMITTED and work.assignment.draft is not None:
            self._require_window(work)
        elif not work.assignment.state.held or self.now >= work.assignment.due_at:
            raise Gone(T("This task is no longer with you."))
        return work

    def answer(self, work: Work, question_id: str, raw: Any) -> Work:
        """Put in the answer to one question and go to the next one that is open, or to the summary."""
        question = self._asked(work, question_id)
        values = {**work.values, question.id: question.check(raw)}
        complete = work.kind.form.next_open(values) is None
        page = LAST_PAGE if complete else work.assignment.page
        unsent = {name: text for name, text in (work.assignment.unsent or {}).items() if name != question.id}
        answered = self.keep(work, draft=values, unsent=unsent or None, asking=None, page=page)
        return self.submit(answered) if work.one_tap else answered

    def jot(self, work: Work, question_id: str, text: str) -> Work:
        """Keep what is being typed for a question, as it is: it is checked when it is sent."""
        question = self._asked(work, question_id)
        return self.keep(work, unsent={**(work.assignment.unsent or {}), question.id: text[:JOTTED]})

    def toggle(self, work: Work, question_id: str, option: str) -> Work:
        """Tick or untick one option of a question that takes several."""
        question = self._asked(work, question_id)
        values = {**work.values, question.id: question.toggled(work.values.get(question.id), option)}
        return self.keep(work, draft=values, asking=question.id)

    def back(self, work: Work) -> Work:
        """To the question before; its answer stays until another is given."""
        self.open_form(work)
        before = work.kind.form.before(work.question, work.values)
        return self.keep(work, asking=before.id) if before else work

    def go_on(self, work: Work) -> Work:
        """Leave the answer that is shown as it is, and go to the next question that is open."""
        self.open_form(work)
        page = LAST_PAGE if work.kind.form.next_open(work.values) is None else work.assignment.page
        return self.keep(work, asking=None, page=page)

    def ask(self, work: Work, question_id: str) -> Work:
        """To a question already answered, to change it."""
        question = self._asked(work, question_id)
        return self.keep(work, asking=question.id)

    def turn(self, work: Work, page: int, pages: int) -> Work:
        """Show another one of so many pages."""
        page = max(0, min(page, pages - 1))
        seen = work.assignment.pages_seen
        if page == seen:  # the next one in turn: a page that was jumped over was not shown
            seen += 1
        if work.open:
            return self.keep(work, page=page, pages_seen=seen)
        shown = replace(work.assignment, page=page)
        self.tx.assignments.save(shown)
        return replace(work, assignment=shown)

    def submit(self, work: Work) -> Work:
        """Store the answer, or a new revision of it when it was changed; a second submit changes nothing."""
        if work.assignment.state is AssignmentState.SUBMITTED and work.assignment.draft is None:
            return work
        self.open_form(work)
        values = work.kind.form.submitted(work.values)
        if work.answer is not None:
            answer = work.answer
            if values != dict(answer.values):
                answer = self.tx.answers.revise(answer, values, self.now)
                mirror(self.tx, self.person, work.assignment.id, self.platform, self.now)
            return replace(self.keep(work, draft=None, unsent=None, asking=None), answer=answer)
        assignment = work.assignment.touch(self.now, self.platform).end(AssignmentState.SUBMITTED, self.now)
        self.tx.assignments.save(assignment)
        answer = self.tx.answers.add(assignment, values, work.project.spec.pay, self.now)
        self.tx.tasks.complete(work.task.id)
        mirror(self.tx, self.person, assignment.id, self.platform, self.now)
        return replace(work, assignment=assignment, answer=answer)

    def reopen(self, work: Work) -> Work:
        """Change an answer while its edit window lasts."""
        if work.answer is None:
            raise Gone(T("There is no answer to change here."))
        self._require_window(work)
        if work.assignment.draft is not None:
            return work
        return self.keep(work, draft=dict(work.answer.values), asking=None, page=LAST_PAGE)

    def keep_old(self, work: Work) -> Work:
        """Leave the submitted answer as it was."""
        return self.keep(work, draft=None, unsent=None, asking=None) if work.answer else work

    def skip(self, work: Work, reason: SkipReason) -> Work:
        """Give the task to somebody else, saying why."""
        if work.answer is not None:
            raise Gone(T("This task is answered; you can still change your answer."))
        self.open_form(work)
        assignment = work.assignment.touch(self.now, self.platform).end(AssignmentState.SKIPPED, self.now, reason)
        self.tx.assignments.save(assignment)
        give_back(self.tx, assignment)
        mirror(self.tx, self.person, assignment.id, self.platform, self.now)
        return replace(work, assignment=assignment)

    def _asked(self, work: Work, question_id: str) -> Question:
        """The question, if the form asks it and the trainer may answer it now."""
        self.open_form(work)
        question = next((one for one in work.kind.form.asked(work.values) if one.id == question_id), None)
        if question is None:
            raise Refused(T("This question is not asked any more."))
        if work.unread(self.person.locale):
            raise Refused(T("Please read to the last page first."))
        return question

    def _require_window(self, work: Work) -> None:
        if work.answer is None or self.now >= work.answer.changeable_until(work.project.spec.edit_window):
            raise Gone(T("The time for changing this answer is over."))

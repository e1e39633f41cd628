"""One transaction's view of the database: the ports' repositories over one connection."""

from functools import cached_property

from sqlalchemy import Connection

from storage.answers import AnswerTable
from storage.assignments import AssignmentTable
from storage.imports import ImportTables
from storage.links import LinkTables
from storage.mail import InboxTable, OutboxTable, SlotTable
from storage.people import PersonTable
from storage.projects import ProjectTable
from storage.reports import ReportTable
from storage.tasks import TaskTable


class CoreTransaction:
    """What a use case is handed; made anew for each."""

    def __init__(self, core: Connection) -> None:
        self._core = core

    @property
    def owes(self) -> bool:
        """Was something put into the outbox?"""
        return self.outbox.touched

    @cached_property
    def people(self) -> PersonTable:
        return PersonTable(self._core)

    @cached_property
    def projects(self) -> ProjectTable:
        return ProjectTable(self._core)

    @cached_property
    def tasks(self) -> TaskTable:
        return TaskTable(self._core)

    @cached_property
    def imports(self) -> ImportTables:
        return ImportTables(self._core)

    @cached_property
    def assignments(self) -> AssignmentTable:
        return AssignmentTable(self._core)

    @cached_property
    def answers(self) -> AnswerTable:
        return AnswerTable(self._core)

    @cached_property
    def reports(self) -> ReportTable:
        return ReportTable(self._core)

    @cached_property
    def links(self) -> LinkTables:
        return LinkTables(self._core)

    @cached_property
    def outbox(self) -> OutboxTable:
        return OutboxTable(self._core)

    @cached_property
    def inbox(self) -> InboxTable:
        return InboxTable(self._core)

    @cached_property
    def slots(self) -> SlotTable:
        return SlotTable(self._core)

"""The schema, in SQLAlchemy Core; the migrations add up to exactly this."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from storage.types import Span, UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# 64 bits everywhere; SQLite only numbers a column by itself when it is called INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")


def _partial(name: str, *columns: Column[Any], where: str) -> Index:
    """An index over the rows that matter; the query must say `where` in these very words to use it."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("pseudonym", String(40), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("reachable", Boolean, nullable=False),
    Column("locale", String(20), nullable=False),
    Column("languages", JSON, nullable=False),
    Column("domains", JSON, nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("wakes", Integer, nullable=False),
    Column("sleeps", Integer, nullable=False),
    Column("push", String(20), nullable=False),
    Column("step", String(20)),
    Column("created_at", UtcTime, nullable=False),
    Column("consented_at", UtcTime),
    Column("seen_at", UtcTime, nullable=False),
    Column("wants_work_at", UtcTime),
    # Identities, counted here so that a tap need not look for others where there are none.
    Column("accounts", Integer, nullable=False, server_default=text("1")),
)
_partial("ix_person_wants_work", person.c.wants_work_at, where="wants_work_at IS NOT NULL")

identity = Table(
    "identity",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("platform", String(20), nullable=False),
    Column("user", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    # Where letters go: one identity of each person.
    Column("home", Boolean, nullable=False),
    Column("reachable", Boolean, nullable=False, server_default=true()),
    UniqueConstraint("platform", "user"),
    Index("ix_identity_address", "platform", "address"),
)

project = Table(
    "project",
    metadata,
    Column("id", Id, primary_key=True),
    Column("slug", String(40), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("instructions", Text, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("locale", String(20), nullable=False),
    Column("domains", JSON, nullable=False),
    Column("deadline", UtcTime),
    Column("answer_within", Span, nullable=False),
    Column("answers_per_task", Integer, nullable=False),
    Column("seats", Integer),
    Column("pay_micros", BigInteger),
    Column("pay_currency", String(3)),
    Column("edit_window", Span, nullable=False),
    Column("wordings", JSON, nullable=False),
    Column("questions", JSON, nullable=False),
    Column("tasks", Integer, nullable=False),
    Column("wants_offers", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

import_run = Table(
    "import_run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False, index=True),
    Column("finished", Boolean, nullable=False),
    Column("moved_at", UtcTime, nullable=False),
)

lane = Table(
    "lane",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),
    Column("import_id", Id, ForeignKey("import_run.id"), nullable=False, index=True),
    Column("locale", String(20), nullable=False),
    Column("domain", String(40), nullable=False),
    Column("live", Boolean, nullable=False),
    Column("size", Integer, nullable=False),
    Index("ix_lane_project", "project_id", "live"),
)


def _content() -> list[Column[Any]]:
    """What a task says, and what a change makes of it."""
    return [
        Column("key", String(100), nullable=False),
        Column("kind", String(40), nullable=False),
        Column("locale", String(20), nullable=False),
        Column("domain", String(40), nullable=False),
        # The priority, negated: with the id it makes an order that one index range can serve.
        Column("rank", Integer, nullable=False),
        Column("payload", JSON, nullable=False),
        Column("gold", JSON(none_as_null=True)),
        Column("digest", String(32), nullable=False),
    ]


task = Table(
    "task",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),
    Column("lane_id", Id, ForeignKey("lane.id"), nullable=False),
    *_content(),
    # How many more trainers it needs; those who hold it and those who have answered are counted beside.
    Column("places", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("answers", Integer, nullable=False),
    UniqueConstraint("project_id", "key"),
    Index("ix_task_lane", "lane_id"),
)
_partial("ix_task_ready", task.c.lane_id, task.c.rank, task.c.id, where="places > 0")

task_change = Table(
    "task_change",
    metadata,
    Column("task_id", Id, ForeignKey("task.id"), primary_key=True),
    Column("import_id", Id, ForeignKey("import_run.id"), nullable=False, index=True),
    Column("lane_id", Id, ForeignKey("lane.id"), nullable=False),
    *_content(),
)

participation = Table(
    "participation",
    metadata,
    Column("project_id", Id, ForeignKey("project.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("joined_at", UtcTime, nullable=False),
    # Tasks they were given so far.
    Column("given", Integer, nullable=False),
)

frontier = Table(
    "frontier",
    metadata,
    Column("lane_id", Id, ForeignKey("lane.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("task_id", Id, nullable=False),
)

assignment = Table(
    "assignment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("task_id", Id, ForeignKey("task.id"), nullable=False),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("state", String(20), nullable=False),
    Column("number", Integer, nullable=False),
    Column("order", JSON, nullable=False),
    Column("offered_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("touched_at", UtcTime),
    Column("active", Span, nullable=False),
    Column("page", Integer, nullable=False),
    Column("pages_seen", Integer, nullable=False),
    Column("draft", JSON(none_as_null=True)),
    Column("unsent", JSON(none_as_null=True)),
    Column("asking", String(40)),
    Column("skip_reason", String(20)),
    Column("platform", String(20), nullable=False),
    UniqueConstraint("task_id", "person_id"),
    Index("ix_assignment_person", "person_id", "state", "ended_at"),
    Index("ix_assignment_project", "project_id", "state"),
)
_partial("ix_assignment_due", assignment.c.due_at, where="state IN ('offered', 'started')")

answer = Table(
    "answer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("assignment_id", Id, ForeignKey("assignment.id"), nullable=False, unique=True),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("submitted_at", UtcTime, nullable=False),
    Column("pay_micros", BigInteger),
    Column("pay_currency", String(3)),
    # Set: it does not count, since the same person had answered the task before under another name.
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
    Index("ix_answer_project", "project_id", "id"),
    Index("ix_answer_person", "person_id", "id"),
)

answer_revision = Table(
    "answer_revision",
    metadata,
    Column("answer_id", Id, ForeignKey("answer.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("values", JSON, nullable=False),
    Column("revised_at", UtcTime, nullable=False),
)

report = Table(
    "report",
    metadata,
    Column("assignment_id", Id, ForeignKey("assignment.id"), primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False, index=True),
    Column("reason", String(20), nullable=False),
    Column("reported_at", UtcTime, nullable=False),
)

link_code = Table(
    "link_code",
    metadata,
    # Of the code, not the code: who reads the file cannot use it.
    Column("digest", String(64), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("expires_at", UtcTime, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    # Where it goes: "" is wherever the person is at home when it is sent.
    Column("platform", String(20), nullable=False, server_default=text("''")),
    Column("slot", String(64), nullable=False),
    Column("topic", String(40), nullable=False),
    Column("args", JSON, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Set: it was tried too often and is set aside, with the last error.
    Column("error", Text),
    Column("set_aside", Boolean, nullable=False),
    UniqueConstraint("person_id", "platform", "slot"),
    # A number that was given to a letter once must not come back: an older one may still be under way.
    sqlite_autoincrement=True,
)
_partial("ix_outbox_waiting", outbox.c.priority, outbox.c.id, where="set_aside = false")

inbox = Table(
    "inbox",
    metadata,
    Column("platform", String(20), primary_key=True),
    Column("key", String(100), primary_key=True),
    Column("received_at", UtcTime, nullable=False, index=True),
    # Set: the update could not be handled and was set aside.
    Column("error", Text),
)

slot = Table(
    "slot",
    metadata,
    Column("platform", String(20), primary_key=True),
    Column("address", String(64), primary_key=True),
    Column("slot", String(64), primary_key=True),
    Column("message", String(64), nullable=False),
    Index("ix_slot_message", "platform", "address", "message"),
)

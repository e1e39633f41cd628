"""People with identities on several platforms, words not sent yet, and reports of bad tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("identity", sa.Column("reachable", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("person", sa.Column("accounts", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("assignment", sa.Column("unsent", sa.JSON(), nullable=True))
    op.add_column("answer", sa.Column("withdrawn", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "report",
        sa.Column("assignment_id", _ID, nullable=False),
        sa.Column("project_id", _ID, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_report_assignment_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_report_project_id")),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_report")),
    )
    op.create_index(op.f("ix_report_project_id"), "report", ["project_id"], unique=False)
    op.create_table(
        "link_code",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_link_code_person_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_link_code")),
    )
    op.create_index(op.f("ix_link_code_person_id"), "link_code", ["person_id"], unique=False)
    # SQLite cannot change a constraint: the table is made anew, and its numbers go on where they were.
    with op.batch_alter_table("outbox", table_kwargs={"sqlite_autoincrement": True}) as outbox:
        outbox.add_column(sa.Column("platform", sa.String(length=20), server_default=sa.text("''"), nullable=False))
        outbox.drop_constraint("uq_outbox_person_id_slot", type_="unique")
        outbox.create_unique_constraint(op.f("uq_outbox_person_id_platform_slot"), ["person_id", "platform", "slot"])

"""fair seats and messages

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from migrations.checks import one_of, set_check

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registrations", sa.Column("own_staff", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("registrations", sa.Column("calendar_sequence", sa.Integer(), nullable=True))
    for column in ("told_at", "reminded_at", "withdrawn_at"):
        op.add_column("invitees", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.add_column("check_ins", sa.Column("undone", sa.Boolean(), nullable=False, server_default=sa.false()))
    set_check("check_ins", "action_known", one_of("action", "admit join undo walk_in self conflict"))
    offered = sa.text("status = 'offered'")
    op.create_index(
        "ix_registrations_offers", "registrations", ["offer_until"], sqlite_where=offered, postgresql_where=offered
    )
    _self_service()
    _batches_and_phone_lists()


def _self_service() -> None:
    op.add_column("registrations", sa.Column("queued_as", sa.Integer(), nullable=True))
    op.add_column("occurrences", sa.Column("names_basis", sa.String(length=200), nullable=False, server_default=""))
    op.create_table(
        "ticket_searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phone_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_searches")),
    )


def _batches_and_phone_lists() -> None:
    activity = sa.ForeignKey("activities.id", name="fk_message_batches_activity_id")
    op.add_column("message_batches", sa.Column("activity_id", sa.Integer(), activity), inline_references=True)
    op.add_column("message_batches", sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("message_batches", sa.Column("reason", sa.String(length=500), nullable=False, server_default=""))
    op.create_index("ix_message_batches_activity_id", "message_batches", ["activity_id"])
    op.create_index("ix_messages_created_at", "messages", ["created_at"])
    op.create_table(
        "phone_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('asked', 'granted', 'refused')", name=op.f("ck_phone_lists_status_known")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_phone_lists_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_phone_lists_decided_by_id")),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], name=op.f("fk_phone_lists_occurrence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_lists")),
        sa.UniqueConstraint("code", name=op.f("uq_phone_lists_code")),
    )
    for column in ("occurrence_id", "asked_by_id", "decided_by_id"):
        op.create_index(f"ix_phone_lists_{column}", "phone_lists", [column])


def downgrade() -> None:
    """There is no way back but the backup that was taken before: the way back would throw away what came in since."""
    raise NotImplementedError("restore the backup taken before this migration")

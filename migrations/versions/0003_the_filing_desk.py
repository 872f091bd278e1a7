"""the filing desk

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from migrations.checks import one_of, set_check

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_PLAN_ACTIONS = (
    "submit submit_directly take_back agency_step agency_approve agency_return approve return publish withdraw cancel"
    " ask_correction settle_correction create import"
)


def upgrade() -> None:
    op.create_table(
        "spent_challenges",
        sa.Column("challenge_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_spent_challenges")),
    )
    op.create_index("ix_spent_challenges_expires_at", "spent_challenges", ["expires_at"])

    op.create_table(
        "export_jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=28), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_export_jobs_status_known")
        ),
        sa.CheckConstraint("made >= 0", name=op.f("ck_export_jobs_made_not_negative")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_export_jobs_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_jobs")),
        sa.UniqueConstraint("code", name=op.f("uq_export_jobs_code")),
    )
    op.create_index("ix_export_jobs_status_created_at", "export_jobs", ["status", "created_at"])
    op.create_index("ix_export_jobs_user_id", "export_jobs", ["user_id"])

    op.create_table(
        "summary_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_summary_templates_created_by_id")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdictions.id"], name=op.f("fk_summary_templates_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_templates")),
        sa.UniqueConstraint("jurisdiction_id", "name", name=op.f("uq_summary_templates_jurisdiction_id_name")),
    )
    op.create_index("ix_summary_templates_created_by_id", "summary_templates", ["created_by_id"])

    op.create_table(
        "export_pieces",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["export_jobs.id"], name=op.f("fk_export_pieces_job_id")),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_export_pieces")),
    )
    op.create_table(
        "form_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_form_readings_agency_id")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_form_readings_call_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_form_readings_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_readings")),
        sa.UniqueConstraint("code", name=op.f("uq_form_readings_code")),
    )
    op.create_index("ix_form_readings_agency_id", "form_readings", ["agency_id"])
    op.create_index("ix_form_readings_call_id", "form_readings", ["call_id"])
    op.create_index("ix_form_readings_user_id", "form_readings", ["user_id"])

    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_reminders_agency_id")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_reminders_call_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["users.id"], name=op.f("fk_reminders_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("call_id", "agency_id", "day", name=op.f("uq_reminders_call_id_agency_id_day")),
    )
    op.create_index("ix_reminders_agency_id", "reminders", ["agency_id"])
    op.create_index("ix_reminders_sent_by_id", "reminders", ["sent_by_id"])

    op.create_table(
        "topic_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_topic_calls_status_known")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_topic_calls_closes_after_it_opens")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_topic_calls_call_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_topic_calls_created_by_id")),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdictions.id"], name=op.f("fk_topic_calls_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_calls")),
        sa.UniqueConstraint("code", name=op.f("uq_topic_calls_code")),
    )
    op.create_index("ix_topic_calls_call_id", "topic_calls", ["call_id"])
    op.create_index("ix_topic_calls_created_by_id", "topic_calls", ["created_by_id"])
    op.create_index("ix_topic_calls_jurisdiction_id", "topic_calls", ["jurisdiction_id"])

    op.create_table(
        "plan_hosts",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("may_edit", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('organiser', 'co_organiser', 'supporter')", name=op.f("ck_plan_hosts_kind_known")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_plan_hosts_agency_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_plan_hosts_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "agency_id", name=op.f("pk_plan_hosts")),
    )
    op.create_index("ix_plan_hosts_agency_id", "plan_hosts", ["agency_id"])

    op.create_table(
        "topic_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("receipt", sa.String(length=28), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=True),
        sa.Column("topic_call_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("consent_version", sa.String(length=20), nullable=False),
        sa.Column("supports", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("removal_reason", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status != 'answered' OR (verdict IS NOT NULL AND answer != '')",
            name=op.f("ck_topic_proposals_answered_says_what"),
        ),
        sa.CheckConstraint(
            "status IN ('received', 'public', 'answered', 'removed')", name=op.f("ck_topic_proposals_status_known")
        ),
        sa.CheckConstraint(
            "verdict IN ('adopted', 'merged', 'other_way', 'not_adopted')",
            name=op.f("ck_topic_proposals_verdict_known"),
        ),
        sa.CheckConstraint("supports >= 0", name=op.f("ck_topic_proposals_supports_not_negative")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_topic_proposals_agency_id")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["topic_proposals.id"], name=op.f("fk_topic_proposals_merged_into_id")
        ),
        sa.ForeignKeyConstraint(["topic_call_id"], ["topic_calls.id"], name=op.f("fk_topic_proposals_topic_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_proposals")),
        sa.UniqueConstraint("code", name=op.f("uq_topic_proposals_code")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_topic_proposals_key_hash")),
        sa.UniqueConstraint("receipt", name=op.f("uq_topic_proposals_receipt")),
    )
    op.create_index("ix_topic_proposals_agency_id", "topic_proposals", ["agency_id"])
    op.create_index("ix_topic_proposals_merged_into_id", "topic_proposals", ["merged_into_id"])
    op.create_index("ix_topic_proposals_topic_call_id_status", "topic_proposals", ["topic_call_id", "status"])

    op.create_table(
        "activity_watches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=28), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=True),
        sa.Column("recipient_hash", sa.String(length=64), nullable=True),
        sa.Column("consent_version", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f("ck_activity_watches_channel_known")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_activity_watches_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_watches")),
        sa.UniqueConstraint(
            "activity_id", "recipient_hash", name=op.f("uq_activity_watches_activity_id_recipient_hash")
        ),
        sa.UniqueConstraint("code", name=op.f("uq_activity_watches_code")),
    )
    op.create_table(
        "topic_adoptions",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_topic_adoptions_by_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_topic_adoptions_plan_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["topic_proposals.id"], name=op.f("fk_topic_adoptions_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "plan_id", name=op.f("pk_topic_adoptions")),
    )
    op.create_index("ix_topic_adoptions_by_id", "topic_adoptions", ["by_id"])
    op.create_index("ix_topic_adoptions_plan_id", "topic_adoptions", ["plan_id"])

    op.create_table(
        "topic_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("to_status", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_topic_events_actor_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["topic_proposals.id"], name=op.f("fk_topic_events_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_events")),
    )
    op.create_index("ix_topic_events_actor_id", "topic_events", ["actor_id"])
    op.create_index("ix_topic_events_proposal_id", "topic_events", ["proposal_id"])

    op.create_table(
        "topic_supports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("supporter_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["topic_proposals.id"], name=op.f("fk_topic_supports_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_supports")),
        sa.UniqueConstraint("proposal_id", "supporter_hash", name=op.f("uq_topic_supports_proposal_id_supporter_hash")),
    )
    op.add_column("activities", sa.Column("postpone_reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("agencies", sa.Column("email", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("agencies", sa.Column("review_steps", sa.String(length=40), nullable=False, server_default="first"))
    op.add_column("call_agencies", sa.Column("due_on", sa.Date()))
    op.add_column(
        "call_agencies", sa.Column("extension_reason", sa.String(length=200), nullable=False, server_default="")
    )
    op.add_column("calls", sa.Column("firm_up_days", sa.Integer(), nullable=False, server_default="10"))
    op.add_column("plan_events", sa.Column("step", sa.String(length=20)))
    op.add_column("plans", sa.Column("held_already", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("plans", sa.Column("review_step", sa.String(length=20)))
    op.add_column("plans", sa.Column("firm_by", sa.Date()))
    op.add_column("plans", sa.Column("firm_by_told", sa.Date()))
    op.add_column("plans", sa.Column("firm_by_late_told", sa.Date()))
    copied_from = sa.ForeignKey("plans.id", name="fk_plans_copied_from_id")
    op.add_column("plans", sa.Column("copied_from_id", sa.Integer(), copied_from), inline_references=True)
    op.create_index("ix_plans_copied_from_id", "plans", ["copied_from_id"])
    watch = sa.ForeignKey("activity_watches.id", name="fk_messages_watch_id")
    op.add_column("messages", sa.Column("watch_id", sa.Integer(), watch), inline_references=True)
    op.create_index("ix_messages_watch_id", "messages", ["watch_id"])
    # In words, because Alembic leaves ON DELETE out of references that are written within a column.
    op.execute(
        "ALTER TABLE plans ADD COLUMN form_reading_id INTEGER"
        " CONSTRAINT fk_plans_form_reading_id REFERENCES form_readings (id) ON DELETE SET NULL"
    )
    op.create_index("ix_plans_form_reading_id", "plans", ["form_reading_id"])
    _rows_of_imports()
    set_check("calls", "firm_up_days_plausible", "firm_up_days BETWEEN 0 AND 250")
    set_check("occurrences", "status_known", one_of("status", "proposed scheduled postponed cancelled"))
    set_check("plan_events", "action_known", one_of("action", _PLAN_ACTIONS))
    set_check("activity_changes", "kind_known", one_of("kind", "published firmed_up changed postponed cancelled"))


def _rows_of_imports() -> None:
    """Rows of imported tables get a table of their own. Previews that nobody imported are dropped: uploading the file
    again brings them back."""
    rows = op.create_table(
        "plan_import_rows",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("import_key", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("plan_code", sa.String(length=12), nullable=False),
        sa.CheckConstraint("outcome IN ('filed', 'known', 'refused')", name=op.f("ck_plan_import_rows_outcome_known")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["plan_imports.id"], name=op.f("fk_plan_import_rows_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_plan_import_rows")),
    )
    op.create_index(
        "ix_plan_import_rows_import_id_outcome_number", "plan_import_rows", ["import_id", "outcome", "number"]
    )
    op.add_column("plan_imports", sa.Column("total", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("plan_imports", sa.Column("handled", sa.Integer(), nullable=False, server_default="0"))
    kept = sa.table(
        "plan_imports",
        *(sa.column(name, sa.JSON()) for name in ("about", "rows", "results")),
        *(sa.column(name, sa.Integer()) for name in ("id", "total", "handled")),
        sa.column("finished_at", sa.DateTime(timezone=True)),
    )
    op.execute(kept.delete().where(kept.c.finished_at.is_(None)))
    connection = op.get_bind()
    for found in connection.execute(sa.select(kept)).all():
        about = dict(found.about)
        part = {"name": "", "agency": "", "columns": about.pop("columns"), "notes": about.pop("notes")}
        about["parts"], about["unread"] = [part], about.pop("unread_sheets")
        results = {result["line"]: result for result in found.results or []}
        values = [
            {
                "import_id": found.id,
                "number": number,
                "part": 0,
                "line": row["line"],
                "raw": row["raw"],
                "import_key": "",
                "outcome": results[row["line"]]["outcome"],
                "settled": False,
                "reason": results[row["line"]]["reason"],
                "plan_code": results[row["line"]]["plan_code"],
            }
            for number, row in enumerate(found.rows, start=1)
        ]
        if values:
            op.bulk_insert(rows, values)
        count = len(values)
        op.execute(kept.update().where(kept.c.id == found.id).values(about=about, total=count, handled=count))
    op.drop_column("plan_imports", "rows")
    op.drop_column("plan_imports", "results")


def downgrade() -> None:
    """There is no way back but the backup that was taken before: the way back would throw away what was filed since."""
    raise NotImplementedError("restore the backup taken before this migration")

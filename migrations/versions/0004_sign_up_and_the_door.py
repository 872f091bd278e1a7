"""sign up and the door

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from migrations.checks import make_nullable, one_of, set_check

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phone_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("phone_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_codes")),
    )
    op.create_index("ix_phone_codes_expires_at", "phone_codes", ["expires_at"])
    op.create_index("ix_phone_codes_phone_hash_created_at", "phone_codes", ["phone_hash", "created_at"])

    op.create_table(
        "message_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('held', 'released', 'dropped')", name=op.f("ck_message_batches_status_known")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_message_batches_created_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_message_batches_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdictions.id"], name=op.f("fk_message_batches_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_batches")),
        sa.UniqueConstraint("code", name=op.f("uq_message_batches_code")),
    )
    op.create_index("ix_message_batches_created_by_id", "message_batches", ["created_by_id"])
    op.create_index("ix_message_batches_decided_by_id", "message_batches", ["decided_by_id"])
    op.create_index("ix_message_batches_jurisdiction_id", "message_batches", ["jurisdiction_id"])

    op.create_table(
        "message_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_message_templates_changed_by_id")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdictions.id"], name=op.f("fk_message_templates_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_templates")),
        sa.UniqueConstraint(
            "jurisdiction_id", "kind", "language", name=op.f("uq_message_templates_jurisdiction_id_kind_language")
        ),
    )
    op.create_index("ix_message_templates_changed_by_id", "message_templates", ["changed_by_id"])

    op.create_table(
        "ballots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=True),
        sa.Column("seed_values", sa.JSON(), nullable=True),
        sa.Column("seed", sa.String(length=64), nullable=True),
        sa.Column("witness", sa.String(length=100), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drawn_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("status != 'drawn' OR seed IS NOT NULL", name=op.f("ck_ballots_drawn_has_a_seed")),
        sa.CheckConstraint("status IN ('planned', 'frozen', 'drawn', 'void')", name=op.f("ck_ballots_status_known")),
        sa.CheckConstraint(
            "status IN ('planned', 'void') OR commitment IS NOT NULL", name=op.f("ck_ballots_frozen_has_a_commitment")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_ballots_number_positive")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_ballots_created_by_id")),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["users.id"], name=op.f("fk_ballots_drawn_by_id")),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], name=op.f("fk_ballots_occurrence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
        sa.UniqueConstraint("code", name=op.f("uq_ballots_code")),
        sa.UniqueConstraint("occurrence_id", "number", name=op.f("uq_ballots_occurrence_id_number")),
    )
    op.create_index("ix_ballots_created_by_id", "ballots", ["created_by_id"])
    op.create_index("ix_ballots_drawn_by_id", "ballots", ["drawn_by_id"])

    op.create_table(
        "door_packs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("gate", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], name=op.f("fk_door_packs_occurrence_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_door_packs_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_packs")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_door_packs_key_hash")),
    )
    op.create_index("ix_door_packs_occurrence_id", "door_packs", ["occurrence_id"])
    op.create_index("ix_door_packs_user_id", "door_packs", ["user_id"])

    op.create_table(
        "signup_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=28), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("typed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], name=op.f("fk_signup_drafts_occurrence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signup_drafts")),
        sa.UniqueConstraint("code", name=op.f("uq_signup_drafts_code")),
    )
    op.create_index("ix_signup_drafts_expires_at", "signup_drafts", ["expires_at"])
    op.create_index("ix_signup_drafts_occurrence_id", "signup_drafts", ["occurrence_id"])

    op.create_table(
        "ballot_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.String(length=24), nullable=False),
        sa.Column("quota", sa.String(length=60), nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("weight_group", sa.String(length=40), nullable=False),
        sa.Column("call", sa.Integer(), nullable=True),
        sa.Column("luck", sa.String(length=20), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "luck IN ('selected', 'reserve', 'not_selected')", name=op.f("ck_ballot_entries_luck_known")
        ),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballots.id"], name=op.f("fk_ballot_entries_ballot_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_ballot_entries_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_entries")),
        sa.UniqueConstraint("ballot_id", "entry", name=op.f("uq_ballot_entries_ballot_id_entry")),
    )
    op.create_index("ix_ballot_entries_registration_id", "ballot_entries", ["registration_id"])

    op.create_table(
        "invitees",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=28), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("contact_hash", sa.String(length=64), nullable=True),
        sa.Column("party_limit", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("answer IN ('none', 'yes', 'no')", name=op.f("ck_invitees_answer_known")),
        sa.ForeignKeyConstraint(["invited_by_id"], ["users.id"], name=op.f("fk_invitees_invited_by_id")),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], name=op.f("fk_invitees_occurrence_id")),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"], name=op.f("fk_invitees_registration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitees")),
        sa.UniqueConstraint("code", name=op.f("uq_invitees_code")),
        sa.UniqueConstraint("occurrence_id", "contact_hash", name=op.f("uq_invitees_occurrence_id_contact_hash")),
    )
    op.create_index("ix_invitees_invited_by_id", "invitees", ["invited_by_id"])
    op.create_index("ix_invitees_registration_id", "invitees", ["registration_id"])

    op.add_column(
        "activities", sa.Column("phone_once", sa.String(length=10), nullable=False, server_default="occurrence")
    )
    op.add_column("check_ins", sa.Column("client_key", sa.String(length=64)))
    op.add_column("check_ins", sa.Column("gate", sa.String(length=20), nullable=False, server_default=""))
    op.create_index("uq_check_ins_client_key", "check_ins", ["client_key"], unique=True)
    make_nullable("check_ins", "by_id")
    held = sa.ForeignKey("message_batches.id", name="fk_messages_batch_id")
    op.add_column("messages", sa.Column("batch_id", sa.Integer(), held), inline_references=True)
    op.add_column("messages", sa.Column("attachment", sa.LargeBinary()))
    op.add_column("messages", sa.Column("attachment_type", sa.String(length=80)))
    op.create_index("ix_messages_batch_id", "messages", ["batch_id"])
    op.add_column("occurrences", sa.Column("capacity", sa.Integer()))
    op.add_column("occurrences", sa.Column("offer_hours", sa.Integer()))
    op.add_column("occurrences", sa.Column("form", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("occurrences", sa.Column("protection", sa.String(length=20), nullable=False, server_default="none"))
    op.add_column("occurrences", sa.Column("publish_names", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("occurrences", sa.Column("reminder_hours", sa.Integer()))
    op.add_column("registrations", sa.Column("extras", sa.LargeBinary()))
    op.add_column("registrations", sa.Column("activity_phone", sa.String(length=64)))
    op.add_column("registrations", sa.Column("ballot_group", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("registrations", sa.Column("reserve_place", sa.Integer()))
    op.add_column("registrations", sa.Column("photo_consent", sa.Boolean()))
    op.add_column("registrations", sa.Column("language", sa.String(length=5), nullable=False, server_default="zh"))
    op.add_column("registrations", sa.Column("offer_until", sa.DateTime(timezone=True)))
    decided_by = sa.ForeignKey("users.id", name="fk_registrations_decided_by_id")
    op.add_column("registrations", sa.Column("decided_by_id", sa.Integer(), decided_by), inline_references=True)
    op.add_column("registrations", sa.Column("decided_at", sa.DateTime(timezone=True)))
    op.add_column("registrations", sa.Column("decision_reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("registrations", sa.Column("reminded_at", sa.DateTime(timezone=True)))
    op.create_index("ix_registrations_decided_by_id", "registrations", ["decided_by_id"])
    active = sa.text("status != 'cancelled'")
    op.create_index(
        "uq_registrations_one_per_activity",
        "registrations",
        ["activity_phone"],
        unique=True,
        sqlite_where=active,
        postgresql_where=active,
    )
    modes = one_of("signup_mode", "first_come review ballot invitation open_door closed")
    set_check("activities", "phone_once_known", one_of("phone_once", "occurrence activity"))
    set_check("activities", "signup_mode_known", modes)
    set_check("check_ins", "action_known", one_of("action", "admit undo walk_in self conflict"))
    set_check("messages", "status_known", one_of("status", "queued held sent parked dropped"))
    set_check("occurrences", "signup_mode_known", modes)
    set_check("occurrences", "capacity_not_negative", "capacity >= 0")
    set_check("occurrences", "offer_hours_plausible", "offer_hours BETWEEN 1 AND 90")
    set_check("occurrences", "reminder_hours_plausible", "reminder_hours BETWEEN 1 AND 336")
    set_check("occurrences", "protection_known", one_of("protection", "none challenge phone_code"))
    set_check(
        "registrations", "status_known", one_of("status", "applied confirmed waitlisted offered declined cancelled")
    )
    set_check("registrations", "source_known", one_of("source", "online phone counter paper email walk_in"))


def downgrade() -> None:
    """There is no way back but the backup that was taken before: the way back would throw away what came in since."""
    raise NotImplementedError("restore the backup taken before this migration")

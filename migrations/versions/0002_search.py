"""the search tables, which differ per database

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE activity_search USING fts5(strong, weak)")
        return
    op.execute(
        "CREATE TABLE activity_search ("
        " activity_id INTEGER PRIMARY KEY REFERENCES activities (id) ON DELETE CASCADE,"
        " terms tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX ix_activity_search_terms ON activity_search USING gin (terms)")


def downgrade() -> None:
    op.execute("DROP TABLE activity_search")

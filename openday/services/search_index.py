"""Keeps the search table in step with an activity; a shared piece that writes into the caller's transaction."""

from collections.abc import Iterable

from sqlalchemy import text

from openday.db import session
from openday.models.activities import Activity
from openday.queries.search_terms import stored_terms

_SQLITE = (
    text("DELETE FROM activity_search WHERE rowid = :id"),
    text("INSERT INTO activity_search (rowid, strong, weak) VALUES (:id, :strong, :weak)"),
)
_POSTGRESQL = (
    text(
        "INSERT INTO activity_search (activity_id, terms) VALUES (:id, CAST(:terms AS tsvector))"
        " ON CONFLICT (activity_id) DO UPDATE SET terms = excluded.terms"
    ),
)


def index_activity(activity: Activity, venues: Iterable[str] = ()) -> None:
    """Write the terms by which an activity is found: theme, agency and venues count more, content and audience less.

    `venues` are those of its occurrences. The activity's row must be flushed.
    """
    strong = stored_terms("\n".join((activity.theme, activity.agency.name, activity.venue, *venues)), pinyin=True)
    known = set(strong)
    texts = (activity.content, activity.audience_text, activity.time_text)
    weak = [term for term in stored_terms("\n".join(texts)) if term not in known]
    if session().get_bind().dialect.name == "sqlite":
        values = {"id": activity.id, "strong": " ".join(strong), "weak": " ".join(weak)}
        for statement in _SQLITE:
            session().execute(statement, values)
        return
    # Lexemes are handed over ready: PostgreSQL's own parser knows Chinese letters in some locales only.
    lexemes = [f"'{term}':1A" for term in strong] + [f"'{term}':2B" for term in weak]
    session().execute(_POSTGRESQL[0], {"id": activity.id, "terms": " ".join(lexemes)})

"""Search among what is public: a condition on activities, made of terms that no database has to split."""

from sqlalchemy import ColumnElement, cast, column, false, literal_column, select, table
from sqlalchemy.dialects.postgresql import TSQUERY

from openday.db import session
from openday.models.activities import Activity
from openday.queries.search_terms import Term, asked_terms

_SQLITE = table("activity_search", column("rowid"))
_POSTGRESQL = table("activity_search", column("activity_id"), column("terms"))


def matches(question: str, *, by_name: bool = False) -> ColumnElement[bool]:
    """Whether an activity holds every term of the question; `by_name` looks at theme, agency and venues only.

    A question without a letter or digit matches nothing. Nothing that is typed reaches the database as an operator.
    """
    terms = asked_terms(question)
    if not terms:
        return false()
    if session().get_bind().dialect.name == "sqlite":
        asked = " AND ".join(f'"{term.text}"{" *" if term.prefix else ""}' for term in terms)
        asked = f"strong : ({asked})" if by_name else asked
        found = select(_SQLITE.c.rowid).where(literal_column("activity_search").op("MATCH")(asked))
    else:
        asked = " & ".join(_lexeme(term, by_name) for term in terms)
        found = select(_POSTGRESQL.c.activity_id).where(_POSTGRESQL.c.terms.op("@@")(cast(asked, TSQUERY)))
    return Activity.id.in_(found)


def _lexeme(term: Term, by_name: bool) -> str:
    marks = ("*" if term.prefix else "") + ("A" if by_name else "")
    return f"'{term.text}'" + (f":{marks}" if marks else "")

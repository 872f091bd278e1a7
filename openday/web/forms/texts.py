"""What every form does with typed text: invisible characters go, length is said in words, nothing is cut off."""

from collections.abc import Callable
from typing import Any

from wtforms import Field
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from openday.rules.privacy import plain_text
from openday.web.wording import lang_of


def one_line(value: str | None) -> str:
    """A filter: the visible text on one line."""
    return plain_text(value or "")


def many_lines(value: str | None) -> str:
    """A filter: the visible text with its line breaks."""
    return plain_text(value or "", lines=True)


def at_most(limit: int) -> Callable[[Any, Field], None]:
    """A validator that says how far over `limit` characters a text is; unlike Length it sets no maxlength, which would
    cut a pasted text off without a word."""

    def check(_form: Any, field: Field) -> None:
        if len(field.data or "") > limit:
            raise ValidationError(f"{field.label.text}最多{limit}个字，现在有{len(field.data)}个字")

    return check


def choice(value: Any, name: str) -> SelectChoice:
    """Something to choose, under the name that an agency gave it."""
    lang = lang_of(name)
    return SelectChoice(str(value), name, render_kw={"lang": lang} if lang else {})


def put_problem(form: Any, field: str | None, message: str) -> None:
    """Put the refusal of a use-case at its field, or above the form when it names none of its fields."""
    if field is not None and field in form:
        form[field].errors = [*form[field].errors, message]
    else:
        form.form_errors = [*form.form_errors, message]


def show_cleaned(*fields: Field) -> None:
    """Fields that show what was typed until it can be read (dates, months): without what no page can hold."""
    for field in fields:
        field.raw_data = [one_line(typed) if isinstance(typed, str) else typed for typed in field.raw_data or []]

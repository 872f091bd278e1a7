"""What narrows the list of messages; a GET form, so it holds no token."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import Form, HiddenField, SelectField, StringField
from wtforms.widgets import DateInput

from openday.queries.messages import Wanted
from openday.rules.act_names import messages_named
from openday.rules.schedules import read_day
from openday.rules.states import MessageStatus
from openday.web.forms.texts import one_line

_LONGEST = 60


class MessageFilter(Form):
    """Kind and day to choose; state and occurrence are carried."""

    kind = SelectField("事由", choices=[("", "全部事由"), *messages_named()], validate_choice=False, filters=[one_line])
    day = StringField("日期", widget=DateInput(), filters=[one_line])
    status = HiddenField(filters=[one_line])
    occurrence = HiddenField(filters=[one_line])
    before = HiddenField(filters=[one_line])


def message_filter(args: Mapping[str, Any]) -> MessageFilter:
    """The filter of an address; what cannot be meant is left out."""
    data = {name: str(args.get(name, ""))[:_LONGEST] for name in ("kind", "day", "status", "occurrence", "before")}
    if data["status"] not in set(MessageStatus):
        data["status"] = ""
    if data["kind"] not in dict(messages_named()):
        data["kind"] = ""
    if _day(data["day"]) is None:
        data["day"] = ""
    if not (data["before"].isascii() and data["before"].isdigit() and len(data["before"]) < 10):
        data["before"] = ""
    return MessageFilter(data=data)


def wanted_messages(form: MessageFilter) -> Wanted:
    """The values as the query takes them."""
    return Wanted(
        status=MessageStatus(form.status.data) if form.status.data else None,
        kind=form.kind.data or "",
        occurrence=form.occurrence.data or "",
        day=_day(form.day.data or ""),
        before=int(form.before.data) if form.before.data else None,
    )


def _day(text: str) -> date | None:
    try:
        return read_day(text) if text else None
    except ValueError:
        return None

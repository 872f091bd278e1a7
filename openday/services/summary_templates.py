"""The office keeps its own arrangements of the summary table."""

from collections.abc import Sequence

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.documents.summary_table import known_columns
from openday.errors import Forbidden, Refused
from openday.models.exports import SummaryTemplate
from openday.models.people import Jurisdiction
from openday.queries.summary_templates import template_in_reach
from openday.rules.permissions import Actor, Right, may
from openday.rules.privacy import plain_text
from openday.services import ledger

LONGEST_NAME = 60
MOST = 50


@use_case
def create_template(actor: Actor, name: str, columns: Sequence[str]) -> int:
    """Keep an arrangement under a new name; returns its id.

    Raises:
        Forbidden: the person exports no summary tables.
        Refused: no name or one that is taken, no column, or too many arrangements.
    """
    if not may(actor, Right.SUMMARY_EXPORT):
        raise Forbidden("没有导出汇总表的权限")
    # The row of the place is held, so that two officers cannot take the same name at once.
    own = select(Jurisdiction.id).where(Jurisdiction.path == actor.jurisdiction_path).with_for_update()
    place = session().scalars(own).one()
    names = _names(place)
    if len(names) >= MOST:
        raise Refused(f"最多保存{MOST}个汇总表样式，请先删除不用的")
    now = clock.now()
    template = SummaryTemplate(
        jurisdiction_id=place,
        name=_free_name(name, names),
        columns=_columns(columns),
        created_by_id=actor.user_id,
        created_at=now,
    )
    session().add(template)
    session().flush()
    ledger.record(
        "summary_template.create", actor=actor, record_type="summary_template", record_id=template.id, now=now
    )
    return template.id


@use_case
def change_template(actor: Actor, template_id: int, name: str, columns: Sequence[str]) -> None:
    """Give an arrangement another name or other columns.

    Raises:
        NotFound: not there, or another office's.
        Refused: as for `create_template`.
    """
    template = template_in_reach(actor, template_id, lock=True)
    session().get(Jurisdiction, template.jurisdiction_id, with_for_update=True)
    others = _names(template.jurisdiction_id) - {template.name}
    template.name, template.columns = _free_name(name, others), _columns(columns)
    _note("summary_template.change", actor, template_id)


@use_case
def remove_template(actor: Actor, template_id: int) -> None:
    """Forget an arrangement; exports already asked for keep their columns.

    Raises:
        NotFound: not there, or another office's.
    """
    session().delete(template_in_reach(actor, template_id, lock=True))
    _note("summary_template.remove", actor, template_id)


def _names(jurisdiction_id: int) -> set[str]:
    return set(
        session().scalars(select(SummaryTemplate.name).where(SummaryTemplate.jurisdiction_id == jurisdiction_id))
    )


def _free_name(typed: str, taken: set[str]) -> str:
    name = plain_text(typed)
    if not name:
        raise Refused("请填写名称", field="name")
    if len(name) > LONGEST_NAME:
        raise Refused(f"名称最多{LONGEST_NAME}个字", field="name")
    if name in taken:
        raise Refused("这个名称已经用过，请换一个", field="name")
    return name


def _columns(keys: Sequence[str]) -> list[str]:
    known = known_columns(keys)
    if not known:
        raise Refused("请至少选用一列", field="columns")
    return list(known)


def _note(action: str, actor: Actor, template_id: int) -> None:
    ledger.record(action, actor=actor, record_type="summary_template", record_id=template_id, now=clock.now())

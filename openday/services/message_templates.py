"""The office words its messages itself, kind by kind and language by language, and takes the house's text back."""

from dataclasses import dataclass

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.errors import ChangedByAnother, Forbidden, NotFound, Refused
from openday.models.ledger import MessageTemplate
from openday.models.people import Jurisdiction, User
from openday.rules.message_wordings import (
    KINDS,
    LONGEST_BODY,
    LONGEST_SUBJECT,
    Understood,
    WordingKind,
    from_people,
    languages_of,
    missing,
)
from openday.rules.permissions import Actor, Right, may
from openday.rules.privacy import clean_text
from openday.rules.wording import moment_text
from openday.services import ledger
from openday.services.wordings import forget_wordings


@dataclass(frozen=True)
class Worded:
    """What somebody wrote, with places under their Chinese names; `seen` is the state that they began from."""

    subject: str
    body: str
    seen: str = ""


def check_wording(key: str, worded: Worded) -> tuple[str, str]:
    """Subject and body as they would be kept, with places under their own names.

    Raises:
        NotFound: there is no such kind.
        Refused: empty, too long, a name in braces that means nothing, or something that must be there is missing; the
            field says where.
    """
    kind = KINDS.get(key)
    if kind is None:
        raise NotFound()
    subject = _read(kind, worded.subject, "主题", LONGEST_SUBJECT, "subject")
    body = _read(kind, worded.body, "正文", LONGEST_BODY, "body", lines=True)
    if gone := missing(kind, body.places):
        names = "、".join(f"{{{name}}}" for name in gone)
        raise Refused(f"正文应包含{names}，否则收到的人无从办理", field="body")
    return subject.text, body.text


def _read(kind: WordingKind, typed: str, label: str, limit: int, field: str, *, lines: bool = False) -> Understood:
    try:
        text = clean_text(typed, limit=limit, lines=lines)
    except ValueError as wrong:
        raise Refused(f"{label}{wrong}", field=field) from wrong
    if not text:
        raise Refused(f"请填写{label}", field=field)
    read = from_people(kind, text)
    if read.unknown:
        names = "、".join(f"{{{name}}}" for name in read.unknown)
        raise Refused(f"{label}中的{names}不能自动填写，请改用下面列出的名称，或去掉大括号", field=field)
    return read


def change_wording(actor: Actor, key: str, language: str, worded: Worded) -> None:
    """Keep the office's own wording; it holds for the messages of its place and of those below that have none.

    Raises:
        Forbidden: the person words no messages.
        NotFound: there is no such kind or language.
        Refused: as `check_wording`.
        ChangedByAnother: somebody else has changed it since `seen`.
    """
    _change(actor, key, language, worded)
    forget_wordings()


@use_case
def _change(actor: Actor, key: str, language: str, worded: Worded) -> None:
    now = clock.now()
    subject, body = check_wording(key, worded)
    row, place = _held(actor, key, language, worded.seen)
    if row is None:
        row = MessageTemplate(jurisdiction_id=place, kind=key, language=language)
        session().add(row)
    row.subject, row.body = subject, body
    row.changed_by_id, row.changed_at = actor.user_id, now
    session().flush()
    ledger.record(
        "wording.change", actor=actor, record_type="wording", record_id=row.id, now=now,
        kind=key, language=language, subject=subject, body=body,
    )  # fmt: skip


def restore_wording(actor: Actor, key: str, language: str, seen: str) -> None:
    """Give the office's own wording up; the wording of the office above holds again, or the house's.

    Raises:
        Forbidden: the person words no messages.
        NotFound: there is no such kind or language, or no wording of their own.
        ChangedByAnother: somebody else has changed it since `seen`.
    """
    _restore(actor, key, language, seen)
    forget_wordings()


@use_case
def _restore(actor: Actor, key: str, language: str, seen: str) -> None:
    row, _ = _held(actor, key, language, seen)
    if row is None:
        raise NotFound()
    ledger.record(
        "wording.restore", actor=actor, record_type="wording", record_id=row.id, now=clock.now(),
        kind=key, language=language, subject=row.subject, body=row.body,
    )  # fmt: skip
    session().delete(row)


def _held(actor: Actor, key: str, language: str, seen: str) -> tuple[MessageTemplate | None, int]:
    """The own wording as the person saw it, and their place; its row is held, so that two editors come one by one."""
    if not may(actor, Right.MESSAGE_WORD):
        raise Forbidden("没有修改消息文字的权限")
    kind = KINDS.get(key)
    if kind is None or language not in languages_of(kind):
        raise NotFound()
    own = select(Jurisdiction.id).where(Jurisdiction.path == actor.jurisdiction_path).with_for_update()
    place = session().scalars(own).one()
    row = session().scalar(
        select(MessageTemplate)
        .where(
            MessageTemplate.jurisdiction_id == place,
            MessageTemplate.kind == key,
            MessageTemplate.language == language,
        )
        .execution_options(populate_existing=True)
    )
    if (row.changed_at.isoformat() if row else "") != seen:
        raise ChangedByAnother(_who_was_first(row))
    return row, place


def _who_was_first(row: MessageTemplate | None) -> str:
    if row is None:
        return "这段文字刚刚被他人恢复为原文，您的修改没有保存，请核对后再保存"
    by = session().scalar(select(User.name).where(User.id == row.changed_by_id))
    return f"{by}已于{moment_text(row.changed_at)}改过这段文字，您的修改没有保存，请核对后再保存"

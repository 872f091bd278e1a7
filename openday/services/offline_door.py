"""Lists for doors without a network: taken along, handed in again scan by scan, withdrawn.

Each scan is a transaction of its own and carries a key of the device's: sent again it counts once. The registration's
row is the lock, as for every admission.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from openday import clock, vault
from openday.db import session, use_case
from openday.errors import Closed, Conflict, NotFound, Refused
from openday.models.registrations import CheckIn, DoorPack, Registration
from openday.queries.door import Door, door_at, shown_name
from openday.queries.door_book import NO_FIRST_ENTRY
from openday.queries.door_packs import pack_content, pack_hours, parties_by_digest
from openday.rules.door import read_gate
from openday.rules.offline_door import (
    Answer,
    Scan,
    Standing,
    Verdict,
    can_hand_in,
    expires_at,
    judge,
    true_time,
)
from openday.rules.permissions import Actor, Right
from openday.rules.states import RegistrationStatus
from openday.rules.wording import clock_text
from openday.services import ledger


@dataclass(frozen=True)
class Pack:
    """What a device takes along. `device_key` proves later where scans come from; `hash_key` (hex) names tickets."""

    id: int
    device_key: str
    hash_key: str
    gate: str
    taken_at: int
    opens_at: int
    expires_at: int
    parties: list[dict[str, object]]


@dataclass(frozen=True)
class ScanResult:
    """What became of one scan, with a line for the people at the door."""

    key: str
    answer: Answer
    text: str
    name: str = ""


@use_case
def take_pack(actor: Actor, occurrence: str, gate: str) -> Pack:
    """Take the list of an occurrence along to a gate.

    Raises:
        NotFound: no such occurrence within reach.
        Closed: it was cancelled, or is over.
        Refused: the name of the gate is missing or too long.
    """
    now = clock.now()
    door = door_at(actor, occurrence)
    if door.cancelled or door.postponed or now > expires_at(door.ends_at):
        raise Closed(door.closed(now))
    try:
        name = read_gate(gate)
    except ValueError as wrong:
        raise Refused(str(wrong), field="gate") from wrong
    if not name:
        raise Refused("请填写入口名称，例如：东门", field="gate")
    key = f"{door.code}.{secrets.token_hex(20)}"
    row = DoorPack(
        key_hash=vault.blind_index(key, "door pack"),
        occurrence_id=door.id,
        user_id=actor.user_id,
        gate=name,
        created_at=now,
        expires_at=expires_at(door.ends_at),
    )
    session().add(row)
    session().flush()
    _note("door_pack.take", actor, door, row.id, now)
    opens, closes = pack_hours(door)
    parties = pack_content(door, _hash_key(key))
    return Pack(row.id, key, _hash_key(key), name, int(now.timestamp() * 1000), opens, closes, parties)


@use_case
def revoke_pack(actor: Actor, occurrence: str, pack_id: int) -> None:
    """Withdraw a list, for example because the device was lost: nothing scanned with it is taken any more.

    Raises:
        NotFound: no such list within reach.
        Conflict: it was withdrawn before.
    """
    now = clock.now()
    door = door_at(actor, occurrence, Right.CHECK_IN, Right.REGISTRATION_MANAGE)
    row = session().scalars(
        select(DoorPack).where(DoorPack.id == pack_id, DoorPack.occurrence_id == door.id).with_for_update()
    ).first()  # fmt: skip
    if row is None:
        raise NotFound()
    if row.revoked_at is not None:
        raise Conflict("这份名单已经停用")
    row.revoked_at = now
    _note("door_pack.revoke", actor, door, row.id, now)


def hand_in(actor: Actor, occurrence: str, device_key: str, sent_at: int, scans: list[Scan]) -> list[ScanResult]:
    """Take the scans of a device, in the order in which they were made; the results in the order given.

    Raises:
        NotFound: no such occurrence within reach, or no such list of it.
        Closed: the list was withdrawn, or expired too long ago.
    """
    pack = _open_pack(actor, occurrence, device_key)
    meant = parties_by_digest(pack.occurrence_id, _hash_key(device_key))
    found: dict[str, ScanResult] = {}
    for scan in sorted(scans, key=lambda each: each.at):
        found[scan.key] = _hand_in_one(actor, occurrence, device_key, scan, sent_at, meant.get(scan.digest))
    return [found[scan.key] for scan in scans]


@use_case
def _open_pack(actor: Actor, occurrence: str, device_key: str) -> DoorPack:
    now = clock.now()
    pack = _pack(door_at(actor, occurrence), device_key, now)
    pack.synced_at = now
    return pack


def _pack(door: Door, device_key: str, now: datetime) -> DoorPack:
    pack = session().scalars(
        select(DoorPack).where(
            DoorPack.key_hash == vault.blind_index(device_key, "door pack"), DoorPack.occurrence_id == door.id
        )
    ).first()  # fmt: skip
    if pack is None:
        raise NotFound("没有找到这份名单，请重新带走名单")
    if pack.revoked_at is not None:
        raise Closed("这份名单已被停用，本机的签到记录没有上传，请与活动负责人核对")
    if not can_hand_in(pack.expires_at, now):
        raise Closed("这份名单过期已久，本机的签到记录没有上传，请与活动负责人核对")
    return pack


@use_case
def _hand_in_one(
    actor: Actor, occurrence: str, device_key: str, scan: Scan, sent_at: int, party: int | None
) -> ScanResult:
    if party is None:
        return ScanResult(scan.key, Answer.UNKNOWN, "名单上没有这张凭证")
    now = clock.now()
    door = door_at(actor, occurrence)
    row = session().scalars(
        select(Registration)
        .where(Registration.id == party, Registration.occurrence_id == door.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()  # fmt: skip
    pack = _pack(door, device_key, now)
    if row is None:
        return ScanResult(scan.key, Answer.UNKNOWN, "名单上没有这张凭证")
    key = vault.blind_index(f"{pack.id}\0{scan.key}", "offline scan")
    before = session().scalars(select(CheckIn).where(CheckIn.client_key == key)).first()
    if before is not None:
        return _said(scan, row, _answer_of(before, row))
    at = true_time(scan.at, sent_at, pack.created_at, now)
    if scan.rest and row.attended and not _cancelled(door):
        return _said(scan, row, _join(actor, door, pack, row, scan, key, at, now))
    verdict = _cancelled(door) or _judged(actor, pack, row, at)
    if verdict.answer is not Answer.REPEATED:
        _write_down(actor, door, pack, row, scan, key, at, verdict, now)
    return _said(scan, row, verdict.answer)


def _cancelled(door: Door) -> Verdict | None:
    return Verdict(Answer.CANCELLED) if door.cancelled or door.postponed else None


def _answer_of(before: CheckIn, row: Registration) -> Answer:
    if before.action in ("admit", "join"):
        return Answer.ADMITTED
    return Answer.CONFLICT if row.status == RegistrationStatus.CONFIRMED else Answer.CANCELLED


def _judged(actor: Actor, pack: DoorPack, row: Registration, at: datetime) -> Verdict:
    entry = _standing(row)
    undone = session().scalar(
        select(CheckIn.at)
        .where(CheckIn.registration_id == row.id, CheckIn.action == "undo")
        .order_by(CheckIn.at.desc())
        .limit(1)
    )
    standing = None
    if entry is not None:
        own = bool(entry.client_key) and entry.gate == pack.gate and entry.by_id == actor.user_id
        standing = Standing(entry.at, walk_in=entry.action == "walk_in", own=own)
    return judge(at, confirmed=row.status == RegistrationStatus.CONFIRMED, standing=standing, undone_at=undone)


def _standing(row: Registration) -> CheckIn | None:
    if not row.attended:
        return None
    return session().scalars(
        select(CheckIn)
        .where(
            CheckIn.registration_id == row.id,
            CheckIn.at == row.checked_in_at,
            CheckIn.action.not_in(NO_FIRST_ENTRY),
        )
        .order_by(CheckIn.id.desc())
    ).first()  # fmt: skip


def _write_down(
    actor: Actor,
    door: Door,
    pack: DoorPack,
    row: Registration,
    scan: Scan,
    key: str,
    at: datetime,
    verdict: Verdict,
    now: datetime,
) -> None:
    """The first entry, or a conflict; the entry that turns out to be the second says so."""
    people = min(scan.people or row.party_size, row.party_size)
    if verdict.first:
        later = _standing(row)
        if later is not None:
            later.action, people = "conflict", later.people
        row.attended, row.checked_in_at = row.attended or people, at
    _note_entry("admit" if verdict.first else "conflict", actor, door, pack, row, people, key, at, now)


def _join(
    actor: Actor, door: Door, pack: DoorPack, row: Registration, scan: Scan, key: str, at: datetime, now: datetime
) -> Answer:
    """The rest of a party that came in in part, as far as somebody of it is missing."""
    left = row.party_size - row.attended
    if not left:
        return Answer.REPEATED
    people = min(scan.people or left, left)
    row.attended += people
    _note_entry("join", actor, door, pack, row, people, key, at, now)
    return Answer.ADMITTED


def _note_entry(
    action: str,
    actor: Actor,
    door: Door,
    pack: DoorPack,
    row: Registration,
    people: int,
    key: str,
    at: datetime,
    now: datetime,
) -> None:
    """One line in the door's book and one in the ledger."""
    session().add(
        CheckIn(
            registration_id=row.id,
            occurrence_id=door.id,
            action=action,
            people=people,
            by_id=actor.user_id,
            at=at,
            client_key=key,
            gate=pack.gate,
        )
    )
    ledger.record(
        f"check_in.{action}",
        actor=actor,
        record_type="registration",
        record_id=row.id,
        agency_id=door.agency_id,
        now=now,
        people=people,
        pack=pack.id,
    )


def _said(scan: Scan, row: Registration, answer: Answer) -> ScanResult:
    since = clock_text(row.checked_in_at) if row.checked_in_at else ""
    texts = {
        Answer.ADMITTED: "已签到",
        Answer.REPEATED: f"{since}已签到，未重复计入",
        Answer.CONFLICT: f"{since}已在别处签到，未重复计入" if since else "此前的签到已被撤销，请核对",
        Answer.CANCELLED: "报名已取消或没有取得名额，未计入",
    }
    return ScanResult(scan.key, answer, texts[answer], shown_name(row.name))


def _hash_key(device_key: str) -> str:
    return vault.blind_index(device_key, "door pack digests")


def _note(action: str, actor: Actor, door: Door, pack_id: int, now: datetime) -> None:
    ledger.record(action, actor=actor, record_type="door_pack", record_id=pack_id, agency_id=door.agency_id, now=now)

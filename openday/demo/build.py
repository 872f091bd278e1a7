"""Makes the demonstration on an empty database, in the order in which things would have happened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import update

from openday import clock
from openday.db import session, use_case
from openday.delivery import state_holidays
from openday.demo import activities, plans, voices
from openday.demo.days import Days
from openday.demo.district import ADMIN, AGENCIES, BRAND, DESK, FIRST_CALL, OFFICER, SECOND_CALL, SECOND_OFFICER, Office
from openday.demo.docket import Docket
from openday.demo.guests import Guests
from openday.demo.people import actor, build_directory, new_passwords, refuse_unless_empty
from openday.demo.stories import Story, Voice
from openday.demo.telling import Cast, Stage, Telling
from openday.demo.timeline import Timeline
from openday.demo.topics import Wishes
from openday.models.ledger import Message
from openday.queries.working_calendar import working_calendar
from openday.rules.permissions import Role
from openday.rules.states import MessageStatus
from openday.services import calls, guest_letters, working_days

_SEED = 37668  # any number: the same people sign up in every demonstration
_DIRECTORY_MADE = timedelta(days=130)
_FIRST_CALL_OPENED = timedelta(days=110)
_FIRST_CALL_DUE = timedelta(days=32)
_SECOND_CALL_OPENED = timedelta(days=26)
_SECOND_CALL_DUE = timedelta(days=9)
_LETTERS_SINCE = timedelta(days=60)


@dataclass(frozen=True)
class Addresses:
    """How the absolute addresses of pages are made, each from a code."""

    activity: Callable[[str], str]
    ticket: Callable[[str], str]
    ballot: Callable[[str], str]
    receipt: Callable[[str], str]


def build_demonstration(addresses: Addresses) -> dict[str, str]:
    """Fill an empty database; returns the passwords by log-in, which nobody can read again.

    Raises:
        Refused: the database has users already.
    """
    refuse_unless_empty()
    passwords = new_passwords()
    now = clock.now()
    with clock.shifted_by(-_DIRECTORY_MADE):
        agency_ids = build_directory(passwords)
        _load_holidays(now)
    stage = _stage(now, addresses)
    _note_calls(stage, agency_ids)
    casts = {office.key: _cast(office) for office in AGENCIES}
    told = (*activities.OVER, activities.TODAY, *activities.COMING, *plans.STORIES)
    for story in told:
        Telling(stage, story, casts[story.agency]).begin()
    _note_voices(stage, agency_ids, casts, told)
    Wishes(stage, agency_ids, casts).begin()
    _note_letters(stage)
    stage.timeline.run()
    _keep_letters_in_the_house()
    return passwords.by_login


def _load_holidays(now: datetime) -> None:
    """The notices of the years that the demonstration touches, as far as they are carried."""
    for year in sorted({(now - _DIRECTORY_MADE).year, now.year, now.year + 1} & state_holidays.known_years()):
        working_days.load_state_holidays(actor(ADMIN.login), year)


def _stage(now: datetime, addresses: Addresses) -> Stage:
    return Stage(
        days=Days(now, working_calendar()),
        timeline=Timeline(now),
        guests=Guests(Random(_SEED), addresses.ticket),
        officer=actor(OFFICER.login),
        second_officer=actor(SECOND_OFFICER.login),
        desk=actor(DESK.login),
        page_url=addresses.activity,
        ballot_url=addresses.ballot,
        receipt_url=addresses.receipt,
    )


def _cast(office: Office) -> Cast:
    reviewer = actor(f"{office.key}-{Role.REVIEWER}") if office.reviewer else None
    return Cast(actor(f"{office.key}-{Role.FILER}"), reviewer, office.filer, office.phone)


def _note_calls(stage: Stage, agency_ids: dict[str, int]) -> None:
    today = stage.days.today
    owed = [{agency_ids[office.key]: office.owes[second] for office in AGENCIES} for second in (0, 1)]
    first = calls.CallDraft(
        year=today.year,
        title=f"关于征集{today.year}年度云溪区政府开放活动的通知",
        due_on=today - _FIRST_CALL_DUE,
        wording=FIRST_CALL.format(year=today.year, month=today.month),
        campaign_month=today.month,
        brand=BRAND,
        owed=owed[0],
    )
    second = calls.CallDraft(
        year=today.year,
        title="关于补充征集岁末年初开放活动的通知",
        due_on=today + _SECOND_CALL_DUE,
        wording=SECOND_CALL,
        owed=owed[1],
    )
    stage.timeline.at(stage.timeline.now - _FIRST_CALL_OPENED, lambda: _open(stage, first, second=False))
    stage.timeline.at(stage.timeline.now - _SECOND_CALL_OPENED, lambda: _open(stage, second, second=True))


def _open(stage: Stage, draft: calls.CallDraft, *, second: bool) -> None:
    stage.call_ids[second] = calls.open_call(stage.officer, draft)


def _note_voices(stage: Stage, agency_ids: dict[str, int], casts: dict[str, Cast], told: Sequence[Story]) -> None:
    by_theme = {story.theme: story.agency for story in told}

    def concerned(voice: Voice) -> str:
        return voice.agency or by_theme[voice.theme]

    for number, voice in enumerate(voices.VOICES):
        answering = casts[voice.moved_to or concerned(voice)]
        moved_to = agency_ids.get(voice.moved_to)
        Docket(stage, voice, number, answering, agency_ids[concerned(voice)], moved_to).begin()


def _note_letters(stage: Stage) -> None:
    """Let the worker remind people and ask them how it was, on every evening and at last now."""
    page, ticket = stage.page_url, stage.guests.ticket_url

    def write() -> None:
        guest_letters.remind_guests(ticket_url=ticket, quiet=None)
        guest_letters.ask_how_it_was(ticket_url=ticket, page_url=page, quiet=None)

    now = stage.timeline.now
    for ago in range(_LETTERS_SINCE.days, 0, -1):
        stage.timeline.at((now - timedelta(days=ago)).replace(hour=19, minute=30), write)
    stage.timeline.at(now, write)


@use_case
def _keep_letters_in_the_house() -> None:
    """Call every message sent: their addressees do not exist, and the worker would print hundreds of letters.

    They stay in the outbox, where the office can read what people are told and `openday verify` looks for them.
    """
    queued = update(Message).where(Message.status == MessageStatus.QUEUED.value)
    session().execute(queued.values(status=MessageStatus.SENT.value, sent_at=Message.created_at, attempts=1))

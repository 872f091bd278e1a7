"""Mail while senders are killed and the mail server is away: nothing is lost or doubled, and the checker can see."""

import base64
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from openday.documents.calendar_invites import Gathering, Place, invite_bytes, invite_of
from tests.support.mail import Delivery, MailServer
from tests.support.post import CANCELLED, CONFIRMED, Booked, Post, book, lost_or_doubled, repeats
from tests.support.rush import rehearse
from tests.support.server import Server

NOW = datetime(2026, 9, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def through_trouble(url: str, folder: Path) -> list[str]:
    clock_file = folder / "clock"
    clock_file.write_text("0")
    env = {"DATABASE_URL": url, "OPENDAY_INSTANCE": str(folder), "OPENDAY_CLOCK_FILE": str(clock_file)}
    with MailServer() as mail, Server({**env, "SMTP_URL": mail.url}, arguments=["--web-only"]) as server:
        made = rehearse(server.env, occurrences=2, seats=10, waitlist=False)
        first, second = made["signup_urls"]
        booked = book([first], range(12), clients=4, cancel_each=6)
        with Post(server, mail, clock_file) as post:
            post.trouble(2)
            post.outage(
                timedelta(days=3, hours=1),
                steps=20,
                meanwhile=lambda: booked.extend(book([second], range(20, 26), clients=2)),
            )
            post.settle(booked, patience=60, quiet=1)
        assert len(post.kills) == 2
        return lost_or_doubled(booked, mail.deliveries)


def test_killed_senders_and_three_days_without_a_mail_server_lose_and_double_nothing(
    sqlite_url: str, tmp_path: Path
) -> None:
    assert through_trouble(sqlite_url, tmp_path) == []


@pytest.mark.postgres
def test_the_same_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    assert through_trouble(postgres_url, tmp_path) == []


# --- the checker -----------------------------------------------------------------------------------------------------

PLACE = Place("code1", "204518", "guest1@example.org", "zh", None, seated=True, link="https://x.example/tickets/code1")
GATHERING = Gathering("走进水厂", "第一水厂", "水务局", NOW, NOW + timedelta(hours=2))
ONE = Booked("guest1@example.org", "confirmed", "code1", (CONFIRMED,))
GIVEN_BACK = Booked("guest1@example.org", "cancelled", "code1", (CONFIRMED, CANCELLED))
FULL = Booked("guest2@example.org", "full", "", ())


def mail(word: str = CONFIRMED, to: str = ONE.address, key: str = "<a@openday>", place: Place = PLACE) -> Delivery:
    """A mail as the house writes it."""
    kind = "registration.confirmed" if word == CONFIRMED else "registration.cancelled"
    sequence = None if word == CONFIRMED else 0
    invite = invite_of(kind, replace(place, sequence=sequence), GATHERING, NOW)
    assert invite is not None
    written = base64.b64encode(invite_bytes(invite, "openday@example.org")).decode()
    text = (
        f"Subject: {word}: 走进水厂\nMessage-ID: {key}\nContent-Type: multipart/alternative; boundary=x\n\n"
        f"--x\nContent-Type: text/plain; charset=utf-8\n\nticket {place.code}\n"
        f"--x\nContent-Type: text/calendar; method={invite.method}\nContent-Transfer-Encoding: base64\n\n"
        f"{written}\n--x--\n"
    )
    message = message_from_string(text.replace(f"{word}:", f"{word}："), _class=EmailMessage, policy=policy.default)
    return Delivery("openday@example.org", (to,), message, text.encode())


def test_the_checker_is_content_with_honest_mail_and_its_repeats() -> None:
    assert lost_or_doubled([ONE, FULL], [mail(), mail()]) == []
    assert repeats([mail(), mail()]) == 1
    assert lost_or_doubled([GIVEN_BACK], [mail(), mail(CANCELLED, key="<b@openday>")]) == []


@pytest.mark.parametrize(
    ("booked", "mails", "fault"),
    [
        ([ONE], [], "no mail"),
        ([GIVEN_BACK], [mail()], f"no mail “{CANCELLED}”"),
        ([ONE], [mail(), mail(key="<other@openday>")], "different Message-IDs"),
        ([ONE], [mail(place=replace(PLACE, code="code2"))], "without the code"),
        ([ONE, FULL], [mail(), mail(to=FULL.address)], "(full) got a mail"),
        ([ONE], [mail(), mail(to="stranger@example.org")], "nothing to do with it"),
        ([ONE], [mail(), mail(CANCELLED, key="<b@openday>")], f"(confirmed) got a mail “{CANCELLED}”"),
        ([GIVEN_BACK], [mail(), mail(CANCELLED, key="<b@openday>", place=replace(PLACE, code="x"))], "2 events"),
    ],
)
def test_the_checker_finds(booked: list[Booked], mails: list[Delivery], fault: str) -> None:
    assert any(fault in each for each in lost_or_doubled(booked, mails))

"""What runs by itself: name, rhythm, use-case. One pass with `run_due`, for ever with `work`."""

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from flask import Flask

from openday import clock
from openday.config import Settings
from openday.db import db
from openday.delivery.letter import NeverDeliverable, Sender, TryLater
from openday.delivery.senders import senders
from openday.queries import system
from openday.rules.quiet_hours import QuietHours
from openday.services import (
    export_jobs,
    finding_tickets,
    firming_up,
    guest_letters,
    housekeeping,
    messages,
    plan_import,
    registration_changes,
    retention,
    watches,
)
from openday.services.topics import announce_adopted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A periodic job; `run` returns what to log, or an empty value."""

    name: str
    every: timedelta
    run: Callable[[], object]
    lease: timedelta = timedelta(minutes=5)


def jobs_of(settings: Settings) -> tuple[Job, ...]:
    """Every periodic job of an installation."""
    return (
        Job("seal_ledger", timedelta(seconds=5), housekeeping.seal_ledger),
        Job("forget_expired", timedelta(hours=1), housekeeping.forget_expired),
        Job("serve_waitlists", timedelta(seconds=15), _serve_waitlists(settings), lease=timedelta(seconds=30)),
        Job("send_found_tickets", timedelta(seconds=5), _send_found_tickets(settings), lease=timedelta(seconds=30)),
        Job("make_exports", timedelta(seconds=2), export_jobs.make_next, lease=timedelta(seconds=5)),
        Job("forget_exports", timedelta(hours=1), export_jobs.forget_exports),
        Job("file_imports", timedelta(seconds=1), plan_import.file_waiting_imports, lease=timedelta(seconds=30)),
        Job("announce_adopted", timedelta(minutes=1), _announce_adopted(settings)),
        Job("forget_persons", timedelta(hours=6), partial(retention.forget_persons, settings.retention_days)),
        Job("remind_of_vague_times", timedelta(minutes=30), _remind_of_vague_times(settings)),
        Job("remind_guests", timedelta(minutes=1), _remind_guests(settings)),
        Job("ask_how_it_was", timedelta(minutes=15), _ask_how_it_was(settings)),
        Job("forget_watches", timedelta(hours=6), watches.forget_watches),
    )


def _serve_waitlists(settings: Settings) -> Callable[[], object]:
    """Free seats may not idle for a minute while somebody waits: hence the short rhythm and the short lease."""
    return partial(registration_changes.serve_waitlists, ticket_url=_ticket_url(settings))


def _send_found_tickets(settings: Settings) -> Callable[[], object]:
    return partial(finding_tickets.send_found_tickets, settings.site.name, _ticket_url(settings))


def _announce_adopted(settings: Settings) -> Callable[[], object]:
    """Whoever proposed a topic hears when the activity that takes it up is published."""
    return partial(announce_adopted, lambda code: f"{settings.base_url}/activities/{code}")


def _remind_of_vague_times(settings: Settings) -> Callable[[], object]:
    """The use-case looks at the clock itself: it writes to agencies in their office hours."""
    return partial(firming_up.remind_of_vague_times, lambda code: f"{settings.base_url}/agency/plans/{code}")


def _remind_guests(settings: Settings) -> Callable[[], object]:
    return partial(guest_letters.remind_guests, ticket_url=_ticket_url(settings), quiet=_quiet(settings))


def _ask_how_it_was(settings: Settings) -> Callable[[], object]:
    return partial(
        guest_letters.ask_how_it_was,
        ticket_url=_ticket_url(settings),
        page_url=lambda code: f"{settings.base_url}/activities/{code}",
        quiet=_quiet(settings),
    )


def _ticket_url(settings: Settings) -> Callable[[str], str]:
    return lambda code: f"{settings.base_url}/tickets/{code}"


def run_due(settings: Settings) -> int:
    """One pass: every job that is due, then the outbox. Returns how many messages were handled."""
    waiting = system.jobs_not_due(clock.now())
    for job in jobs_of(settings):
        if job.name not in waiting:
            _run(job)
    if not system.anything_to_send(clock.now()):
        return 0
    ways = senders(settings.smtp_url, settings.sms_gateway_url, settings.mail_from)
    return send_messages(ways, quiet=_quiet(settings))


def _quiet(settings: Settings) -> QuietHours | None:
    return QuietHours(*settings.quiet_hours) if settings.quiet_hours else None


def send_messages(
    ways: Mapping[str, Sender], *, quiet: QuietHours | None = None, longest: timedelta = messages.LEASE / 2
) -> int:
    """Send what is due, each message on its own, so that one bad one stops nobody; returns how many were claimed.

    A round that has lasted `longest` gives the rest back untried, before the lease runs out under it.
    """
    claimed = messages.claim_messages(quiet=quiet)
    if claimed:
        until = time.monotonic() + longest.total_seconds()
        messages.mark_outcomes([_send_in_time(message, ways, until) for message in claimed])
    return len(claimed)


def _send_in_time(message: messages.Claimed, ways: Mapping[str, Sender], until: float) -> messages.Outcome:
    if time.monotonic() > until:
        return messages.Outcome(message.id, tried=False)
    return _send(message, ways[message.channel])


def _send(message: messages.Claimed, way: Sender) -> messages.Outcome:
    try:
        way.send(message.letter)
    except TryLater as later:
        return messages.Outcome(message.id, str(later))
    except NeverDeliverable as never:
        return messages.Outcome(message.id, str(never), for_good=True)
    except Exception:
        log.exception("message %s could not be sent", message.id)
        return messages.Outcome(message.id, "发送程序出错")
    return messages.Outcome(message.id)


def _run(job: Job) -> None:
    error = ""
    try:
        if not housekeeping.claim_job(job.name, job.every, job.lease):
            return
        result = job.run()
        if result:
            log.info("job %s: %s", job.name, result)
    except Exception as failed:
        error = type(failed).__name__
        log.exception("job %s failed", job.name)
    housekeeping.finish_job(job.name, error)


def work(app: Flask, *, parent: int | None = None, stop: threading.Event | None = None, pause: float = 1.0) -> None:
    """Run for ever: until `stop` is set, or until the process that started us is gone."""
    stop = stop or threading.Event()
    settings: Settings = app.config["SETTINGS"]
    while not stop.is_set() and (parent is None or os.getppid() == parent):
        busy = 0
        try:
            with app.app_context():
                busy = run_due(settings)
                db.session.remove()
        except Exception:
            log.exception("the worker could not finish its pass; it goes on")
            time.sleep(2)
        if not busy:
            stop.wait(pause)

"""The challenge of a form that anybody may send: given out with the page, solved by its script, checked on its return.

In a template, inside the form: `{{ challenge_field("suggestion") }}`, and once on the page, in the block `scripts`,
`{{ challenge_script() }}` from parts/challenge.html. In the view: `challenge_passed(request.form, "suggestion")` gives
an effort, which goes to the use-case, which hands it to `challenge_steps.spend`. A kept form (web/kept.py) names
`challenge_token("…")` among its tokens. Why and how: docs/decisions/010-proof-of-work.md.
"""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime

from flask import Flask, g, request
from markupsafe import Markup

from openday import clock, vault
from openday.clock import SHANGHAI
from openday.errors import Refused
from openday.rules.proof_of_work import (
    LEAST_AGE,
    Challenge,
    Effort,
    in_time,
    is_solved,
    network_of,
    read_challenge,
    unsigned_challenge,
)

FIELD = "challenge"
PROOF = "proof"
_OWN = "challenge"
_STALE = "这一页打开的时间太长，现已更新，所填内容没有丢失，请再提交一次"


def install(app: Flask) -> None:
    """Give templates `challenge_field`."""
    app.jinja_env.globals.update(challenge_field=challenge_field)


def challenge_token(purpose: str) -> str:
    """The challenge of this answer's page for one kind of form: the one that came with a form that is shown again, as
    long as it counts, so that neither time nor work is asked for twice; else a fresh one, the same within one page."""
    held: dict[str, str] = g.setdefault("challenges", {})
    if purpose not in held:
        sent = "" if g.get("challenge_spent") else request.form.get(FIELD, "")
        held[purpose] = sent if _genuine(sent, purpose, clock.now()) else _fresh(purpose)
    return held[purpose]


def challenge_field(purpose: str) -> Markup:
    """The hidden fields of a form: its challenge, and the place for the work."""
    token = challenge_token(purpose)
    proof = request.form.get(PROOF, "")[:100] if request.form.get(FIELD) == token else ""
    return Markup(
        '<input type="hidden" name="{}" value="{}" data-challenge><input type="hidden" name="{}" value="{}">'
    ).format(FIELD, token, PROOF, proof)


def challenge_passed(form: Mapping[str, str], purpose: str) -> Effort:
    """What the form brought along, to be counted by the use-case that it is for.

    A page whose script did not run is served as well: it has to be some seconds old, and fewer of them count from one
    network address.

    Raises:
        Refused: the challenge is missing, not ours, for another form or too old (then the page gets a new one), or the
            form came back faster than anybody reads.
    """
    now = clock.now()
    challenge = _genuine(form.get(FIELD, ""), purpose, now)
    if challenge is None:
        raise Refused(_STALE)
    worked = is_solved(challenge, form.get(PROOF, ""))
    if not worked and challenge.age(now) < LEAST_AGE:
        raise Refused("提交得太快，没有保存。请等几秒钟再提交一次")
    sender = f"{purpose} {worked} {network_of(request.remote_addr or '')}"
    return Effort(
        mark=vault.blind_index(challenge.text, "spent challenge"),
        ends_at=datetime.fromtimestamp(challenge.ends_at, SHANGHAI),
        worked=worked,
        sender=vault.blind_index(sender, "sender"),
    )


def challenge_over() -> None:
    """The page that is shown next needs a fresh challenge: that of the form has been counted."""
    g.challenge_spent = True
    g.pop("challenges", None)


def _fresh(purpose: str) -> str:
    unsigned = unsigned_challenge(purpose, secrets.token_hex(16), clock.now())
    return f"{unsigned}.{vault.blind_index(unsigned, _OWN)}"


def _genuine(text: str, purpose: str, now: datetime) -> Challenge | None:
    """The challenge, when it is one of ours, for this purpose, and still counts."""
    found = read_challenge(text)
    if found is None or found.purpose != purpose or not in_time(found, now):
        return None
    return found if hmac.compare_digest(found.signature, vault.blind_index(found.signed, _OWN)) else None

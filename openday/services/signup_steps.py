"""Steps of signing up that only some occurrences need: the further fields of the form, the work against robots, the
codes that prove a telephone number."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from openday.errors import Refused
from openday.queries.registrations import Occasion, kept_extras
from openday.rules.phone_code import numbers_to_prove
from openday.rules.proof_of_work import Effort
from openday.rules.signup_answers import Typed, guardian_phone, read_companions, read_extras
from openday.services.challenge_steps import spend
from openday.services.phone_code_steps import Proof, spend_codes


class ExtrasRefused(Refused):
    """Something in the further fields is not acceptable; `problems` says all of it, field to sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        name, message = next(iter(problems.items()))
        super().__init__(message, field=name)
        self.problems = dict(problems)


def further_columns(occasion: Occasion, typed: Typed, party_size: int, *, staff: bool) -> Mapping[str, Any]:
    """The columns of a registration that its occurrence's form fills besides those of every form; {} for a plain form.

    Raises:
        ExtrasRefused: with everything that is not acceptable.
    """
    if occasion.form.plain:
        return {}
    coded = occasion.protection == "phone_code"
    read = read_extras(occasion.form, typed, party_size, occasion.starts_at.date(), staff=staff, by_code=coded)
    if read.problems:
        raise ExtrasRefused(read.problems)
    extras = json.dumps(read.kept, ensure_ascii=False) if read.kept else None
    return {"extras": extras, "photo_consent": read.photo, "own_staff": read.own_staff}


@dataclass(frozen=True)
class Brought:
    """What a form from the public brought along against misuse: the work of its page, the codes from the telephones."""

    effort: Effort | None = None
    proofs: Mapping[str, Proof] = field(default_factory=dict)


def check_brought(occasion: Occasion, brought: Brought, phone: str, typed: Typed) -> None:
    """See whether every code that the occurrence asks for came, and was right: before anything is said of the list.

    Raises:
        Refused: one is missing or wrong, at its field.
    """
    if occasion.protection != "phone_code":
        return
    for name in numbers_to_prove(phone, guardian_phone(occasion.form, typed)):
        proof = brought.proofs.get(name)
        if proof is None:
            raise Refused("请先获取并填写短信验证码", field=name)
        if proof.problem:
            raise Refused(proof.problem, field=name)


def spend_brought(occasion: Occasion, brought: Brought, now: datetime) -> None:
    """Use up what the form brought along. A form with codes needs no work: getting the codes took it.

    Raises:
        Refused: a code was used before.
        Refused, SpentBefore, TooMany, IntegrityError: see `spend_effort`.
    """
    if occasion.protection == "phone_code":
        spend_codes(brought.proofs, now)
    else:
        spend_effort(occasion, brought.effort, now)


def spend_effort(occasion: Occasion, effort: Effort | None, now: datetime) -> None:
    """Count the work that came with a form from the public, where the occurrence asks for it.

    Raises:
        Refused: it asks for work, and the form brought nothing.
        SpentBefore, TooMany, IntegrityError: see `challenge_steps.spend`.
    """
    if occasion.protection == "none":
        return
    if effort is None:
        raise Refused("这一页打开后报名表有改动，现已更新，所填内容没有丢失，请再提交一次")
    spend(effort, now)


def companions_column(occasion: Occasion, extras: str | None, typed: str, party_size: int) -> Mapping[str, Any]:
    """The column of a registration that changes with the names of those who come along; {} where none are asked for or
    nothing changes.

    Raises:
        Refused: not as many names as people, at the field `companions`.
    """
    if not occasion.form.companion_names:
        return {}
    try:
        names = read_companions(typed, party_size)
    except ValueError as wrong:
        raise Refused(str(wrong), field="companions") from wrong
    kept = kept_extras(extras)
    if names == kept.get("companions", []):
        return {}
    return {"extras": json.dumps({**kept, "companions": names}, ensure_ascii=False)}

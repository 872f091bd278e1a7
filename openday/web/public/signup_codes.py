"""The page on which the codes are typed that were sent to telephones, where an occurrence asks for them."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from openday.errors import Refused, TooMany
from openday.queries.registrations import SignupSheet
from openday.rules.phone import normalise_phone
from openday.rules.phone_code import numbers_to_prove
from openday.rules.signup_answers import guardian_phone
from openday.services.challenge_steps import SpentBefore
from openday.services.phone_codes import Sending, send_codes
from openday.web.challenge import FIELD, challenge_over, challenge_passed
from openday.web.forms.phone_codes import PhoneCodeForm, sent_codes
from openday.web.forms.signup_further import sent_extras
from openday.web.forms.texts import put_problem
from openday.web.pages import language
from openday.web.public.signup_pages import PURPOSE, carried_fields, check_page

_NO_GATEWAY = "本站现在不能发送短信，请致电举办单位报名"
_AGAIN = "这一页打开的时间较长，现已更新，请再点一次按钮"


def send_and_ask(sheet: SignupSheet) -> ResponseReturnValue:
    """Send the codes that this form needs, and ask for them. The answers are acceptable, as the caller has seen."""
    sent = request.form
    try:
        if not current_app.config["SETTINGS"].sends_sms:
            raise Refused(_NO_GATEWAY)
        effort = challenge_passed(sent, PURPOSE) if FIELD in sent else None
        code = sheet.occasion.code
        sendings = send_codes(code, sent.get("phone", ""), sent_extras(), effort=effort, language=language())
    except (Refused, TooMany) as refused:
        return _stay(sheet, refused.message, refused.status)
    except SpentBefore as spent:
        challenge_over()
        return _stay(sheet, _AGAIN, spent.status)
    if any(sending.sent for sending in sendings):
        challenge_over()
    return code_page(sheet, sendings=sendings)


def _stay(sheet: SignupSheet, problem: str, status: int) -> ResponseReturnValue:
    """The page from which the codes were asked for, with what was in the way."""
    if sent_codes():
        return code_page(sheet, {"": problem}, status)
    return check_page(sheet, problem, status)


def code_page(
    sheet: SignupSheet, problems: Mapping[str, str] | None = None, status: int = 200, sendings: Sequence[Sending] = ()
) -> tuple[str, int]:
    """Ask for the codes; `problems` say what was wrong with those that came ('' = with none of them)."""
    typed: Any = {name: text[:20] for name, text in sent_codes().items()} if problems else {}
    form = PhoneCodeForm(data=typed)
    for field, message in (problems or {}).items():
        put_problem(form, field or None, message)
    page = render_template(
        "public/registration_code.html",
        sheet=sheet,
        purpose=PURPOSE,
        form=form,
        numbers=_numbers(sheet),
        sendings={sending.field: sending for sending in sendings},
        carried=carried_fields(),
        outcome="invalid" if problems else "code",
    )
    return page, status


def _numbers(sheet: SignupSheet) -> dict[str, str]:
    phone = normalise_phone(request.form.get("phone", ""))
    return numbers_to_prove(phone, guardian_phone(sheet.occasion.form, sent_extras()))

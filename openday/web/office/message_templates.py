"""The office words its messages to residents: whose text holds, editing with a preview, back to the house's text."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday.documents.letters import LetterText, Wording, filled_in
from openday.errors import ChangedByAnother, Refused
from openday.queries import message_templates as queries
from openday.queries.message_templates import Standing
from openday.rules.message_wordings import Family, SmsLength, WordingKind, for_people, languages_of, samples, sms_length
from openday.rules.permissions import Role
from openday.services import message_templates as services
from openday.web.access import open_to, the_actor
from openday.web.forms.message_templates import WordingForm, wording_form
from openday.web.forms.texts import put_problem
from openday.web.office.blueprint import bp
from openday.web.pages import absolute_url

_ONE = "/messages/templates/<kind>/<language>"
_CODE = "7m2kx9rq4tbe6wvz3hgnpa8ydc5s"


@bp.get("/messages/templates")
@open_to(Role.OFFICER, Role.ADMIN)
def message_template_list() -> ResponseReturnValue:
    """Every kind of message to residents, what it is for, and whose text holds."""
    lines = queries.wording_lines(the_actor())
    families = [(family, [line for line in lines if line.kind.family is family]) for family in Family]
    return render_template("office/message_template_list.html", families=families)


@bp.get(_ONE)
@open_to(Role.OFFICER, Role.ADMIN)
def message_template_edit(kind: str, language: str) -> ResponseReturnValue:
    """The text that holds, to be changed, with what it looks like."""
    found, standing = queries.wording_standing(the_actor(), kind, language)
    return _page(found, standing, wording_form(found, standing), standing.wording)


@bp.post(_ONE)
@open_to(Role.OFFICER, Role.ADMIN)
def message_template_save(kind: str, language: str) -> ResponseReturnValue:
    """Keep the text, or only show what it looks like."""
    found, standing = queries.wording_standing(the_actor(), kind, language)
    form = WordingForm()
    if not form.validate_on_submit():
        return _page(found, standing, form, None, 422)
    try:
        shown = Wording(*services.check_wording(kind, form.worded()))
        if request.form.get("act") == "preview":
            return _page(found, standing, form, shown)
        services.change_wording(the_actor(), kind, language, form.worded())
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _page(found, standing, form, None, 422)
    except ChangedByAnother as changed:
        return _overtaken(kind, language, form, changed)
    flash("文字已保存，几秒钟内开始使用；已经发出和待发的消息不变。", "done")
    return redirect(url_for("office.message_template_list"), code=303)


@bp.post(f"{_ONE}/restore")
@open_to(Role.OFFICER, Role.ADMIN)
def message_template_restore(kind: str, language: str) -> ResponseReturnValue:
    """Give the own text up."""
    try:
        services.restore_wording(the_actor(), kind, language, request.form.get("seen", ""))
    except ChangedByAnother as changed:
        flash(changed.message, "error")
        return redirect(url_for("office.message_template_edit", kind=kind, language=language), code=303)
    flash("已恢复，几秒钟内开始使用。", "done")
    return redirect(url_for("office.message_template_list"), code=303)


def _overtaken(kind: str, language: str, form: WordingForm, changed: ChangedByAnother) -> ResponseReturnValue:
    """What was typed stays, beside what somebody else has written meanwhile; saving again replaces theirs knowingly."""
    found, standing = queries.wording_standing(the_actor(), kind, language)
    put_problem(form, None, changed.message)
    form.seen.raw_data, form.seen.data = None, standing.stamp
    return _page(found, standing, form, None, changed.status, theirs=standing.wording)


def _page(
    kind: WordingKind,
    standing: Standing,
    form: WordingForm,
    shown: Wording | None,
    status: int = 200,
    theirs: Wording | None = None,
) -> ResponseReturnValue:
    letter, sms = _looks_like(kind, standing.language, shown) if shown else (None, None)
    page = render_template(
        "office/message_template_edit.html",
        kind=kind,
        standing=standing,
        form=form,
        letter=letter,
        sms=sms,
        theirs=Wording(for_people(kind, theirs.subject), for_people(kind, theirs.body)) if theirs else None,
        languages=languages_of(kind),
        places=_places(kind, standing.language),
        house=queries.house_text(kind, standing.language),
    )
    return page, status


def _places(kind: WordingKind, language: str) -> list[dict[str, object]]:
    examples = _examples(kind, language)
    return [
        {"label": f"{{{kind.label_of(name)}}}", "sample": examples[name].strip(), "needed": name in kind.needed}
        for name in kind.places
    ]


def _examples(kind: WordingKind, language: str) -> dict[str, str]:
    """What the preview fills in; links as long as this site's, because every character of an SMS counts."""
    ticket, page = absolute_url("public.ticket_show", code=_CODE), absolute_url("public.activity", code=_CODE[:10])
    links = {"link": ticket, "page": page, "calendar": f"{page}/calendar.ics"}
    return {name: links.get(name, text) for name, text in samples(kind, language).items()}


def _looks_like(kind: WordingKind, language: str, wording: Wording) -> tuple[LetterText, SmsLength]:
    letter = filled_in(wording, _examples(kind, language))
    return letter, sms_length(letter.body)

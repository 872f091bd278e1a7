"""公示: whether an occurrence publishes the masked names of those who get in."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, Refused
from openday.queries import activities as queries
from openday.queries.activities import OccurrenceDetail
from openday.queries.published_names import names_setting
from openday.rules.permissions import Right, Role
from openday.rules.published_names import OUT_FOR_DAYS
from openday.services.published_names import set_published_names
from openday.web.access import open_to, the_actor
from openday.web.forms.published_names import NamesForm
from openday.web.forms.texts import put_problem
from openday.web.office.blueprint import bp


@bp.get("/occurrences/<code>/names")
@open_to(Role.OFFICER)
def occurrence_names(code: str) -> ResponseReturnValue:
    """How it is set, and what it would mean."""
    found = _managed(code)
    setting = names_setting(code)
    return _page(found, NamesForm(formdata=None, publish="yes" if setting.publish else "no", basis=setting.basis))


@bp.post("/occurrences/<code>/names")
@open_to(Role.OFFICER)
def occurrence_names_save(code: str) -> ResponseReturnValue:
    """Set it."""
    found, form = _managed(code), NamesForm()
    if not form.validate_on_submit():
        return _page(found, form, 422)
    try:
        publish, basis = form.publish.data == "yes", form.basis.data or ""
        changed = set_published_names(the_actor(), code, publish=publish, basis=basis)
    except (Refused, Conflict) as refused:
        put_problem(form, refused.field or "publish", refused.message)
        return _page(found, form, refused.status)
    flash("公示设置已保存。" if changed else "没有改动。", "done" if changed else "info")
    return redirect(url_for("office.publication_show", code=found.activity_code), code=303)


def _managed(code: str) -> OccurrenceDetail:
    return queries.occurrence_detail(the_actor(), Right.PUBLICATION_MANAGE, code, clock.now())


def _page(found: OccurrenceDetail, form: NamesForm, status: int = 200) -> ResponseReturnValue:
    setting = names_setting(found.row.code)
    return render_template(
        "office/occurrence_names.html", found=found, form=form, setting=setting, days=OUT_FOR_DAYS
    ), status

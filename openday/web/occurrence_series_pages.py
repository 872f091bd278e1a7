"""Several occurrences at once, from the days that the plan's time proposes: the same for the agency and the office.

`template` is the page of the agency or of the office.
"""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Refused
from openday.queries.occurrence_series import occurrence_series
from openday.services.occurrences import propose_occurrences
from openday.web.access import the_actor
from openday.web.forms.occurrence_series import series_form


def show_series(template: str, code: str) -> ResponseReturnValue:
    """The days, to be ticked."""
    series = occurrence_series(the_actor(), code, clock.now())
    return render_template(template, series=series, form=series_form(series))


def propose_series(template: str, code: str, *, told: str, back: str) -> ResponseReturnValue:
    """Propose all the chosen days at once, or only show one more line of quotas. `told` says what was done, with a
    place for {count}; `back` is where one goes then."""
    series = occurrence_series(the_actor(), code, clock.now())
    form, status = series_form(series), 200
    if request.form.get("act") == "row":
        form.add_row()
    elif not form.validate_on_submit():
        status = 422
    else:
        try:
            codes = propose_occurrences(the_actor(), code, form.schedules(), form.seating())
        except Refused as refused:
            form.put(refused)
            status = 422
        else:
            flash(told.format(count=len(codes)), "done")
            return redirect(back, code=303)
    return render_template(template, series=series, form=form), status

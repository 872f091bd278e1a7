"""The paper list typed back, and who did not come."""

from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict
from openday.queries import door as queries
from openday.rules.door import Ticked
from openday.rules.permissions import Role
from openday.services.checkin import admit_ticked
from openday.web.access import open_to, the_actor
from openday.web.desk.blueprint import bp
from openday.web.desk.pages import private_page
from openday.web.forms.door import TickForm
from openday.web.forms.texts import put_problem


@bp.get("/occurrences/<code>/ticks")
@open_to(Role.DESK, Role.FILER)
def tick_sheet(code: str) -> ResponseReturnValue:
    """A field for the numbers that were ticked on paper."""
    return _page(code, TickForm(formdata=None))


@bp.post("/occurrences/<code>/ticks")
@open_to(Role.DESK, Role.FILER)
def tick_sheet_admit(code: str) -> ResponseReturnValue:
    """Let them in, and say line by line what became of it; sent again, nothing is counted twice."""
    form = TickForm()
    if not form.validate():
        return _page(code, form, status=422)
    try:
        done = admit_ticked(the_actor(), code, form.ticks())
    except Conflict as closed:
        put_problem(form, None, closed.message)
        return _page(code, form, status=closed.status)
    return _page(code, TickForm(formdata=None), done=done)


def _page(code: str, form: TickForm, *, done: list[Ticked] | None = None, status: int = 200) -> ResponseReturnValue:
    here = queries.door_at(the_actor(), code)
    over = clock.now() > here.ends_at
    absent = [party for party in queries.door_list(here) if not party.attended] if over else []
    return private_page("desk/tick_sheet.html", status, door=here, form=form, done=done or [], over=over, absent=absent)

"""People who come without having signed up."""

from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, Refused
from openday.queries import door as queries
from openday.queries.door import Door
from openday.rules.permissions import Role
from openday.services import walk_ins
from openday.web.access import open_to, the_actor
from openday.web.desk.blueprint import bp
from openday.web.desk.pages import gate_of, let_in, private_page
from openday.web.forms.door import WalkInForm, read_people
from openday.web.forms.texts import put_problem


@bp.get("/occurrences/<code>/walk-ins")
@open_to(Role.DESK, Role.FILER)
def walk_in_new(code: str) -> ResponseReturnValue:
    """How many; name and telephone number only if they like."""
    return _form(queries.door_at(the_actor(), code), WalkInForm())


@bp.post("/occurrences/<code>/walk-ins")
@open_to(Role.DESK, Role.FILER)
def walk_in_admit(code: str) -> ResponseReturnValue:
    """Let them in while there is room."""
    here, form = queries.door_at(the_actor(), code), WalkInForm()
    try:
        if not form.validate():
            return _form(here, form, 422)
        done = walk_ins.admit_walk_in(the_actor(), code, form.walk_in(), gate=gate_of(here))
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _form(here, form, 422)
    except Conflict as conflict:
        put_problem(form, None, conflict.message)
        return _form(here, form, conflict.status, conflict.outcome)
    who = "这个手机号码在名单上，没有重复登记。"
    return let_in(here, done, who, announced=read_people(form.people.data or ""))


def _form(here: Door, form: WalkInForm, status: int = 200, outcome: str = "") -> ResponseReturnValue:
    return private_page(
        "desk/walk_in_new.html",
        status,
        door=here,
        form=form.with_key(),
        closed=here.closed(clock.now()),
        outcome=outcome or ("invalid" if status == 422 else ""),
    )

"""Who of the agency's desk staff works the door of an occurrence."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from openday.errors import Refused
from openday.queries.door import Door, door_at
from openday.queries.door_staff import desk_people
from openday.rules.permissions import Right, Role
from openday.services.door_staff import assign_door_staff
from openday.web.access import open_to, the_actor
from openday.web.agency.blueprint import bp
from openday.web.forms.door import DoorStaffForm
from openday.web.forms.texts import put_problem


@bp.get("/occurrences/<code>/door-staff")
@open_to(Role.FILER, Role.REVIEWER)
def door_staff(code: str) -> ResponseReturnValue:
    """The agency's desk staff, those assigned ticked."""
    door = door_at(the_actor(), code, Right.DESK_ASSIGN)
    return _page(door, DoorStaffForm(formdata=None))


@bp.post("/occurrences/<code>/door-staff")
@open_to(Role.FILER, Role.REVIEWER)
def door_staff_save(code: str) -> ResponseReturnValue:
    """Assign exactly those who are ticked."""
    door, form = door_at(the_actor(), code, Right.DESK_ASSIGN), DoorStaffForm()
    try:
        if not form.validate():
            raise Refused("请从列表中选择签到人员", field="people")
        assign_door_staff(the_actor(), code, frozenset(form.people.data or ()))
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _page(door, form, 422)
    flash("签到人员已保存，立即生效。", "done")
    return redirect(url_for("agency.door_staff", code=code), code=303)


def _page(door: Door, form: DoorStaffForm, status: int = 200) -> ResponseReturnValue:
    people = desk_people(door)
    if status == 200:
        form.people.data = [person.id for person in people if person.assigned]
    return render_template("agency/door_staff.html", door=door, people=people, form=form.offer(people)), status

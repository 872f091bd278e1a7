"""The door without a network: the page that a device keeps, the list it takes along, and what it hands in again."""

from contextlib import suppress

from flask import current_app, jsonify, redirect, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from openday import clock
from openday.errors import Conflict, Refused
from openday.queries import door as queries
from openday.queries import door_packs
from openday.rules.offline_door import Scan, read_scans
from openday.rules.permissions import Right, Role
from openday.services import offline_door
from openday.web.access import open_to, the_actor
from openday.web.desk.blueprint import bp
from openday.web.desk.pages import gate_of, private_page


@bp.get("/occurrences/<code>/offline")
@open_to(Role.DESK, Role.FILER)
def door_offline(code: str) -> ResponseReturnValue:
    """The page that works without a network once the list was taken along; it holds nobody's data itself."""
    here = queries.door_at(the_actor(), code)
    return private_page(
        "desk/door_offline.html", door=here, closed=here.cancelled or here.postponed, gate=gate_of(here)
    )


@bp.get("/occurrences/<code>/packs")
@open_to(Role.DESK, Role.FILER, Role.OFFICER)
def pack_list(code: str) -> ResponseReturnValue:
    """Which devices took the list along."""
    here = queries.door_at(the_actor(), code, Right.CHECK_IN, Right.REGISTRATION_MANAGE)
    return private_page("desk/pack_list.html", door=here, packs=door_packs.packs_of(here), now=clock.now())


@bp.post("/occurrences/<code>/packs")
@open_to(Role.DESK, Role.FILER)
def pack_take(code: str) -> ResponseReturnValue:
    """The list for one device, as JSON."""
    pack = offline_door.take_pack(the_actor(), code, request.form.get("gate", ""))
    answer = jsonify(
        device_key=pack.device_key,
        hash_key=pack.hash_key,
        gate=pack.gate,
        taken_at=pack.taken_at,
        opens_at=pack.opens_at,
        expires_at=pack.expires_at,
        parties=pack.parties,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer, 201


@bp.post("/occurrences/<code>/packs/<int(max=2147483647):pack_id>/revoke")
@open_to(Role.DESK, Role.FILER, Role.OFFICER)
def pack_revoke(code: str, pack_id: int) -> ResponseReturnValue:
    """A device was lost, or is no longer needed."""
    with suppress(Conflict):  # then it is withdrawn, which is what was wanted
        offline_door.revoke_pack(the_actor(), code, pack_id)
    return redirect(url_for("desk.pack_list", code=code), code=303)


@bp.post("/occurrences/<code>/scans")
@open_to(Role.DESK, Role.FILER)
def scan_hand_in(code: str) -> ResponseReturnValue:
    """A batch of scans made without a network; one answer per scan, whatever number of times it is sent."""
    device_key, sent_at, scans = _batch(request.form)
    results = offline_door.hand_in(the_actor(), code, device_key, sent_at, scans)
    return jsonify(results=[{"key": r.key, "answer": r.answer, "text": r.text, "name": r.name} for r in results])


def _batch(form: MultiDict[str, str]) -> tuple[str, int, list[Scan]]:
    """Key of the device, its clock when it sent, and its scans."""
    sent_at = form.get("sent_at", "")
    if not (sent_at.isascii() and sent_at.isdigit() and len(sent_at) <= 15):
        raise Refused("签到记录不完整")
    try:
        return form.get("device_key", "")[:100], int(sent_at), read_scans(form.getlist("scan"))
    except ValueError as wrong:
        raise Refused(str(wrong)) from wrong


@bp.get("/service-worker.js")
@open_to(Role.DESK, Role.FILER)
def service_worker() -> ResponseReturnValue:
    """The script that serves the kept page without a network; its address bounds what it may serve: /desk/."""
    answer = send_from_directory(f"{current_app.root_path}/static/worker", "door.js", mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/occurrences/<code>/manifest.webmanifest")
@open_to(Role.DESK, Role.FILER)
def door_manifest(code: str) -> ResponseReturnValue:
    """What a phone needs to put the door onto its home screen."""
    here = queries.door_at(the_actor(), code)
    start = url_for("desk.door_offline", code=here.code)
    icon = {"src": current_app.jinja_env.globals["asset_url"]("favicon.svg"), "sizes": "any", "type": "image/svg+xml"}  # type: ignore[operator]
    answer = jsonify(
        name=f"签到：{here.theme}",
        short_name="签到",
        start_url=start,
        scope=start,
        display="standalone",
        background_color="#14171a",
        theme_color="#14171a",
        icons=[icon],
    )
    answer.mimetype = "application/manifest+json"
    return answer

"""The office's first page, and the tables behind it: coverage, clashes, the year in weeks."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from openday import clock
from openday.queries import board as queries
from openday.queries import clashes as clash_queries
from openday.queries import coverage_page as coverage_queries
from openday.queries import year_strip as year_queries
from openday.queries.coverage_page import SHOWS, SORTS, Wanted
from openday.queries.firming_up import plans_to_firm_up
from openday.queries.message_batches import waiting_batches
from openday.queries.topic_lists import topics_waiting
from openday.rules.clashes import ClashKind
from openday.rules.firming_up import REMIND_BEFORE
from openday.rules.permissions import Role
from openday.services.working_days import FIRST_YEAR, LAST_YEAR
from openday.web.access import open_to, the_actor
from openday.web.forms.reviews import number_of
from openday.web.forms.texts import one_line
from openday.web.links import address_of
from openday.web.office.blueprint import bp


@bp.get("/")
@open_to(Role.OFFICER)
def board() -> ResponseReturnValue:
    """What needs action, how the year is filled, how far the open call has come, what clashes, what happened last."""
    args = request.args
    found = queries.office_board(
        the_actor(), clock.now(), call_id=number_of(args, "call"), place_id=number_of(args, "place")
    )
    firm_up = plans_to_firm_up(the_actor(), clock.now(), within=REMIND_BEFORE)
    return render_template(
        "office/board.html", board=found, firm_up=firm_up, topics=topics_waiting(the_actor()),
        batches=waiting_batches(the_actor(), clock.now()), kept=_kept(),
        today=clock.today(), address_of=address_of,
    )  # fmt: skip


@bp.get("/coverage")
@open_to(Role.OFFICER)
def board_coverage() -> ResponseReturnValue:
    """Every agency before a call: sorted, narrowed, by pages."""
    args = request.args
    wanted = Wanted(
        show=args["show"] if args.get("show") in SHOWS else "missing",
        search=one_line(args.get("q"))[:50],
        sort=args["sort"] if args.get("sort") in SORTS else "due",
        descending=args.get("order") == "desc",
        page=number_of(args, "page") or 1,
    )
    found = coverage_queries.coverage_page(
        the_actor(), clock.now(), wanted, call_id=number_of(args, "call"), place_id=number_of(args, "place")
    )
    sorting = {"sort": wanted.sort, "order": "desc" if wanted.descending else "asc"} if "sort" in args else {}
    return render_template("office/board_coverage.html", found=found, kept=_kept(), sorting=sorting)


@bp.get("/clashes")
@open_to(Role.OFFICER)
def board_clashes() -> ResponseReturnValue:
    """Every clash from today on, with what to do about it."""
    args = request.args
    kind = ClashKind(args["kind"]) if args.get("kind") in set(ClashKind) else None
    certain = args.get("only") == "certain"
    found = clash_queries.clash_page(
        the_actor(), clock.today(), place_id=number_of(args, "place"), kind=kind, certain=certain,
        page=number_of(args, "page") or 1,
    )  # fmt: skip
    return render_template("office/board_clashes.html", found=found, kind=kind, certain=certain, kept=_kept())


@bp.get("/year")
@open_to(Role.OFFICER)
def board_year() -> ResponseReturnValue:
    """A year in weeks, and one week of it."""
    args = request.args
    year = number_of(args, "year") or clock.today().year
    found = year_queries.year_page(
        the_actor(),
        min(max(year, FIRST_YEAR), LAST_YEAR),
        place_id=number_of(args, "place"),
        week=number_of(args, "week"),
        campaign_month=number_of(args, "campaign"),
    )
    return render_template("office/board_year.html", found=found, kept=_kept(), today=clock.today())


def _kept() -> dict[str, int]:
    """The place and the call of the address, for the links of the page."""
    found = {name: number_of(request.args, name) for name in ("place", "call")}
    return {name: value for name, value in found.items() if value}

"""The tree of places as an office sees it: where it looks, the way down to it, and what lies below.

Each level keeps its own record (备案): a plan waits for the nearest office above its agency, see
docs/decisions/009-each-level-keeps-its-own-record.md.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from openday.db import session
from openday.errors import NotFound
from openday.models.people import Agency, Jurisdiction, User, UserRole
from openday.rules.permissions import Actor, Right, Role, Subject, can


@dataclass(frozen=True)
class Place:
    """One jurisdiction; `staffed` says whether it has an office of its own."""

    id: int
    name: str
    path: str
    staffed: bool = False

    @property
    def level(self) -> str:
        """街道, or the last word of the name: 省 市 区 县 镇 乡."""
        return "街道" if self.name.endswith("街道") else self.name[-1:]


@dataclass(frozen=True)
class PlaceView:
    """Where an officer looks: `trail` leads down to it from their own place, `children` lie right below it, and `all`
    holds the whole subtree and the places above by path."""

    here: Place
    trail: tuple[Place, ...]
    children: tuple[Place, ...]
    all: dict[str, Place]

    def below(self, *, own_level: bool = False) -> ColumnElement[bool]:
        """A condition on `Agency`: those of this place and below; with `own_level` only those for which no office
        stands nearer than the one that looks."""
        inside = [place for place in self.all.values() if place.path.startswith(self.here.path)]
        if own_level:
            nearer = [place.path for place in inside if place.staffed and place.path != self.here.path]
            inside = [place for place in inside if not place.path.startswith(tuple(nearer))]
            return Agency.jurisdiction_id.in_([place.id for place in inside])
        under = Jurisdiction.path.startswith(self.here.path, autoescape=True)
        return Agency.jurisdiction_id.in_(select(Jurisdiction.id).where(under))

    def child_of(self, path: str) -> Place:
        """The child under which a place lies; the place itself when it lies under none of them."""
        if path == self.here.path:
            return self.here
        step = path[len(self.here.path) :].split("/", 1)[0]
        return self.all.get(f"{self.here.path}{step}/", self.here)

    def chain(self, path: str) -> tuple[tuple[str, int], ...]:
        """(level, id) of a place and of those above it, the nearest first."""
        steps = path.strip("/").split("/")
        above = ("/" + "/".join(steps[:depth]) + "/" for depth in range(len(steps), 0, -1))
        return tuple((place.level, place.id) for each in above if (place := self.all.get(each)))


def place_view(actor: Actor, place_id: int | None = None, right: Right = Right.PLAN_READ) -> PlaceView:
    """The place that an address names, by default the person's own; one query.

    Raises:
        NotFound: there is no such place within reach.
    """
    staff = (
        select(User.jurisdiction_id)
        .join(UserRole, UserRole.user_id == User.id)
        .where(User.active, UserRole.role == Role.OFFICER.value)
        .scalar_subquery()
    )
    rows = session().execute(select(Jurisdiction, Jurisdiction.id.in_(staff).label("staffed")))
    places = {row.path: Place(row.id, row.name, row.path, bool(staffed)) for row, staffed in rows}
    own = actor.jurisdiction_path
    here = places.get(own) if place_id is None else next((p for p in places.values() if p.id == place_id), None)
    if here is None or not can(actor, right, Subject(jurisdiction_path=here.path)):
        raise NotFound()
    seen = {
        path: place
        for path, place in places.items()
        if path.startswith(here.path) or here.path.startswith(path) or own.startswith(path)
    }
    trail = tuple(
        place
        for path, place in sorted(seen.items(), key=lambda each: len(each[0]))
        if here.path.startswith(path) and path.startswith(own)
    )
    children = [
        place
        for path, place in seen.items()
        if path.startswith(here.path) and path.count("/") == here.path.count("/") + 1
    ]
    return PlaceView(here, trail, tuple(sorted(children, key=lambda place: place.id)), seen)

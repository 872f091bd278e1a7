"""The list of those invited to one occurrence: written to when it opens; one cannot come, two have not answered."""

from collections.abc import Callable, Sequence

from sqlalchemy import select

from openday.db import session
from openday.models.occurrences import Occurrence
from openday.models.registrations import Invitee
from openday.rules.permissions import Actor
from openday.services import invitations
from openday.services.registrations import SignUp

_NOT_COMING = invitations.NewInvitee("何敏", "he.min@example.org", 2)
_SILENT = (
    invitations.NewInvitee("罗建国", "luo.jianguo@example.org", 2),
    invitations.NewInvitee("苏晓燕", "13800009902"),
)


def invite(filer: Actor, occurrence: str, wishes: Sequence[SignUp], ticket_url: Callable[[str], str]) -> None:
    """Invite everybody who will come, and three more."""
    coming = [invitations.NewInvitee(wish.name, wish.phone, wish.party_size) for wish in wishes]

    def url(code: str) -> str:
        return ticket_url(code).replace("/tickets/", "/invited/")

    invitations.add_invitees(filer, occurrence, (*coming, _NOT_COMING, *_SILENT), tell=True, url=url)


def decline_one(occurrence: str) -> None:
    """The one who cannot come says so."""
    rows = session().scalars(
        select(Invitee).join(Occurrence, Occurrence.id == Invitee.occurrence_id).where(Occurrence.code == occurrence)
    )
    code = next(row.code for row in rows if row.contact == _NOT_COMING.contact)
    invitations.decline_invitation(code)

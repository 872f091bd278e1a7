"""What people read who signed up where somebody, or a ballot, decides afterwards."""

from flask_babel import gettext as _

from openday.queries.registrations import Occasion
from openday.web.public import cards


def what_follows(occasion: Occasion) -> str:
    """What becomes of an application and when, in the visitor's language; '' where seats are given at once."""
    if not occasion.decides_later:
        return ""
    if not occasion.ballot:
        return str(_("报名后由举办单位审核，结果逐一通知。"))
    until = cards.moment(occasion.facts.ends)
    return str(_("报名于%(until)s截止，截止后公开摇号，结果逐一通知。", until=until))

"""What narrows the public calendar; a GET form, so it holds no token."""

from flask_babel import lazy_gettext as _
from wtforms import Form, HiddenField, SelectField, StringField

from openday.rules.states import SignupMode
from openday.web.forms.texts import choice

LONGEST = 100


class CalendarFilter(Form):
    """Sign-up mode, agency (only while there are few enough to choose from) and words; month and view are carried."""

    q = StringField(_("活动、单位或地点"))
    agency = SelectField(_("举办单位"), validate_choice=False)
    mode = SelectField(_("报名方式"), validate_choice=False)
    month = HiddenField()
    view = HiddenField()

    def offer(self, agencies: list[tuple[str, str]]) -> None:
        """Fill in the choices; `agencies` are (slug, name) pairs."""
        self.agency.choices = [("", _("全部单位")), *(choice(slug, name) for slug, name in agencies)]
        labels = {
            SignupMode.FIRST_COME: _("网上报名，先到先得"),
            SignupMode.REVIEW: _("网上报名，审核后通知"),
            SignupMode.BALLOT: _("网上报名，公开摇号"),
            SignupMode.OPEN_DOOR: _("无需报名"),
            SignupMode.INVITATION: _("定向邀请"),
            SignupMode.CLOSED: _("不公开报名"),
        }
        self.mode.choices = [("", _("全部方式")), *((mode.value, label) for mode, label in labels.items())]

"""Where to write to when an activity's time is fixed or changes."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired

from openday.services.watches import WatchWish
from openday.web.forms.texts import one_line


class WatchForm(FlaskForm):
    """One address and the consent; what counts as an address is for the use-case to say."""

    address = StringField("电子邮箱", [DataRequired("请填写接收通知的地址")], filters=[one_line])
    consent = BooleanField("同意", [DataRequired("请勾选同意后再提交")])

    def wish(self) -> WatchWish:
        """What was typed."""
        return WatchWish(address=self.address.data or "", consent=bool(self.consent.data))

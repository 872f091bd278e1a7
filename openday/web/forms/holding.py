"""A change that tells many people: its form may keep what they are told back until the office has read it."""

from flask_wtf import FlaskForm
from wtforms import BooleanField


class HoldingForm(FlaskForm):
    """The box that keeps the messages back."""

    hold = BooleanField("通知先存入待发，审阅后再发")

    @property
    def holds(self) -> bool:
        """Whether the messages wait in a batch."""
        return bool(self.hold.data)

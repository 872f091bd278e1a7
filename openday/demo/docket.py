"""What residents say, and what becomes of it."""

from datetime import timedelta

from sqlalchemy import func, select

from openday.db import session
from openday.demo.stories import Voice
from openday.demo.telling import Cast, Stage
from openday.demo.timeline import office_hour
from openday.models.aftermath import Suggestion, SuggestionEvent
from openday.rules.states import SuggestionStatus
from openday.services import suggestions

_PATH = (
    SuggestionStatus.RECEIVED,
    SuggestionStatus.OPEN,
    SuggestionStatus.DRAFTED,
    SuggestionStatus.AGENCY_APPROVED,
    SuggestionStatus.ANSWERED,
)
_STEPS_AFTER = (0, 1, 3, 4, 5)
"""Days from the receipt to each station of the path."""


class Docket:
    """One suggestion under way."""

    def __init__(
        self, stage: Stage, voice: Voice, number: int, cast: Cast, agency_id: int, moved_to: int | None
    ) -> None:
        self.stage, self.voice, self.number, self.cast = stage, voice, number, cast
        self.agency_id, self.moved_to = agency_id, moved_to
        self.id = 0

    def begin(self) -> None:
        """Note the receipt and every step up to the state that the voice names."""
        state = SuggestionStatus(self.voice.state)
        received = self.stage.timeline.now - timedelta(days=self.voice.ago, hours=1 + self.number % 5)
        self.stage.timeline.at(received, self._leave)
        if state is SuggestionStatus.REMOVED:
            self.stage.timeline.at(office_hour(received + timedelta(days=1), 9, 20), self._remove)
            return
        acts = (self._accept, self._draft, self._approve, self._publish)
        for act, after in list(zip(acts, _STEPS_AFTER[1:], strict=True))[: _PATH.index(state)]:
            self.stage.timeline.at(office_hour(received + timedelta(days=after), 9 + after, 10 + self.number), act)

    def _leave(self) -> None:
        voice = self.voice
        phone = f"1380000{9000 + self.number}" if voice.name else ""
        receipt = suggestions.leave_suggestion(
            suggestions.NewSuggestion(
                text=voice.text,
                agency_id=self.agency_id,
                activity=self.stage.activities.get(voice.theme, ""),
                name=voice.name,
                phone=phone,
                consent=True,
                key=f"demonstration-{self.number}",
            )
        )
        self.id = session().scalars(select(Suggestion.id).where(Suggestion.receipt == receipt)).one()

    def _stamp(self) -> int:
        newest = select(func.max(SuggestionEvent.id)).where(SuggestionEvent.suggestion_id == self.id)
        return session().scalar(newest) or 0

    def _accept(self) -> None:
        if self.moved_to is not None:
            suggestions.reassign_suggestion(self.stage.second_officer, self.id, self._stamp(), self.moved_to)
        suggestions.accept_suggestion(self.stage.second_officer, self.id, self._stamp())

    def _remove(self) -> None:
        suggestions.remove_suggestion(self.stage.second_officer, self.id, self._stamp(), self.voice.reason)

    def _draft(self) -> None:
        reply = suggestions.Reply(self.voice.reply, self.voice.adoption, self.voice.reason)
        suggestions.draft_reply(self.cast.filer, self.id, self._stamp(), reply)

    def _approve(self) -> None:
        if self.cast.reviewer is not None:
            suggestions.approve_reply(self.cast.reviewer, self.id, self._stamp())

    def _publish(self) -> None:
        officer, link = self.stage.second_officer, self.stage.receipt_url
        suggestions.publish_reply(officer, self.id, self._stamp(), link)

"""The one tree of errors that the layers speak; the web layer holds one handler per class.

Every `message` is a Chinese sentence for the person who did it. `field` names the form field it belongs to.
"""


class OpenDayError(Exception):
    """Base of everything that is answered with a page rather than a traceback."""

    status = 500
    outcome = "error"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class SettingsError(OpenDayError):
    """A setting is missing or wrong; start-up ends with this line."""


class Refused(OpenDayError):
    """Understood, but not acceptable as it is: nothing was changed (422)."""

    status = 422
    outcome = "invalid"


class NotFound(OpenDayError):
    """Not there, or not yours: both look the same (404)."""

    status = 404
    outcome = "not-found"

    def __init__(self, message: str = "没有找到这个页面。地址可能不完整，内容也可能已经撤下，请从首页查找。") -> None:
        super().__init__(message)


class Forbidden(OpenDayError):
    """Seen, but this person may not do this (403)."""

    status = 403
    outcome = "forbidden"


class Conflict(OpenDayError):
    """The world has moved on: full, duplicate, closed or changed by another (409)."""

    status = 409
    outcome = "conflict"


class Full(Conflict):
    """Not enough seats, and no waitlist to stand on."""

    outcome = "full"


class Duplicate(Conflict):
    """The same thing is there already."""

    outcome = "duplicate"


class Closed(Conflict):
    """Not open yet, or over."""

    outcome = "closed"


class ChangedByAnother(Conflict):
    """Somebody else saved or decided first; the loser is told and keeps their text."""

    outcome = "changed"


class TooMany(OpenDayError):
    """Slow down (429). `retry_after` is in seconds."""

    status = 429
    outcome = "slow-down"

    def __init__(self, message: str, *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StoreAway(OpenDayError):
    """The database does not answer (503 + Retry-After); the same idempotency key later gives the definite answer."""

    status = 503
    outcome = "unavailable"

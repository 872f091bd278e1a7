"""Forms that come as JSON: an object whose values are what somebody might have typed, as text.

Forms expect text. A number or a list in its place, or half of a surrogate pair, which a form cannot carry, would
otherwise get as far as code that was written for text.
"""

from typing import Any

from flask import Request, current_app
from werkzeug.exceptions import BadRequest

_TRUTH = {True: "true", False: "false"}


class FieldsRequest(Request):
    """A request whose JSON body is read as the fields of a form, and which may be larger where files come in."""

    @property
    def max_content_length(self) -> int | None:
        """The installation's limit, or what the view says with `takes_files`; known before anything is read."""
        view = current_app.view_functions.get(self.endpoint or "")
        return getattr(view, "largest_upload", None) or super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The fields by name: a text, or a list of texts where there are several; null is left out.

        Raises:
            BadRequest: not JSON, or not an object of plain values.
        """
        try:
            body = super().get_json(force, silent, cache)
        except RecursionError as deep:
            raise BadRequest() from deep
        if not isinstance(body, dict):
            raise BadRequest()
        return {_whole(name): _typed(value) for name, value in body.items() if value is not None}


def _typed(value: Any) -> str | list[str]:
    return [_text(each) for each in value] if isinstance(value, list) else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _TRUTH[value]
    if isinstance(value, int | float | str):
        return _whole(str(value))
    raise BadRequest()


def _whole(text: str) -> str:
    """Text without halves of surrogate pairs, as a form would bring it."""
    return text.encode("utf-8", "replace").decode()

"""Addresses that use-cases put into messages and calendars, and links to pages that an installation may not have."""

from typing import Any

from flask import current_app, url_for

from openday.web.pages import absolute_url


def page_url(code: str) -> str:
    """The absolute address of an activity's public page."""
    return absolute_url("public.activity", code=code)


def ticket_url(code: str) -> str:
    """The absolute address of a ticket."""
    return absolute_url("public.ticket_show", code=code)


def invitation_url(code: str) -> str:
    """The absolute address of an invitation."""
    return absolute_url("public.invitation_show", code=code)


def ballot_url(code: str) -> str:
    """The absolute address of a ballot's public page."""
    return absolute_url("public.ballot_show", code=code)


def address_of(endpoint: str, **values: Any) -> str:
    """The address of a page of another area, '' when there is none."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""

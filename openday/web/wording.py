"""The filters and functions with which templates write moments (see rules/wording.py)."""

from flask import Flask

from openday.rules.wording import clock_text, day_text, moment_text, span_text


def install(app: Flask) -> None:
    """Register the filters under their own names."""
    app.jinja_env.filters.update(day_text=day_text, clock_text=clock_text, moment_text=moment_text)
    app.jinja_env.globals.update(span_text=span_text)

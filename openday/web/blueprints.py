"""Every blueprint, and the modules that hang their views onto it."""

from importlib import import_module

from flask import Flask

_AREAS: dict[str, tuple[str, ...]] = {
    "openday.web.account": ("views", "second_factor"),
    "openday.web.office": (
        "ballots",
        "board",
        "calendar_days",
        "calls",
        "exports",
        "firming_up",
        "form_uploads",
        "imports",
        "invitations",
        "ledger",
        "message_batches",
        "message_templates",
        "messages",
        "names",
        "occurrences",
        "official",
        "outcomes",
        "phone_lists",
        "plans",
        "postponements",
        "publications",
        "reminders",
        "registrations",
        "rosters",
        "signup_forms",
        "statistics",
        "suggestions",
        "topics",
        "summary_templates",
    ),
    "openday.web.agency": (
        "desk",
        "door_staff",
        "exports",
        "held_plans",
        "hosts",
        "phone_lists",
        "plan_readings",
        "plans",
        "form_uploads",
        "imports",
        "invitations",
        "occurrences",
        "outcomes",
        "registrations",
        "reviews",
        "rosters",
        "signup_forms",
        "suggestions",
        "topics",
    ),
    "openday.web.desk": ("door", "entries", "gates", "offline", "screen", "tick_sheet", "walk_ins"),
    "openday.web.public": (
        "about",
        "activities",
        "arrivals",
        "ballots",
        "calendar",
        "home",
        "invitations",
        "names",
        "posters",
        "registrations",
        "signup_steps",
        "suggestions",
        "surveys",
        "ticket_changes",
        "ticket_data",
        "ticket_search",
        "tickets",
        "topic_forms",
        "topics",
        "watches",
    ),
}


def register(app: Flask) -> None:
    """Import each area's views, then register its blueprint."""
    for area, modules in _AREAS.items():
        for module in modules:
            import_module(f"{area}.{module}")
        app.register_blueprint(import_module(f"{area}.blueprint").bp)
    for single in ("feeds", "people", "system"):
        app.register_blueprint(import_module(f"openday.web.{single}").bp)

"""Every blueprint, and the modules that hang their views onto it."""

from importlib import import_module

from flask import Flask

_AREAS: dict[str, tuple[str, ...]] = {
    "openday.web.account": ("views", "second_factor"),
    "openday.web.office": ("calls", "imports", "ledger", "rosters"),
    "openday.web.agency": (
        "desk",
        "door_staff",
        "plans",
        "imports",
        "rosters",
    ),
    "openday.web.desk": ("door", "entries", "walk_ins"),
    "openday.web.public": ("home", "posters", "registrations", "tickets"),
}


def register(app: Flask) -> None:
    """Import each area's views, then register its blueprint."""
    for area, modules in _AREAS.items():
        for module in modules:
            import_module(f"{area}.{module}")
        app.register_blueprint(import_module(f"{area}.blueprint").bp)
    for single in ("people", "system"):
        app.register_blueprint(import_module(f"openday.web.{single}").bp)

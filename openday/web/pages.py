"""What every page needs besides its own rows: site facts, language, navigation, addresses."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, request, url_for

from openday.config import Settings
from openday.rules.permissions import Actor, Role
from openday.web.access import current_actor
from openday.web.assets import Assets

LARGE_COOKIE = "large"
LANGUAGE_COOKIE = "lang"
LANGUAGES = {"zh": "中文", "en": "English"}
_STAFF_AREAS = ("account.", "agency.", "office.", "desk.", "people.")

_NAV: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("agency.desk", "待办", frozenset({Role.FILER, Role.REVIEWER})),
    ("agency.plan_list", "活动计划", frozenset({Role.FILER, Role.REVIEWER})),
    ("agency.activity_list", "已发布活动", frozenset({Role.FILER, Role.REVIEWER})),
    ("agency.suggestion_list", "意见建议", frozenset({Role.FILER, Role.REVIEWER})),
    ("agency.topic_list", "征集主题", frozenset({Role.FILER, Role.REVIEWER})),
    ("agency.outcome_list", "开展情况", frozenset({Role.FILER, Role.REVIEWER})),
    ("office.board", "待办", frozenset({Role.OFFICER})),
    ("office.call_list", "征集通知", frozenset({Role.OFFICER})),
    ("office.plan_list", "活动计划", frozenset({Role.OFFICER, Role.ADMIN, Role.AUDITOR})),
    ("office.publication_list", "活动发布", frozenset({Role.OFFICER, Role.ADMIN, Role.AUDITOR})),
    ("office.suggestion_list", "意见建议", frozenset({Role.OFFICER, Role.AUDITOR})),
    ("office.topic_list", "征集主题", frozenset({Role.OFFICER, Role.AUDITOR})),
    ("office.outcome_list", "开展情况", frozenset({Role.OFFICER, Role.AUDITOR})),
    ("office.statistics", "统计", frozenset({Role.OFFICER, Role.ADMIN, Role.AUDITOR})),
    ("people.person_list", "人员", frozenset({Role.ADMIN, Role.REVIEWER})),
    ("people.agency_list", "单位", frozenset({Role.ADMIN})),
    ("office.calendar_days", "工作日历", frozenset({Role.OFFICER, Role.ADMIN})),
    ("office.message_list", "消息", frozenset({Role.OFFICER, Role.ADMIN})),
    ("office.audit_log", "操作记录", frozenset({Role.ADMIN, Role.AUDITOR})),
    ("desk.occurrence_list", "签到", frozenset({Role.DESK, Role.FILER})),
)
# Pages whose first word is not that of the entry under which they stand.
_UNDER: dict[str, dict[str, str]] = {
    "agency": dict.fromkeys(("occurrence", "roster", "registration", "invitation", "door"), "activity"),
    "office": {
        **dict.fromkeys(("occurrence", "roster", "registration", "invitation"), "publication"),
        **dict.fromkeys(("export", "summary"), "plan"),
    },
    "desk": dict.fromkeys(("entry", "walk"), "occurrence"),
    "people": {"roles": "person"},
}


def install(app: Flask, settings: Settings, assets: Assets) -> None:
    """Give every template `site`, `lang`, `large`, `languages`, `nav_items`, `person` and `asset_url`."""
    site = {
        **asdict(settings.site),
        "code": settings.site.site_code,
        "links": {},
    }
    app.jinja_env.globals.update(asset_url=assets.asset_url, absolute_url=absolute_url)

    @app.context_processor
    def common() -> dict[str, Any]:
        return {
            "site": {**site, "links": _public_links()},
            "lang": language_tag(),
            "large": wants_large(),
            **_switches(),
        }


def language() -> str:
    """'zh' or 'en', as the visitor chose; the staff side is Chinese."""
    if (request.endpoint or "").startswith(_STAFF_AREAS):
        return "zh"
    chosen = request.args.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in LANGUAGES else "zh"


def language_tag() -> str:
    """The language as HTML writes it."""
    return "en" if language() == "en" else "zh-Hans"


def wants_large() -> bool:
    """Whether the visitor chose the large view (长者版)."""
    return request.cookies.get(LARGE_COOKIE) == "1"


def absolute_url(endpoint: str, **values: Any) -> str:
    """An address for mails, feeds and QR codes: built from BASE_URL alone, whatever the Host header says."""
    root = str(current_app.config["BASE_ORIGIN"])
    return root + url_for(endpoint, _external=False, **values)


def local_path(target: str) -> str:
    """`target` when it is a path of this site, else the home page; never an address elsewhere."""
    home = request.script_root + "/"
    if not target.startswith("/") or target.startswith("//") or "\\" in target or urlsplit(target).netloc:
        return home
    if not target.isprintable():
        return home  # a line break would end the header
    return target if target.startswith(home) else request.script_root + target


def staff_context(actor: Actor) -> dict[str, Any]:
    """Head and navigation of the desks."""
    here = request.endpoint or ""
    items = [
        {
            "href": url_for(endpoint),
            "label": label,
            "current": here == endpoint,
            "within": _place(here) == _place(endpoint),
        }
        for endpoint, label, roles in _NAV
        if roles & actor.roles and endpoint in _endpoints()
    ]
    return {
        "desk_url": url_for("public.home"),
        "nav_items": items,
        "person": {"name": actor.name, "agency": "、".join(sorted(role.label for role in actor.roles))},
        "logout_url": url_for("account.logout"),
        "second_factor_url": url_for("account.second_factor_show"),
        "actor": actor,
    }


def _place(endpoint: str) -> tuple[str, str]:
    """Area and noun: a plan's own page stands in the same place as the list of plans."""
    area, _, name = endpoint.partition(".")
    noun = name.partition("_")[0]
    return area, _UNDER.get(area, {}).get(noun, noun)


def _endpoints() -> frozenset[str]:
    return frozenset(current_app.view_functions)


def _switches() -> dict[str, Any]:
    endpoint = request.endpoint or ""
    if endpoint.startswith(_STAFF_AREAS) and not endpoint.startswith("account."):
        actor = current_actor()
        return staff_context(actor) if actor else {}
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    other = "zh" if language() == "en" else "en"
    switch = {
        "lang": "en" if other == "en" else "zh-Hans",
        "label": LANGUAGES[other],
        "href": url_for("public.view_settings", lang=other, next=back),
    }
    large = "0" if wants_large() else "1"
    return {"languages": [switch], "large_url": url_for("public.view_settings", large=large, next=back)}


def _public_links() -> dict[str, str]:
    names = ("home", "calendar", "topics", "suggestions", "subscribe", "search", "accessibility", "privacy")
    known = _endpoints()
    links = {name: url_for(f"public.{name}") for name in names if f"public.{name}" in known}
    return links | ({"tickets": url_for("public.ticket_find")} if "public.ticket_find" in known else {})

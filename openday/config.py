"""Settings from the environment, checked once at start; a wrong value ends the start with one clear line.

The names are the start-up contract: DATABASE_URL, REDIS_URL, SMTP_URL, SMS_GATEWAY_URL, BASE_URL, SECRET_KEY and
OPENDAY_*.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from openday.errors import SettingsError

PROJECT = Path(__file__).resolve().parent.parent

_KNOWN = {
    "OPENDAY_INSTANCE": "folder for the SQLite file and local secrets",
    "OPENDAY_SITE_NAME": "name in the header",
    "OPENDAY_ORGANISER": "主办单位, in the footer",
    "OPENDAY_SITE_CODE": "网站标识码, in the footer",
    "OPENDAY_ICP": "备案号, in the footer",
    "OPENDAY_CONTACT": "联系方式, in the footer",
    "OPENDAY_MAIL_FROM": "sender address of mails",
    "OPENDAY_LOG": "json or text",
    "OPENDAY_CLOCK_FILE": "rehearsals: file with an offset in seconds",
    "OPENDAY_SECOND_FACTOR": "optional, or required of office and administrators",
    "OPENDAY_RETENTION_DAYS": "days after an occurrence until personal data is deleted",
    "OPENDAY_QUIET_HOURS": "from which to which full hour only what is urgent is sent, such as 22-8",
    "OPENDAY_TRUSTED_PROXIES": "how many proxies in front add X-Forwarded-For",
}


@dataclass(frozen=True)
class Site:
    """What a government page must say about itself."""

    name: str = "政府开放日"
    organiser: str = "政府办公室政务公开办"
    site_code: str = ""
    icp: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Settings:
    """Everything the operator can set. Build it with `from_env`, or directly in tests."""

    secret_key: str
    database_url: str
    base_url: str = "http://127.0.0.1:8000"
    instance: Path = PROJECT / "instance"
    smtp_url: str = ""
    sms_gateway_url: str = ""
    redis_url: str = ""
    mail_from: str = "openday@localhost"
    log_format: str = "text"
    clock_file: Path | None = None
    retention_days: int = 30
    trusted_proxies: int = 0
    second_factor: str = "optional"
    quiet_hours: tuple[int, int] | None = None
    """From which to which full hour (0-23) only what is urgent is sent to people; None: it is never quiet."""
    site: Site = field(default_factory=Site)

    @property
    def on_sqlite(self) -> bool:
        """Whether the store is a SQLite file."""
        return self.database_url.startswith("sqlite")

    @property
    def script_root(self) -> str:
        """The sub-path the site lives under, '' or '/path', from BASE_URL."""
        return urlsplit(self.base_url).path.rstrip("/")

    @property
    def second_factor_required(self) -> bool:
        """Whether people of the office and administrators must set up a second factor before anything else."""
        return self.second_factor == "required"

    @property
    def sends_sms(self) -> bool:
        """Whether short messages reach telephones."""
        return bool(self.sms_gateway_url)

    @property
    def https(self) -> bool:
        """Whether visitors come over https."""
        return self.base_url.startswith("https://")


def from_env(env: Mapping[str, str]) -> Settings:
    """Read and check the environment.

    Raises:
        SettingsError: with the name of the setting and what is wrong with it.
    """
    _refuse_unknown(env)
    instance = Path(env.get("OPENDAY_INSTANCE") or PROJECT / "instance")
    return Settings(
        secret_key=_secret(env),
        database_url=_database(env.get("DATABASE_URL") or f"sqlite:///{instance / 'openday.db'}"),
        base_url=_url(env, "BASE_URL", "http://127.0.0.1:8000", {"http", "https"}).rstrip("/"),
        instance=instance,
        smtp_url=_url(env, "SMTP_URL", "", {"smtp", "smtps", "smtp+starttls"}),
        sms_gateway_url=_url(env, "SMS_GATEWAY_URL", "", {"http", "https"}),
        redis_url=_url(env, "REDIS_URL", "", {"redis", "rediss", "unix"}),
        mail_from=_mail_from(env),
        log_format=_one_of(env, "OPENDAY_LOG", "text", {"json", "text"}),
        clock_file=_clock_file(env),
        retention_days=_number(env, "OPENDAY_RETENTION_DAYS", 30, least=1, most=3650),
        trusted_proxies=_number(env, "OPENDAY_TRUSTED_PROXIES", 0, least=0, most=10),
        quiet_hours=_quiet_hours(env),
        second_factor=_one_of(env, "OPENDAY_SECOND_FACTOR", "optional", {"optional", "required"}),
        site=_site(env),
    )


def _refuse_unknown(env: Mapping[str, str]) -> None:
    for name in sorted(env):
        if name.startswith("OPENDAY_") and name not in _KNOWN:
            raise SettingsError(f"{name}: unknown setting; known are {', '.join(sorted(_KNOWN))}")


def _secret(env: Mapping[str, str]) -> str:
    secret = env.get("SECRET_KEY", "")
    if len(secret) < 32:
        raise SettingsError("SECRET_KEY: must be set and at least 32 characters long")
    return secret


def _database(url: str) -> str:
    if url.startswith("sqlite:///"):
        if len(url) == len("sqlite:///") or ":memory:" in url:
            raise SettingsError("DATABASE_URL: SQLite needs a file, for example sqlite:///instance/openday.db")
        return url
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    if url.startswith(("postgresql://", "postgresql+psycopg://")):
        return url
    raise SettingsError("DATABASE_URL: must begin with sqlite:/// or postgresql://")


def _url(env: Mapping[str, str], name: str, default: str, schemes: set[str]) -> str:
    value = env.get(name) or default
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as wrong:
        raise SettingsError(f"{name}: {wrong}") from wrong
    if parts.scheme not in schemes or not (parts.hostname or parts.scheme == "unix"):
        raise SettingsError(f"{name}: must be an address beginning with {' or '.join(sorted(schemes))}://")
    if name == "BASE_URL" and (parts.query or parts.fragment):
        raise SettingsError("BASE_URL: must end with the path, with no query or fragment")
    return value


def _mail_from(env: Mapping[str, str]) -> str:
    value = env.get("OPENDAY_MAIL_FROM") or "openday@localhost"
    if "@" not in value or any(c in value for c in "\r\n"):
        raise SettingsError("OPENDAY_MAIL_FROM: must be one mail address")
    return value


def _clock_file(env: Mapping[str, str]) -> Path | None:
    """Only for rehearsals: a site that people reach over https shows the real time, whatever was left behind."""
    if not env.get("OPENDAY_CLOCK_FILE"):
        return None
    if env.get("BASE_URL", "").startswith("https:"):
        raise SettingsError("OPENDAY_CLOCK_FILE: for rehearsals only, never with a BASE_URL of https")
    return Path(env["OPENDAY_CLOCK_FILE"])


def _quiet_hours(env: Mapping[str, str]) -> tuple[int, int] | None:
    text = env.get("OPENDAY_QUIET_HOURS", "22-8").strip()
    if not text:
        return None
    found = re.fullmatch(r"([0-9]{1,2})-([0-9]{1,2})", text)
    begin, end = (int(found[1]), int(found[2])) if found else (0, 0)
    if begin == end or max(begin, end) > 23:
        raise SettingsError("OPENDAY_QUIET_HOURS: must be two different full hours such as 22-8, or empty")
    return begin, end


def _one_of(env: Mapping[str, str], name: str, default: str, allowed: set[str]) -> str:
    value = env.get(name) or default
    if value not in allowed:
        raise SettingsError(f"{name}: must be one of {', '.join(sorted(allowed))}")
    return value


def _number(env: Mapping[str, str], name: str, default: int, *, least: int, most: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise SettingsError(f"{name}: must be a whole number from {least} to {most}")
    return int(text)


def _site(env: Mapping[str, str]) -> Site:
    default = Site()
    return Site(
        name=env.get("OPENDAY_SITE_NAME") or default.name,
        organiser=env.get("OPENDAY_ORGANISER") or default.organiser,
        site_code=env.get("OPENDAY_SITE_CODE") or default.site_code,
        icp=env.get("OPENDAY_ICP") or default.icp,
        contact=env.get("OPENDAY_CONTACT") or default.contact,
    )

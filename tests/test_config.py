"""Settings: wrong ones end the start with one clear line that names them."""

import subprocess
import sys

import pytest

from openday.config import from_env
from openday.errors import SettingsError

GOOD = {"SECRET_KEY": "a key that is long enough to be taken for one"}


def test_with_nothing_but_a_key_there_is_a_sqlite_file_and_the_console() -> None:
    settings = from_env(GOOD)
    assert settings.database_url.startswith("sqlite:///")
    assert settings.database_url.endswith("instance/openday.db")
    assert (settings.smtp_url, settings.base_url) == ("", "http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", ""),
        ("DATABASE_URL", "mysql://localhost/openday"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///"),
        ("BASE_URL", "openday.example.org"),
        ("BASE_URL", "ftp://openday.example.org"),
        ("BASE_URL", "https://openday.example.org/?a=1"),
        ("BASE_URL", "https://openday.example.org:port"),
        ("SMTP_URL", "mail.example.org:25"),
        ("SMS_GATEWAY_URL", "tel:10086"),
        ("REDIS_URL", "http://localhost"),
        ("OPENDAY_LOG", "loud"),
        ("OPENDAY_MAIL_FROM", "nobody"),
        ("OPENDAY_MAIL_FROM", "a@b\r\nBcc: c@d"),
        ("OPENDAY_RETENTION_DAYS", "-1"),
        ("OPENDAY_RETENTION_DAYS", "０３０"),
        ("OPENDAY_TRUSTED_PROXIES", "many"),
        ("OPENDAY_SECOND_FACTOR", "always"),
        ("OPENDAY_TYPO", "1"),
        ("OPENDAY_QUIET_HOURS", "22"),
        ("OPENDAY_QUIET_HOURS", "22-24"),
        ("OPENDAY_QUIET_HOURS", "8-8"),
        ("OPENDAY_QUIET_HOURS", "night"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        from_env({**GOOD, name: value})


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("postgres://u@h/d", "postgresql://u@h/d"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////srv/openday.db", "sqlite:////srv/openday.db"),
    ],
)
def test_both_databases_are_taken(url: str, kept: str) -> None:
    assert from_env({**GOOD, "DATABASE_URL": url}).database_url == kept


def test_the_sub_path_comes_from_the_base_url() -> None:
    settings = from_env({**GOOD, "BASE_URL": "https://www.example.gov/kfr/"})
    assert (settings.script_root, settings.https) == ("/kfr", True)


def test_the_command_ends_with_one_line_and_no_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "openday", "migrate"],
        env={"PATH": "/usr/bin:/bin", "SECRET_KEY": "short"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "openday: SECRET_KEY: must be set and at least 32 characters long\n"


@pytest.mark.parametrize(
    ("text", "hours"), [(None, (22, 8)), ("22-8", (22, 8)), ("0-6", (0, 6)), ("", None), (" ", None)]
)
def test_it_is_quiet_at_night_unless_told_otherwise(text: str | None, hours: tuple[int, int] | None) -> None:
    env = GOOD if text is None else {**GOOD, "OPENDAY_QUIET_HOURS": text}
    assert from_env(env).quiet_hours == hours


def test_the_clock_of_a_site_that_people_use_cannot_be_moved() -> None:
    moved = {**GOOD, "OPENDAY_CLOCK_FILE": "clock"}
    assert from_env(moved).clock_file is not None
    with pytest.raises(SettingsError, match="OPENDAY_CLOCK_FILE"):
        from_env({**moved, "BASE_URL": "https://www.example.gov.cn/kfr"})

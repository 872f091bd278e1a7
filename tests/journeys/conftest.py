"""One installation per journey module, on SQLite, served as in production."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from openday import clock
from tests.conftest import migrate
from tests.journeys.stage import Stage
from tests.support.browser import Browser
from tests.support.mail import MailServer
from tests.support.server import Server


def tomorrow_at_ten() -> datetime:
    """A story that begins in the morning never runs over midnight, whenever the tests run."""
    return (clock.now() + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Server, worker, mail and browser, over an empty database."""
    folder = tmp_path_factory.mktemp("stage")
    url = f"sqlite:///{folder}/openday.db"
    migrate(url, folder)
    clock_file = folder / "clock"
    clock_file.write_text("0")
    with MailServer() as mail, Browser() as browser:
        env = {
            "DATABASE_URL": url,
            "OPENDAY_INSTANCE": str(folder),
            "OPENDAY_CLOCK_FILE": str(clock_file),
            "SMTP_URL": mail.url,
        }
        with Server(env, workers=2) as server:
            stage = Stage(server, mail, browser, clock_file)
            stage.set_clock(tomorrow_at_ten())
            yield stage
            browser.assert_quiet()

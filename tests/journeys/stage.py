"""The stage of a journey: the production server with its worker, a mail server, a browser, and people who log in.

Every page that a journey stops at (`look`) is held to what every page must be and to axe (WCAG 2.2 AA), and is
photographed at 390 and at 1280 px.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from openday import clock
from tests.support.browser import Browser, check_axe, shot
from tests.support.mail import MailServer
from tests.support.pages import check_page
from tests.support.server import Server

PASSWORD = "open the door 2026"
WIDTHS = (390, 1280)


@dataclass
class Stage:
    """One installation with everybody who plays on it. `doors` holds a browser context per person."""

    server: Server
    mail: MailServer
    browser: Browser
    clock_file: Path
    doors: dict[str, BrowserContext] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    def command(self, *words: str) -> str:
        """Run `openday …` against the installation and return what it printed."""
        program = Path(sys.executable).parent / "openday"
        done = subprocess.run(
            [str(program), *words], env=self.server.env, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def visitor(self, name: str, *, kind: str = "phone") -> Page:
        """A page of this person's own browser: a phone, a desk, or one without JavaScript ("plain")."""
        if name not in self.doors:
            make = {"phone": self.browser.phone, "desk": self.browser.desk, "plain": self.browser.plain}[kind]
            self.doors[name] = make(self.server.url)
        context = self.doors[name]
        return context.pages[0] if context.pages else context.new_page()

    def come_in(self, link: str, login: str, *, kind: str = "desk") -> Page:
        """Set a password through a one-time link, then log in; the page is then the person's desk."""
        page = self.visitor(login, kind=kind)
        page.goto(link)
        page.get_by_label("新密码").fill(PASSWORD)
        page.get_by_label("再输入一次").fill(PASSWORD)
        page.get_by_role("button", name="保存密码").click()
        page.get_by_label("用户名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        return page

    def log_in(self, login: str) -> Page:
        """Log in again in the person's own browser, for example after time has passed."""
        page = self.visitor(login)
        page.goto("login")
        page.get_by_label("用户名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        return page

    def now(self) -> datetime:
        """The time on the server's clock."""
        return clock.now() + timedelta(seconds=float(self.clock_file.read_text()))

    def set_clock(self, moment: datetime) -> None:
        """Let the server's clock show `moment` and run on from there."""
        fresh = self.clock_file.with_suffix(".new")
        fresh.write_text(str((moment - clock.now()).total_seconds()))
        fresh.replace(self.clock_file)  # at once: half a file would be no offset at all

    def mail_to(self, address: str, *, about: str, timeout: float = 30) -> str:
        """The text of the first mail to `address` whose subject holds `about`, as soon as the worker has sent it."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            for delivery in self.mail.to(address):
                if about in str(delivery.message["Subject"]):
                    return delivery.text
            time.sleep(0.2)
        subjects = [str(delivery.message["Subject"]) for delivery in self.mail.to(address)]
        raise AssertionError(f"no mail about {about} for {address}; there are {subjects}")

    @contextmanager
    def photographed_if_it_fails(self) -> Iterator[None]:
        """When the story breaks off, keep a picture of what everybody had before their eyes."""
        try:
            yield
        except BaseException:
            for name, context in self.doors.items():
                for page in context.pages:
                    shot(page, f"broken-off-{name}")
            raise

    def look(self, page: Page, name: str) -> None:
        """Stop at a page: it is well made, axe finds nothing, and it is photographed at both widths."""
        self.seen.append(name)
        page.wait_for_load_state("load")
        page.locator("h1").first.wait_for()  # on a busy machine the new page may have begun and not arrived
        address = re.sub(r"^https?://[^/]+", "", page.url)
        # axe measures elements and leaves an empty attribute behind on a page that is looked at twice.
        check_page(page.content().replace(' style=""', ""), address=address)
        size = page.viewport_size
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            check_axe(page)
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{name} is {overflow} px too wide at {width} px"
            shot(page, name)
        if size:
            page.set_viewport_size(size)

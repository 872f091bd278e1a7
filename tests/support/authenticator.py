"""The telephone with the authenticator: reads the secret off the page, as one does without a camera."""

from dataclasses import dataclass

import pyotp

from openday import clock
from tests.factories.people import PASSWORD, Persona
from tests.support.client import PageClient
from tests.support.pages import Page

STEP = 30


@dataclass(frozen=True)
class Authenticator:
    """Shows the code of the present moment, or of some steps of 30 seconds later or earlier."""

    secret: str

    def code(self, steps: int = 0) -> str:
        """Six digits."""
        return pyotp.TOTP(self.secret).generate_otp(int(clock.now().timestamp()) // STEP + steps)

    def wrong_code(self) -> str:
        """Six digits that are none of the codes about now."""
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(code for code in (f"{n:06d}" for n in range(10)) if code not in near)


def offered(page: Page) -> Authenticator:
    """The authenticator, after the secret on the set-up page was typed into it."""
    return Authenticator(page.text("//figcaption/span[last()]").replace(" ", ""))


def set_up(visitor: PageClient) -> tuple[Authenticator, list[str]]:
    """Set up the second factor of somebody who is logged in; the code of the step before is used up with it.

    Returns the authenticator and the recovery codes.
    """
    page = visitor.get("/second-factor")
    phone = offered(page)
    page = visitor.submit(page.form(having="code"), code=phone.code(-1))
    return phone, [element.text for element in page.all("//ol/li/code")]


def give_password(visitor: PageClient, persona: Persona) -> Page:
    """The first page of logging in; returns the second."""
    page = visitor.get("/login")
    return visitor.submit(page.form(having="password"), login=persona.login, password=PASSWORD)


def give_code(visitor: PageClient, page: Page, code: str, status: int = 200) -> Page:
    """The second page of logging in."""
    return visitor.submit(page.form(having="code"), status, code=code)

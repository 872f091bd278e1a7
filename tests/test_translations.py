"""The English side: every word has its English, and no public page speaks Chinese but where somebody typed it."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask
from sqlalchemy import select, update

from openday import clock
from openday.db import db, session, use_case
from openday.models.aftermath import Suggestion
from openday.rules.states import Adoption, OccurrenceStatus, OutcomeStatus, RegistrationStatus, SignupMode
from openday.rules.states import SuggestionStatus as Status
from openday.rules.topic_states import SHOWN, ProposalStatus, Verdict
from openday.services.publications import cancel_activity
from openday.web.sentences import said
from tests.factories.activities import page_url, published_activity, ticket_url
from tests.factories.occurrences import open_occurrence
from tests.factories.outcomes import held_activity, outcome, survey_answer, visitor
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.factories.suggestions import suggestion
from tests.factories.topics import adoption, merged, proposal, topic_call
from tests.support.client import PageClient
from tests.support.pages import Page

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"
HAN = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uff00-\uff60]+")
PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")
SPOKEN_ATTRIBUTES = ("alt", "aria-label", "placeholder", "title", "data-left", "data-over", "value")


def english() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file)


def strings_of_the_public_side() -> set[str]:
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    roots = {ROOT / "templates", ROOT / "openday"}
    found = extract_from_dir(
        ROOT, methods, options, directory_filter=lambda path: not roots.isdisjoint({Path(path), *Path(path).parents})
    )
    return {text for _, _, text, _, _ in found if isinstance(text, str)}


def test_every_string_of_the_public_side_is_in_the_catalogue_and_nothing_else_is() -> None:
    assert {message.id for message in english() if message.id} == strings_of_the_public_side()


def test_every_string_has_its_english() -> None:
    for message in english():
        if message.id:
            assert message.string, message.id
            assert not message.fuzzy, message.id
            assert not HAN.search(message.string), message.string
            assert set(PLACE.findall(message.id)) == set(PLACE.findall(message.string)), message.id


# Where the sentences come from that a visitor can be answered with. Below: what only staff can meet, and scale_words,
# whose Chinese leads to words in the language of the visitor.
SPEAKERS = (
    "queries/docket.py",
    "queries/public_topics.py",
    "rules/phone.py",
    "rules/phone_code.py",
    "rules/seats.py",
    "rules/signup.py",
    "services/registration_changes.py",
    "services/registrations.py",
    "services/challenge_steps.py",
    "services/phone_code_steps.py",
    "services/phone_codes.py",
    "services/suggestions.py",
    "services/surveys.py",
    "services/topics.py",
    "web/access.py",
    "web/challenge.py",
    "web/errors.py",
    "web/forms/registrations.py",
    "web/forms/suggestions.py",
    "web/forms/surveys.py",
    "web/forms/texts.py",
    "web/forms/topics.py",
    "web/public/calendar.py",
    "web/public/signup_codes.py",
)
NOT_FOR_VISITORS = {
    "reassign_suggestion", "draft_reply", "_reason", "_what_happened", "contact_phone", "StaffRegistrationForm",
    "RevealForm", "ReasonStepForm", "ReplyForm", "StepForm", "ReassignForm", "scale_words",
    "TopicCallForm", "TopicReasonForm", "AnswerForm", "AdoptForm",
}  # fmt: skip
SPEAKING = ("DataRequired", "_marked")


def sentences_in(node: ast.AST) -> set[str]:
    """The Chinese sentences that a module raises, returns or checks with, their variable parts as 7."""
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef) and child.name in NOT_FOR_VISITORS:
            continue
        checks = isinstance(child, ast.Call) and ast.unparse(child.func) in SPEAKING
        if isinstance(child, ast.Raise | ast.Return) or checks:
            found |= _texts(child)
        else:
            found |= sentences_in(child)
    return found


def _texts(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "_":
        return set()  # in the visitor's language already
    if isinstance(node, ast.JoinedStr):
        whole = "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
        return {whole} if HAN.search(whole) else set()
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) and HAN.search(node.value) else set()
    return {text for child in ast.iter_child_nodes(node) for text in _texts(child)}


@pytest.mark.parametrize("path", SPEAKERS)
def test_what_the_inner_layers_say_is_known(app: Flask, path: str) -> None:
    with app.test_request_context("/?lang=en"):
        for sentence in sentences_in(ast.parse((ROOT / "openday" / path).read_text(encoding="utf-8"))):
            begun = sentence.replace("7", "最多7个字")  # a field's name with a reason of rules/privacy.py
            assert not (HAN.search(said(sentence)) and HAN.search(said(begun))), sentence


@pytest.fixture
def visitor_from_abroad(app: Flask, house: House) -> PageClient:
    """Somebody who chose English."""
    client = PageClient(app)
    client.get("/view?lang=en&next=/")
    return client


@pytest.fixture
def typed(app: Flask) -> "Typed":
    return Typed()


class Typed:
    """What people typed: everything that the tables hold as text."""

    def leftovers(self, page: Page) -> list[str]:
        """The Chinese of a page that nobody typed, or that somebody typed and the page does not mark as Chinese."""
        assert page.tree.get("lang") == "en"
        corpus = self._corpus()
        known = {"中文", "开放"}  # the way back, and the seal
        wrong = []
        for node in page.all("//body//text()[not(ancestor::script)]"):
            chinese = HAN.findall(node)
            marked = bool(node.getparent().xpath("ancestor-or-self::*[@lang='zh-Hans']")) and not node.is_tail
            marked = marked or (node.is_tail and bool(node.getparent().xpath("ancestor::*[@lang='zh-Hans']")))
            wrong += [run for run in chinese if not marked or not (run in corpus or run in known)]
        for attribute in SPOKEN_ATTRIBUTES:
            runs = [run for value in page.all(f"//body//@{attribute}") for run in HAN.findall(value)]
            wrong += [run for run in runs if run not in corpus]
        return wrong + [run for run in HAN.findall(page.text("//head/title")) if run not in corpus]

    def _corpus(self) -> str:
        texts: list[str] = []
        for table in db.metadata.sorted_tables:
            for row in session().execute(select(table)):
                texts += [value for value in row if isinstance(value, str)]
        return "\n".join(texts)


@use_case
def receipt_for(row: Suggestion) -> str:
    """A receipt code that a test knows."""
    code = f"{row.id:028d}"
    session().execute(update(Suggestion).where(Suggestion.id == row.id).values(receipt=code))
    return code


def topic_addresses(house: House, *plans: int) -> list[str]:
    """Topic calls of every phase, and proposals wherever they can stand."""
    now = clock.now()
    going, agency = topic_call(house), house.agency_id
    topic_call(house, title="将来", opens_at=now + timedelta(days=2))
    past = topic_call(house, title="往年", closes_at=now - timedelta(hours=1))
    rows = [proposal(house, going, status, title=f"想看{status.label}", agency_id=agency) for status in ProposalStatus]
    rows.append(proposal(house, past, title="尚未转办"))
    done = ProposalStatus.ANSWERED
    adopted = [proposal(house, going, done, title="采纳", verdict=Verdict.ADOPTED, agency_id=agency) for _ in plans]
    for row, plan in zip(adopted, plans, strict=True):
        adoption(house, row, plan)
    rows += [*adopted, proposal(house, going, done, verdict=Verdict.OTHER_WAY), merged(house, going, rows[1])]
    shown = [row for row in rows if row.status in SHOWN]
    return [
        "/topics", "/topics/receipts", f"/topics/{going.code}", f"/topics/{going.code}/new", f"/topics/{past.code}",
        f"/topics/{going.code}?state=open", f"/topics/{going.code}?state=answered",
        f"/topics/{past.code}?state=answered",
        f"/topics/{going.code}?q=想看", f"/topics/{going.code}?q=zzz",
        *(f"/topics/proposals/{row.code}" for row in shown), *(f"/topics/receipts/{row.receipt}" for row in rows),
    ]  # fmt: skip


def everything(house: House) -> dict[str, int]:
    """A district with something on every page: address → status."""
    firm, soon, full, called_off = (published_activity(house, theme=f"走进图书馆{n}") for n in "一二三四")
    vague = published_activity(house, theme="水厂探源", agency_id=house.other_agency_id)
    first = open_occurrence(firm, quotas={"市民代表": 20, "企业代表": 10}, starts_in=timedelta(days=1))
    open_occurrence(firm, signup_mode=SignupMode.OPEN_DOOR, starts_in=timedelta(days=2))
    open_occurrence(firm, status=OccurrenceStatus.CANCELLED, starts_in=timedelta(days=3))
    late = open_occurrence(soon, opens_at=clock.now() + timedelta(days=2))
    over = open_occurrence(soon, closes_at=clock.now() - timedelta(days=2))
    invited = open_occurrence(soon, signup_mode=SignupMode.INVITATION)
    waits = open_occurrence(full, capacity=1)
    open_occurrence(full, capacity=0, waitlist=False)
    held, gone = held_activity(house, theme="供水科普")
    outcome(held, house.filer, status=OutcomeStatus.PUBLISHED)
    came = [visitor(gone) for _ in range(6)]
    for registration in came[:5]:
        survey_answer(held, registration)
    open_occurrence(called_off)
    cancel_activity(house.officer.actor, called_off.code, "场馆检修", page_url=page_url, ticket_url=ticket_url)
    tickets = [
        party_on_list(first, party_size=2),
        party_on_list(waits),
        party_on_list(waits, status=RegistrationStatus.WAITLISTED),
        party_on_list(waits, status=RegistrationStatus.WAITLISTED),
        party_on_list(first, status=RegistrationStatus.CANCELLED),
        *came[4:],
    ]
    asked = [suggestion(house, status, activity=firm, reason="已列入计划。") for status in Status]
    asked.append(suggestion(house, Status.ANSWERED, agency_id=house.other_agency_id, adoption=Adoption.REFERENCE))
    topics = topic_addresses(house, held.plan_id, firm.plan_id)
    day = first.starts_at.date()
    addresses = [
        "/", "/calendar", f"/calendar?month={day:%Y-%m}", "/calendar?view=list", "/calendar?view=list&q=no",
        f"/calendar?month={day:%Y-%m}&view=list&agency=library&mode=open_door", f"/calendar/{day}",
        "/calendar/2031-01-01",
        "/search", "/search?q=tsg", "/search?q=水厂", "/search?q=zzz", "/subscribe", "/accessibility", "/privacy",
        "/suggestions", "/suggestions?adoption=reference", "/suggestions?adoption=partly", "/suggestions/new",
        f"/suggestions/new?activity={firm.code}", "/suggestions/receipts", f"/activities/{held.code}/survey-results",
        *(f"/activities/{activity.code}" for activity in (firm, soon, full, called_off, vague, held)),
        *(f"/occurrences/{slot.code}/sign-up" for slot in (first, late, over, invited, waits, gone)),
        *(f"/tickets/{held.code}" for held in tickets), f"/tickets/{tickets[0].code}/cancel",
        f"/tickets/{tickets[2].code}/cancel", *(f"/tickets/{held.code}/survey" for held in (tickets[0], *came[4:])),
        *(f"/suggestions/receipts/{receipt_for(row)}" for row in asked), *topics,
    ]  # fmt: skip
    missing = (
        "/nowhere",
        "/calendar/2031-02-30",
        "/calendar?month=2031-13",
        f"/activities/{vague.code}/survey-results",
    )
    return {**dict.fromkeys(addresses, 200), **dict.fromkeys(missing, 404)}


def test_no_page_speaks_chinese_but_where_somebody_typed_it(
    visitor_from_abroad: PageClient, house: House, typed: Typed
) -> None:
    wrong = {}
    for address, status in everything(house).items():
        found = typed.leftovers(visitor_from_abroad.get(address, status))
        if found:
            wrong[address] = found
    assert wrong == {}


def test_what_somebody_typed_is_marked_as_chinese(visitor_from_abroad: PageClient, house: House) -> None:
    activity = published_activity(house, theme="走进图书馆 Library")
    page = visitor_from_abroad.get(f"/activities/{activity.code}")
    assert page.text("//h1//*[@lang='zh-Hans']") == "走进图书馆"
    assert page.text("h1") == "走进图书馆 Library"


def test_a_chinese_page_marks_nothing(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    page = client.get(f"/activities/{activity.code}")
    assert page.all("//main//*[@lang]") == []


def test_an_english_sign_up_names_its_errors_in_english(
    visitor_from_abroad: PageClient, house: House, typed: Typed
) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=3, party_limit=9)
    page = visitor_from_abroad.get(f"/occurrences/{occurrence.code}/sign-up")
    page = visitor_from_abroad.submit(page.form(having="phone"), 422, name=" ", phone="1380", email="nobody")
    assert page.text("//*[@id='errors']//li[2]") == "Enter a mobile number with 11 digits, like 13800000000"
    assert (len(page.all("//*[@id='errors']//li")), typed.leftovers(page)) == (4, [])
    ready = {"name": "An Example", "phone": "13800001111", "consent": "y"}
    page = visitor_from_abroad.submit(page.form(having="phone"), 422, **{**ready, "name": "n" * 51}, email="")
    assert page.text("//*[@id='errors']//li") == "Name must be 50 characters or fewer"
    page = visitor_from_abroad.submit(page.form(having="phone"), 422, **ready, party_size="4")
    assert page.text("//*[@id='errors']//li") == "Party size must be 3 or fewer. This session has 3 places in all"
    page = visitor_from_abroad.submit(page.form(having="phone"), **ready, party_size="1")
    assert (page.text("h1"), typed.leftovers(page)) == ("You have a place", [])
    page = visitor_from_abroad.get(f"/occurrences/{occurrence.code}/sign-up")
    page = visitor_from_abroad.submit(page.form(having="phone"), 409, **ready)
    assert (page.text("h1"), typed.leftovers(page)) == ("This mobile number has already signed up", [])


def test_a_party_that_does_not_fit_is_told_so_in_english(
    visitor_from_abroad: PageClient, house: House, typed: Typed
) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=3, waitlist=False)
    page = visitor_from_abroad.get(f"/occurrences/{occurrence.code}/sign-up")
    party_on_list(occurrence, party_size=2)
    ready = {"name": "An Example", "phone": "13800001111", "consent": "y", "party_size": "2"}
    page = visitor_from_abroad.submit(page.form(having="phone"), 409, **ready)
    assert "Places left: 1. That is not enough for a party of 2." in page.text("main")
    assert typed.leftovers(page) == []


def test_suggestions_and_surveys_name_their_errors_in_english(
    visitor_from_abroad: PageClient, house: House, typed: Typed
) -> None:
    page = visitor_from_abroad.get("/suggestions/new")
    sent = {"text": "", "phone": "0755-1234567", "name": "x" * 51}
    page = visitor_from_abroad.submit(page.form(having="consent"), 422, **sent)
    assert typed.leftovers(page) == []
    page = visitor_from_abroad.submit(page.form(having="consent"), 422, text="x" * 2001)
    assert "Suggestions must be 2000 characters or fewer. You have entered 2001" in page.text("//*[@id='errors']")
    page = visitor_from_abroad.get("/suggestions/receipts")
    page = visitor_from_abroad.submit(page.form(having="code"), 422, code="0000")
    assert page.text("//*[@id='errors']//li") == "No suggestion has this receipt code. Check the code and try again"
    came = visitor(held_activity(house)[1])
    page = visitor_from_abroad.get(f"/tickets/{came.code}/survey")
    page = visitor_from_abroad.submit(page.form(having="overall"), 422)
    assert (len(page.all("//*[@id='errors']//li")), typed.leftovers(page)) == (2, [])


def test_the_moment_at_which_sign_up_opens_is_written_in_english(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert said("报名尚未开始，开始时间为2026年9月16日（星期三）14:00。") == (
            "Sign-up has not opened yet. It opens on Wed 16 September 2026, 14:00."
        )


@pytest.mark.parametrize("address", ["/calendar?view=list&month=2031-05", "/search?q=tsg", "/suggestions"])
def test_the_other_language_is_the_same_page(client: PageClient, house: House, address: str) -> None:
    page = client.get(address)
    page = client.get(page.links()["English"])
    assert (page.tree.get("lang"), client.response.request.full_path.rstrip("?")) == ("en", address)
    page = client.get(page.links()["中文"])
    assert (page.tree.get("lang"), client.response.request.full_path.rstrip("?")) == ("zh-Hans", address)


def test_the_desks_stay_chinese(visitor_from_abroad: PageClient, house: House) -> None:
    page = visitor_from_abroad.log_in(house.filer).get("/agency/plans")
    assert (page.tree.get("lang"), page.all("//main//*[@lang]")) == ("zh-Hans", [])
    assert "跳到正文" in page.links()

"""A ballot over HTTP: planned in the office, frozen, drawn by a second person, verified by the file that is offered."""

import json
import subprocess
import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.models.ballots import Ballot
from openday.rules import ballot_verifier
from openday.rules.signup_answers import QUESTION
from openday.rules.signup_form import SignupForm
from tests.factories.ballots import CLOSED, KNOWN, ballot_occurrence, drawn, frozen
from tests.factories.people import House
from tests.factories.signup_forms import ask
from tests.services.test_ballot_groups import LOCAL
from tests.support.client import PageClient
from tests.support.queries import count_queries
from tests.support.signup import sign_up, status_of


def log_in(app: Flask, house: House, who: str) -> PageClient:
    return PageClient(app).log_in(getattr(house, who))


def verify(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the downloaded verifier as anybody would, in a Python that knows nothing of OpenDay."""
    return subprocess.run(
        [sys.executable, "-I", "ballot_verifier.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_ballot_from_the_plan_to_the_verified_result(app: Flask, house: House, tmp_path: Path) -> None:
    occurrence = ballot_occurrence(house)
    public, here = PageClient(app), f"/office/occurrences/{occurrence.code}/ballot"
    form = public.get(f"/occurrences/{occurrence.code}/sign-up").form(having="phone")
    data = form.filled(name="王小雨", phone="13800001234", party_size="2", consent="1")
    assert '<meta name="outcome" content="pending">' in public.post(form.action, 303, data=data).text
    codes = [sign_up(occurrence, party_size=size).code for size in (1, 2, 3, 2, 1)]
    day = (clock.now() + KNOWN).date().isoformat()
    planner = log_in(app, house, "officer")
    page = planner.submit(
        planner.get(here).form(having="witness_day"),
        witness="公证员现场摇出的8位数字",
        witness_day=day,
        public="上证指数收盘点位",
        public_day=day,
    )
    assert "中签机会" in page.text("main")
    assert "还没有公布" in public.get(f"/occurrences/{occurrence.code}/ballot").text("main")
    with clock.shifted_by(CLOSED):
        planner = log_in(app, house, "officer")
        planner.submit(planner.get(here).form(action=f"{here}/freeze"))
    code = db.session.scalars(select(Ballot.code)).one()
    shown = public.get(f"/ballots/{code}").text("main")
    assert "规则和名单已经固定，尚未摇号" in shown
    (tmp_path / "before.json").write_bytes(public.raw(f"/ballots/{code}/before.json").data)
    assert public.raw(f"/ballots/{code}/result.json").status_code == 404
    with clock.shifted_by(KNOWN):
        second = log_in(app, house, "second_officer")
        form = second.get(here).form(action=f"{here}/draw")
        page = second.submit(form, value_0="10 24 31 08", value_1="3921.47", witness="王公证")
        assert "摇号完成" in page.text("body")
    db.session.rollback()
    (tmp_path / "result.json").write_bytes(public.raw(f"/ballots/{code}/result.json").data)
    (tmp_path / "ballot_verifier.py").write_bytes(public.raw("/ballots/verifier.py").data)
    said = verify(tmp_path, "result.json", "--before", "before.json", "--receipt", codes[0])
    assert (said.returncode, said.stderr) == (0, "")
    assert "一致：6份报名" in said.stdout
    becomes = {"中签": "confirmed", "候补": "waitlisted"}
    assert status_of(codes[0]) == becomes[said.stdout.splitlines()[1][:2]]
    data = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    data["seed_values"][0] = "10243109"
    (tmp_path / "other.json").write_text(json.dumps(data), encoding="utf-8")
    assert verify(tmp_path, "other.json").returncode == 1


def test_weights_are_planned_shown_and_read_in_public(app: Flask, house: House) -> None:
    occurrence = ballot_occurrence(house)
    ask(occurrence, SignupForm(questions=(LOCAL,)))
    for answer in ("是", "否", "是"):
        sign_up(occurrence, extras={f"{QUESTION}local": [answer]})
    here, day = f"/office/occurrences/{occurrence.code}/ballot", (clock.now() + KNOWN).date().isoformat()
    planner = log_in(app, house, "officer")
    form = planner.get(here).form(having="witness_day")
    plan = {"witness": "公证员摇出的数字", "witness_day": day, "grouping": "question:local"}
    page = planner.submit(form, 422, **plan, weights="是 多一点")
    assert "第1行应为分组名称和权重" in page.text("main")
    assert page.form(having="weights").values["weights"] == ["是 多一点"]
    page = planner.submit(page.form(having="weights"), 422, **plan, weights="本地 2")
    assert "没有“本地”这个分组" in page.text("main")
    page = planner.submit(page.form(having="weights"), **plan, weights="是 2")
    assert page.form(having="weights").values["weights"] == ["是 2"]
    assert "分组" in page.text("//table[.//th[contains(., '中签机会')]]")
    with clock.shifted_by(CLOSED):
        planner = log_in(app, house, "officer")
        planner.submit(planner.get(here).form(action=f"{here}/freeze"))
    code = db.session.scalars(select(Ballot.code)).one()
    drawn_page = PageClient(app).get(f"/ballots/{code}").text("main")
    assert "按报名表的问题“是否本街道居民”分组。权重：是 2、其他 1" in drawn_page
    english = PageClient(app).get(f"/ballots/{code}?lang=en").text("main")
    assert "Weights: 是 2, everybody else 1" in english


def test_everybody_finds_the_own_row_and_nobody_elses(app: Flask, house: House) -> None:
    occurrence = ballot_occurrence(house)
    ticket = sign_up(occurrence, party_size=2).code
    code = frozen(house, occurrence)
    drawn(house, code)
    public = PageClient(app)
    form = public.get(f"/ballots/{code}").form(having="receipt")
    found = public.submit(form, receipt=f"https://open.example.gov.cn/tickets/{ticket}")
    assert "您的报名：中签" in found.text("main")
    assert "您的报名：中签" in public.get(f"/tickets/{ticket}/ballot").text("main")
    missing = public.submit(form, 422, receipt="a" * 28)
    assert "名单中没有这个编号" in missing.text("main")
    page = public.get(f"/ballots/{code}")
    assert ticket not in page.html
    assert "王小雨" not in page.html


def test_the_result_reads_in_english(app: Flask, house: House) -> None:
    occurrence = ballot_occurrence(house)
    ticket = sign_up(occurrence).code
    soon = PageClient(app).get(f"/occurrences/{occurrence.code}/ballot?lang=en").text("main")
    assert "How the ballot works" in soon
    drawn(house, frozen(house, occurrence))
    page = PageClient(app).get(f"/tickets/{ticket}/ballot?lang=en").text("main")
    assert "Your entry: Drawn" in page
    assert "Commitment" in page


def test_the_planner_is_sent_to_a_colleague_and_strangers_find_nothing(app: Flask, house: House) -> None:
    occurrence = ballot_occurrence(house)
    sign_up(occurrence)
    code = frozen(house, occurrence)
    here = f"/office/occurrences/{occurrence.code}/ballot"
    assert "请由另一位工作人员录入" in log_in(app, house, "officer").get(here).text("main")
    assert "摇号并通知" in log_in(app, house, "second_officer").get(here).text("main")
    log_in(app, house, "far_officer").get(here, 404)
    PageClient(app).get(f"/ballots/{code}x", 404)


def test_a_list_of_a_hundred_costs_no_more_queries_than_one_of_three(app: Flask, house: House) -> None:
    counts = []
    for parties in (3, 30):
        occurrence = ballot_occurrence(house, {"公众": 5})
        for _ in range(parties):
            sign_up(occurrence)
        code = frozen(house, occurrence)
        drawn(house, code)
        with count_queries() as queries:
            PageClient(app).get(f"/ballots/{code}")
        counts.append(len(queries))
    assert counts[0] == counts[1] < 12


def test_the_verifier_is_served_as_it_is_tested(app: Flask) -> None:
    answer = PageClient(app).raw("/ballots/verifier.py")
    assert answer.data == Path(ballot_verifier.__file__).read_bytes()

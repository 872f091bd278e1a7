"""Short messages through a real gateway on the loopback that takes, refuses, redirects and hangs."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock, jobs
from openday.db import session, use_case
from openday.delivery.senders import senders
from openday.delivery.sms import SmsGateway as Way
from openday.models.ledger import Message
from openday.rules.states import Channel
from openday.services import ledger
from tests.support.server import free_port
from tests.support.sms import SmsGateway

NUMBER = "13800001111"
TEXT = "李伟：\n\n您已报名“走进第一水厂”，共2人，凭证号204518。"


@pytest.fixture
def gateway() -> Iterator[SmsGateway]:
    with SmsGateway() as running:
        yield running


@use_case
def _write(text: str = TEXT) -> None:
    ledger.enqueue(
        "registration.confirmed", channel=Channel.SMS, recipient=NUMBER, subject="报名成功", body=text, now=clock.now()
    )


def _send(url: str, timeout: float = 2) -> int:
    return jobs.send_messages({"sms": Way(url, timeout=timeout)})


def _row() -> Message:
    session().expire_all()
    return session().scalars(select(Message)).one()


def test_the_gateway_gets_number_text_and_an_id_that_stays(app: Flask, gateway: SmsGateway) -> None:
    _write()
    assert _send(gateway.url) == 1
    (request,) = gateway.requests
    assert request.body == {"to": NUMBER, "text": TEXT.replace("\n\n", "\n"), "id": request.headers["idempotency-key"]}
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert request.body["id"] in _row().message_id
    assert "authorization" not in request.headers
    assert (_row().status, _send(gateway.url)) == ("sent", 0)


def test_path_query_and_log_in_of_the_address_are_used(app: Flask) -> None:
    with SmsGateway("/v1/send?app=kfr&x=1") as gateway:
        _write()
        _send(gateway.url.replace("http://", "http://open%40day:geheim%3A1@"))
    (request,) = gateway.requests
    assert request.path == "/v1/send?app=kfr&x=1"
    assert request.headers["authorization"] == "Basic b3BlbkBkYXk6Z2VoZWltOjE="


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 500, 502, 503, 301, 302, 307])
def test_what_may_get_better_is_tried_again_under_the_same_id(app: Flask, gateway: SmsGateway, status: int) -> None:
    _write()
    gateway.status = status
    _send(gateway.url)
    assert _row().status == "queued"
    assert str(status) in _row().last_error
    gateway.status = 200
    with clock.shifted_by(timedelta(minutes=1)):
        _send(gateway.url)
    assert _row().status == "sent"
    first, second = gateway.requests
    assert first.body["id"] == second.body["id"]
    assert {request.path for request in gateway.requests} == {"/send"}, "redirects are not followed"


@pytest.mark.parametrize("status", [400, 410, 413, 422])
def test_a_message_that_the_gateway_will_never_take_is_parked_with_the_reason(
    app: Flask, gateway: SmsGateway, status: int
) -> None:
    _write()
    gateway.status = status
    _send(gateway.url)
    assert (_row().status, str(status) in _row().last_error) == ("parked", True)
    assert NUMBER not in _row().last_error


def test_a_gateway_that_hangs_is_given_up_and_tried_again(app: Flask, gateway: SmsGateway) -> None:
    _write()
    gateway.hangs = True
    _send(gateway.url, timeout=0.3)
    assert (_row().status, _row().attempts) == ("queued", 1)


def test_a_gateway_that_is_not_there_loses_nothing_in_three_days(app: Flask, gateway: SmsGateway) -> None:
    _write()
    nobody = f"http://127.0.0.1:{free_port()}/send"
    for hours in range(0, 73, 6):
        with clock.shifted_by(timedelta(hours=hours)):
            _send(nobody)
            assert _row().status == "queued"
    with clock.shifted_by(timedelta(hours=74)):
        _send(gateway.url)
    assert [request.body["to"] for request in gateway.requests] == [NUMBER]


def test_the_settings_decide_which_ways_there_are(gateway: SmsGateway) -> None:
    ways = senders("", gateway.url, "openday@example.org")
    assert isinstance(ways["sms"], Way)


def test_nothing_in_a_text_leaves_the_body(app: Flask, gateway: SmsGateway) -> None:
    hostile = 'x", "to": "13900000000"}\r\nHost: evil.example\r\n\r\n\ud800'
    _write(hostile.replace("\ud800", ""))
    _send(gateway.url)
    (request,) = gateway.requests
    assert request.body["to"] == NUMBER
    assert request.headers["host"].startswith("127.0.0.1")

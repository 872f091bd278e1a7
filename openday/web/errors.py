"""One handler per class of error; HTML or JSON by what was asked. Nothing here needs the database."""

import logging

from flask import Flask, Response, g, jsonify, make_response, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, TimeoutError
from werkzeug.exceptions import HTTPException

from openday.errors import NotFound, OpenDayError, StoreAway, TooMany
from openday.web.sentences import said

log = logging.getLogger(__name__)

_TITLES = {
    400: "提交的内容无法识别",
    403: "不能查看",
    404: "没有找到",
    405: "不支持这种访问方式",
    409: "情况已有变化",
    413: "内容过大",
    415: "不支持这种内容格式",
    422: "没有保存",
    429: "操作过于频繁",
    500: "系统出错",
    503: "系统暂时无法办理",
}
_MESSAGES = {
    400: "提交的内容不完整或已损坏，没有保存任何内容。请返回上一页重新打开后再提交。",
    404: "没有找到这个页面。地址可能不完整，内容也可能已经撤下，请从首页查找。",
    405: "请从页面上的链接或按钮进入。",
    413: "提交的内容超过上限，没有保存任何内容。",
    500: "系统出错，本次操作没有保存。工作人员已可看到记录，请返回后再办理一次。",
}


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(OpenDayError, _answer)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(CSRFError, _answer_csrf)
    app.register_error_handler(DBAPIError, _answer_store)
    app.register_error_handler(TimeoutError, _answer_store)
    app.register_error_handler(Exception, _answer_unforeseen)


def error_page(status: int, message: str, outcome: str) -> Response:
    """The page (or JSON object) for one refusal; the same bytes for the same refusal."""
    if request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html") == "application/json":
        response = jsonify(outcome=outcome, message=message)
    else:
        g.setdefault("actor", None)  # who it is was read before, or is not asked now: the database may be what failed
        body = render_template(
            "errors/error.html",
            status=status,
            title=said(_TITLES.get(status, _TITLES[400])),
            message=said(message),
            outcome=outcome,
            next_url=url_for("public.home"),
            languages=[],
            large_url="",
        )
        response = make_response(body)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _answer(error: OpenDayError) -> Response:
    response = error_page(error.status, error.message, error.outcome)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, StoreAway):
        response.headers["Retry-After"] = "5"
    return response


def _answer_http(error: HTTPException) -> Response:
    code = error.code or 500
    if code == 404:
        return _answer(NotFound())
    if error.response is not None or code < 400:
        return error.get_response()  # type: ignore[return-value]
    response = error_page(code, _MESSAGES.get(code, _MESSAGES[400]), "invalid" if code < 500 else "error")
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _answer_csrf(error: CSRFError) -> Response:
    return error_page(400, "页面打开时间过长或已失效，没有保存任何内容。请返回上一页，刷新后再提交。", "expired")


def _answer_store(error: Exception) -> Response:
    log.error("the database does not answer: %s", type(error).__name__)
    return _answer(StoreAway("系统暂时连接不上数据库，请等几秒钟再打开这个页面"))


def _answer_unforeseen(error: Exception) -> Response:
    log.exception("unforeseen: %s %s", request.method, request.url_rule)
    return error_page(500, _MESSAGES[500], "error")

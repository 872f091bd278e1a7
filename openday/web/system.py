"""Whether the process is up and whether it can work; for probes, not for people."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, TimeoutError

from openday.queries import system
from openday.web.access import ANYONE, open_to

bp = Blueprint("system", __name__)


@bp.get("/healthz")
@open_to(ANYONE)
def healthz() -> ResponseReturnValue:
    """The process is up."""
    return jsonify(status="ok")


@bp.get("/readyz")
@open_to(ANYONE)
def readyz() -> ResponseReturnValue:
    """The database answers and its schema is the one this code expects; else 503."""
    try:
        current = system.schema_is_current()
    except (DBAPIError, TimeoutError):
        return jsonify(status="database away"), 503, {"Retry-After": "5"}
    if not current:
        return jsonify(status="migrations pending"), 503, {"Retry-After": "30"}
    return jsonify(status="ready")

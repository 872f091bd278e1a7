"""The blueprint that the views of this area hang onto."""

from flask import Blueprint

bp = Blueprint("agency", __name__, url_prefix="/agency")

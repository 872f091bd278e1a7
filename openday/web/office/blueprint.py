"""The blueprint that the views of this area hang onto."""

from flask import Blueprint

bp = Blueprint("office", __name__, url_prefix="/office")

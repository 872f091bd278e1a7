"""The blueprint that the views of this area hang onto."""

from flask import Blueprint

bp = Blueprint("desk", __name__, url_prefix="/desk")

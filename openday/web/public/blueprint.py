"""The blueprint that the views of this area hang onto."""

from flask import Blueprint

bp = Blueprint("public", __name__)

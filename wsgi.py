"""The WSGI application, for any server: `granian --interface wsgi wsgi:app`, `flask --app wsgi openday …`."""

from openday.app import create_app
from openday.cli import openday

app = create_app()
app.cli.add_command(openday)

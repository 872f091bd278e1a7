"""serve, jobs."""

import os
import signal
import threading

import click
from flask import current_app
from flask.cli import with_appcontext

from openday import jobs as periodic
from openday.serving import serve as serve_forever


@click.command()
@click.option("--web-only", is_flag=True, help="Only the web server.")
@click.option("--jobs-only", is_flag=True, help="Only the job worker.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Web processes.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--parent", type=int, hidden=True, help="End when this process is no longer our parent.")
@with_appcontext
def serve(web_only: bool, jobs_only: bool, workers: int, host: str, port: int, parent: int | None) -> None:
    """Serve the site and run the jobs."""
    if web_only and jobs_only:
        raise click.UsageError("--web-only and --jobs-only exclude each other")
    if jobs_only:
        _work(parent)
        return
    serve_forever(host=host, port=port, workers=workers, web=True, jobs=not web_only)


@click.command()
@click.option("--loop", is_flag=True, help="Go on for ever instead of one pass.")
@with_appcontext
def jobs(loop: bool) -> None:
    """Run what is due: one pass, or for ever."""
    if loop:
        _work(None)
        return
    handled = periodic.run_due(current_app.config["SETTINGS"])
    click.echo(f"messages handled: {handled}")


def _work(parent: int | None) -> None:
    """Run the worker here; a signal ends it between two passes (leases cover a hard end)."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if parent is not None and os.getppid() != parent:
        return
    periodic.work(current_app._get_current_object(), parent=parent, stop=stop)  # type: ignore[attr-defined]


COMMANDS = (serve, jobs)

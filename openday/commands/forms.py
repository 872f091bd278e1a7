"""read-form: the plan forms in Word files, one JSON list a file. Needs no database and no settings."""

import json
import sys
from pathlib import Path

import click

from openday.documents.form_reader import KEYS, MAX_BYTES, FormRefused, read_forms

REFUSED = 3
"""The exit code when at least one file was refused."""


@click.command("read-form")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def read_form(files: tuple[Path, ...]) -> None:
    """Read filled-in plan forms (.docx, .doc) and print, per file, a JSON list of the plans found.

    A file that is refused prints an empty list; its reason goes to standard error, and the exit code is 3. So do the
    warnings about files that were read, which change nothing else.
    """
    refused = False
    for file in files:
        try:
            with file.open("rb") as stream:
                forms = read_forms(stream.read(MAX_BYTES + 1), file.name)
        except FormRefused as refusal:
            click.echo("[]")
            click.echo(f"{file}: {refusal}", err=True)
            refused = True
            continue
        except OSError:
            click.echo("[]")
            click.echo(f"{file}: 文件打不开", err=True)
            refused = True
            continue
        plans = [{key: form.fields[key].value for key in KEYS} for form in forms]
        click.echo(json.dumps(plans, ensure_ascii=False))
        for number, form in enumerate(forms, start=1):
            for warning in form.warnings:
                click.echo(f"{file}: 第{number}份：{warning}", err=True)
    if refused:
        sys.exit(REFUSED)


COMMANDS = (read_form,)

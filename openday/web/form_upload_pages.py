"""What both areas say after filled-in plan forms were uploaded."""

from collections.abc import Sequence

from flask import flash

from openday.services.form_readings import FileRead
from openday.web.forms.form_uploads import FormUploadForm
from openday.web.forms.texts import put_problem


def say_results(form: FormUploadForm, results: Sequence[FileRead]) -> bool:
    """Put what was refused at the field, and say what was taken; returns whether anything was refused."""
    several = len(results) > 1
    for result in results:
        for problem in result.problems:
            put_problem(form, "files", f"{result.filename}：{problem}" if several else problem)
        new = sum(not made.known for made in result.forms)
        if new:
            flash(f"“{result.filename}”已读出{new}张报送表，请逐项与原文核对。", "done")
        if len(result.forms) > new:
            flash(f"“{result.filename}”中有{len(result.forms) - new}张报送表此前已经上传，没有重复建立。", "info")
    return any(result.problems for result in results)

"""What the office reads after a change that tells people: how many were written to, or how many messages wait."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue


def say_told(done: str, people: int, *, held: bool) -> None:
    """Say that a change is done, and what became of the messages about it."""
    if people and held:
        flash(f"{done}。给{people}位报名或候补市民的通知已存入待发，请审阅后发出。", "done")
    else:
        flash(f"{done}，已向{people}位报名或候补的市民发出通知。" if people else f"{done}。", "done")


def go_on(people: int, back: ResponseReturnValue, *, held: bool) -> ResponseReturnValue:
    """To the batches when something waits there now, else `back`."""
    return redirect(url_for("office.message_batch_list"), code=303) if people and held else back

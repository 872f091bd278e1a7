"""What became of a message, in words for staff. Nobody can know more than that the next server took it."""

from datetime import datetime

from openday.rules.states import Channel, MessageStatus
from openday.rules.wording import moment_text

_TAKEN = {Channel.EMAIL: "收件邮件服务器已接收", Channel.SMS: "短信网关已接收"}


def delivery_text(
    channel: Channel,
    status: MessageStatus,
    *,
    attempts: int,
    error: str,
    sent_at: datetime | None,
    next_attempt_at: datetime,
) -> str:
    """For example 收件邮件服务器已接收, or 试过3次，邮件服务器不可用，将于…再试."""
    if status is MessageStatus.SENT:
        return f"{_TAKEN[channel]}，{moment_text(sent_at)}" if sent_at else _TAKEN[channel]
    if status is MessageStatus.HELD:
        return "等候政务公开办审阅"
    if status is MessageStatus.DROPPED:
        return error or "政务公开办决定不发"
    if status is MessageStatus.PARKED:
        tried = f"试过{attempts}次，" if attempts > 1 else ""
        return f"没有送出：{tried}{error or '原因不明'}"
    if attempts:
        return f"试过{attempts}次，{error or '没有成功'}，{moment_text(next_attempt_at)}再试"
    return f"{moment_text(next_attempt_at)}起发送"

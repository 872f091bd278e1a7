"""What became of a message, in words for staff. Nobody can know more than that the next server took it."""

from datetime import datetime, timedelta

from openday.rules.states import Channel, MessageStatus
from openday.rules.wording import moment_text

PROMPT = timedelta(minutes=10)
"""What goes out within this time went out at once."""
_TAKEN = {Channel.EMAIL: "收件邮件服务器已接收", Channel.SMS: "短信网关已接收"}


def delivery_text(
    channel: Channel,
    status: MessageStatus,
    *,
    attempts: int,
    error: str,
    created_at: datetime,
    sent_at: datetime | None,
    next_attempt_at: datetime,
) -> str:
    """For example 收件邮件服务器已接收, or 试过3次，邮件服务器不可用，…再试. The moment is said where it was late."""
    if status is MessageStatus.SENT:
        late = sent_at is not None and sent_at - created_at > PROMPT
        return f"{_TAKEN[channel]}，{moment_text(sent_at)}" if late and sent_at else _TAKEN[channel]
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

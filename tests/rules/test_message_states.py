"""What became of a message is said in words, and never more than is known."""

from datetime import datetime

import pytest

from openday.clock import SHANGHAI
from openday.rules.message_states import delivery_text
from openday.rules.states import Channel, MessageStatus

WRITTEN = datetime(2026, 9, 16, 12, 0, tzinfo=SHANGHAI)
SENT = datetime(2026, 9, 16, 14, 0, tzinfo=SHANGHAI)
NEXT = datetime(2026, 9, 16, 14, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("channel", "status", "attempts", "error", "said"),
    [
        (Channel.EMAIL, MessageStatus.SENT, 1, "", "收件邮件服务器已接收，2026年9月16日（星期三）14:00"),
        (Channel.SMS, MessageStatus.SENT, 1, "", "短信网关已接收，2026年9月16日（星期三）14:00"),
        (Channel.EMAIL, MessageStatus.QUEUED, 0, "", "2026年9月16日（星期三）14:30起发送"),
        (
            Channel.EMAIL,
            MessageStatus.QUEUED,
            3,
            "邮件服务器不可用",
            "试过3次，邮件服务器不可用，2026年9月16日（星期三）14:30再试",
        ),
        (Channel.EMAIL, MessageStatus.PARKED, 1, "收件服务器不接受这个地址", "没有送出：收件服务器不接受这个地址"),
        (Channel.SMS, MessageStatus.PARKED, 200, "短信网关不可用", "没有送出：试过200次，短信网关不可用"),
        (Channel.SMS, MessageStatus.HELD, 0, "", "等候政务公开办审阅"),
        (Channel.SMS, MessageStatus.DROPPED, 0, "", "政务公开办决定不发"),
        (Channel.SMS, MessageStatus.DROPPED, 0, "内容已过时，未发送", "内容已过时，未发送"),
    ],
)
def test_every_state_has_its_sentence(
    channel: Channel, status: MessageStatus, attempts: int, error: str, said: str
) -> None:
    sent = SENT if status is MessageStatus.SENT else None
    found = delivery_text(
        channel, status, attempts=attempts, error=error, created_at=WRITTEN, sent_at=sent, next_attempt_at=NEXT
    )
    assert found == said


def test_what_went_out_at_once_needs_no_second_time() -> None:
    said = delivery_text(
        Channel.EMAIL, MessageStatus.SENT, attempts=1, error="", created_at=SENT, sent_at=SENT, next_attempt_at=SENT
    )
    assert said == "收件邮件服务器已接收"

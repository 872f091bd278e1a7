"""活动报名方式 as agencies write it: which sign-up mode it suggests. The office decides when it publishes."""

import re

from openday.rules.privacy import plain_text
from openday.rules.states import SignupMode

# "Come as you are" is an answer of its own; a blank cell means that nobody signs up in public (guidance of the form).
_OPEN_DOOR = re.compile(
    r"(无需|无须|不需|不需要|不用|毋需|免)(提前|事先|另行)?(报名|预约)"
    r"|自由(参观|入场|进出|参加|前往)|(直接|自行)(前往|到场|参加)"
)
_INVITED = re.compile(r"定向邀请|邀请制|凭(邀请函|请柬)")
_BALLOT = re.compile(r"摇号|抽签")
_REVIEW = re.compile(r"审核(后|通过)|择优|筛选|报名资格审核")
_CLOSED = re.compile(r"不(公开|对外|面向社会)?(接受)?报名|内部组织|[无/—－-]+|暂无|没有")


def suggested_mode(signup_text: str) -> SignupMode:
    """The mode that a sign-up cell suggests.

    Blank → closed, 无需报名 and its like → open door, 摇号 → ballot, 审核 → review, else first come.
    """
    text = "".join(plain_text(signup_text).split()).rstrip("。.；;")
    if not text or _CLOSED.fullmatch(text):
        return SignupMode.CLOSED
    if _OPEN_DOOR.search(text):
        return SignupMode.OPEN_DOOR
    if _INVITED.search(text):
        return SignupMode.INVITATION
    if _BALLOT.search(text):
        return SignupMode.BALLOT
    if _REVIEW.search(text):
        return SignupMode.REVIEW
    return SignupMode.FIRST_COME

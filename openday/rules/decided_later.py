"""What a letter says to people who signed up where a review or a ballot decides afterwards."""

from openday.rules.signup import SignupFacts
from openday.rules.states import SignupMode
from openday.rules.wording import moment_text


def what_follows(facts: SignupFacts) -> str:
    """What becomes of an application now, and when, as a sentence; for the modes that decide later."""
    if facts.mode is SignupMode.BALLOT:
        return f"报名于{moment_text(facts.ends)}截止，截止后公开摇号。摇号前公布规则和不含姓名的名单，结果逐一通知。"
    return "举办单位审核后，逐一通知结果。"

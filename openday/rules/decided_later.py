"""What a letter says to people who signed up where a review or a ballot decides afterwards."""

from openday.rules.signup import SignupFacts
from openday.rules.states import SignupMode
from openday.rules.wording import moment_in, moment_text


def what_follows(facts: SignupFacts, language: str = "zh") -> str:
    """What becomes of an application now, and when, as a sentence; for the modes that decide later."""
    if language == "en":
        return _in_english(facts)
    if facts.mode is SignupMode.BALLOT:
        return f"报名于{moment_text(facts.ends)}截止，截止后公开摇号。摇号前公布规则和不含姓名的名单，结果逐一通知。"
    return "举办单位审核后，逐一通知结果。"


def _in_english(facts: SignupFacts) -> str:
    if facts.mode is SignupMode.BALLOT:
        closing = moment_in("en", facts.ends)
        return (
            f"Sign-up closes on {closing}, and a public ballot follows. The rules and a list without names are "
            "published before the draw; every applicant is told the result. "
        )
    return "The host reviews the applications and tells every applicant the result. "

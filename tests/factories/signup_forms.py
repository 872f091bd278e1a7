"""What sign-up forms ask for, and occurrences that ask it. Written as rows, not through use-cases."""

from sqlalchemy import update

from openday.db import session, use_case
from openday.models.occurrences import Occurrence
from openday.rules.signup_form import Eligibility, SignupForm
from openday.rules.signup_questions import Question, QuestionKind, ShownIf

FOOD = Question("food", QuestionKind.CHOICE, "是否用餐", "安排餐食", required=True, choices=("用餐", "不用餐"))
DIET = Question("diet", QuestionKind.TEXT, "饮食禁忌", "准备餐食", required=True, shown_if=ShownIf("food", "用餐"))
BASIS = "《关键信息基础设施安全保护条例》第十五条"
FULL = SignupForm(
    questions=(FOOD, DIET), companion_names=True, guardian=True, photo=True, eligibility=Eligibility(youngest=6)
)


@use_case
def ask(occurrence: Occurrence, form: SignupForm = FULL, *, protection: str = "none") -> str:
    """Let the occurrence ask this; returns its code."""
    session().execute(
        update(Occurrence).where(Occurrence.id == occurrence.id).values(form=form.as_dict(), protection=protection)
    )
    return occurrence.code

"""Which dates of a text belong to the activity, and which to something beside it.

A 开展时间 cell often carries the sign-up deadline, the time to be at the door or the day of the notice as well. A word
such as 报名 or 签到 claims the run of dates that it introduces (报名截止时间：9月10日) or that leads to it
(9月10日前报名).
"""

from dataclasses import dataclass

from openday.rules.period_tokens import Token

_TIMES = frozenset({"CLOCK", "STAMP", "PART", "ALL_DAY"})
_DATES = frozenset(
    {"YMD8", "YMD", "YEAR", "YM", "MONTH", "DAY", "XUN", "QUARTER", "HALF", "WHOLE", "DOTTED", "CHAINED", "NTHDAY"}
    | {"NOW", "YEAR_END", "THIS_YEAR", "NEXT_YEAR", "RELATIVE", "OPEN_DAYS", "NTHWEEK"}
)
_GLUE = frozenset(
    {
        "TO",
        "LIST",
        "EITHER",
        "FROM",
        "BEFORE",
        "AFTER",
        "SPACE",
        "WEEKDAY",
        "TENTATIVE",
        "FILLER",
        "NEXT_DAY",
        "OPEN",
        "CLOSE",
        "END",
    }
)
_LABELS = frozenset({"ASIDE", "ON_SITE", "ACT"})
_LISTED = (
    "报名",
    "预约",
    "登记",
    "征集",
    "网上",
    "线上",
    "现场",
)  # labels whose list of dates may go on behind a comma
_FAR = 5  # characters between a date and the verb that claims it, when no 前 ties them: 9月10日17时停止报名


@dataclass(slots=True)
class _Run:
    """Dates and clocks of one clause with nothing but joining words between: positions in the clause's token list."""

    begin: int
    end: int
    role: str = ""


def ignore_side_dates(tokens: list[Token]) -> bool:
    """Mark the tokens that speak of sign-up, arrival or a replaced date as ignored; True when a date was set aside."""
    clauses: dict[int, list[Token]] = {}
    for token in tokens:
        clauses.setdefault(token.clause, []).append(token)
    set_aside, carried = False, ""
    for clause in clauses.values():
        if clause[0].kind == "STOP":
            carried = ""
        runs = _runs(clause)
        _claim(clause, runs)
        for number, run in enumerate(runs):
            if not run.role and number == 0 and carried:
                run.role = carried
            set_aside |= _mark(clause, run)
        carried = _carry(clause, runs, carried)
    return set_aside


def _runs(clause: list[Token]) -> list[_Run]:
    runs: list[_Run] = []
    open_run = False
    for index, token in enumerate(clause):
        if token.kind in _DATES or token.kind in _TIMES:
            if open_run:
                runs[-1].end = index
            else:
                runs.append(_Run(index, index))
                open_run = True
        elif token.kind not in _GLUE:
            open_run = False
    return runs


def _claim(clause: list[Token], runs: list[_Run]) -> None:
    """Give each run the role of the label that claims it: forward (报名时间：…) or backward (…前报名)."""
    for number, run in enumerate(runs):
        before_from = runs[number - 1].end + 1 if number else 0
        after_to = runs[number + 1].begin if number + 1 < len(runs) else len(clause)
        ahead = [i for i in range(before_from, run.begin) if clause[i].kind in _LABELS]
        behind = [i for i in range(run.end + 1, after_to) if clause[i].kind in _LABELS]
        ahead = [i for i in ahead if not clause[i].text.endswith("参加")]  # 报名参加9月16日的活动
        forward = ahead[-1] if ahead and (not number or _points_forward(clause, ahead, runs[number - 1])) else None
        backward = behind[0] if behind and _reaches_back(clause, run, behind, number + 1 == len(runs)) else None
        if backward is not None and clause[backward].text.endswith("预约") and _is_whole_year(clause, run):
            backward = None  # 全年接受预约 is open all the year
        run.role = _role(clause, run, forward, backward)


def _is_whole_year(clause: list[Token], run: _Run) -> bool:
    return all(token.kind == "WHOLE" for token in clause[run.begin : run.end + 1])


def _points_forward(clause: list[Token], labels: list[int], previous: _Run) -> bool:
    """Between two runs: the last of several labels, a noun (报名时间), or one with a colon belongs to the later run."""
    label = labels[-1]
    return len(labels) > 1 or (_is_noun(clause, label) and not _tied(clause, previous))


def _reaches_back(clause: list[Token], run: _Run, labels: list[int], is_last: bool) -> bool:
    label = clause[labels[0]]
    if not is_last and len(labels) == 1 and _is_noun(clause, labels[0]) and not _tied(clause, run):
        return False
    if label.kind == "ACT" or _tied(clause, run):
        return True
    between = "".join(t.text for t in clause[run.end + 1 : labels[0]])
    if label.kind == "ON_SITE":
        return "后" not in between
    return len(between) <= _FAR and not any(c in between for c in "请的后")


def _is_noun(clause: list[Token], label: int) -> bool:
    text = clause[label].text
    if clause[label].kind == "ON_SITE":  # 签到 ends like 截止到, but is a verb
        text = text.removesuffix("到")
    colon = label + 1 < len(clause) and clause[label + 1].text == ":"
    return colon or text.endswith(("时间", "日期", "期限", "截止", "截至", "自", "为", "到"))


def _tied(clause: list[Token], run: _Run) -> bool:
    """前, 止 or 截止 right after the run: whatever follows is what must be done by then."""
    for token in clause[run.end + 1 :]:
        if token.kind in ("BEFORE", "END"):
            return True
        if token.kind not in _GLUE:
            return False
    return False


def _role(clause: list[Token], run: _Run, forward: int | None, backward: int | None) -> str:
    if forward is not None and clause[forward].kind != "ACT":
        return clause[forward].kind
    kind = clause[backward].kind if backward is not None else ""
    if forward is not None and kind == "ASIDE" and not _tied(clause, run):
        return "ACT"
    return kind or ("ACT" if forward is not None else "")


def _mark(clause: list[Token], run: _Run) -> bool:
    """Ignore what the role says; True when a date went (an arrival time takes only its clock with it)."""
    if run.role not in ("ASIDE", "ON_SITE"):
        return False
    dated = False
    end = run.end
    while end + 1 < len(clause) and clause[end + 1].kind in _GLUE:
        end += 1
    begin = run.begin
    while begin and clause[begin - 1].kind in _GLUE - {"OPEN", "CLOSE"}:
        begin -= 1
    for token in clause[begin : end + 1]:
        if run.role == "ASIDE":
            dated |= token.kind in _DATES
            token.ignored = True
        elif token.kind in ("CLOCK", "STAMP", "BEFORE", "END", "FROM"):
            token.ignored = True
    return dated


def _carry(clause: list[Token], runs: list[_Run], carried: str) -> str:
    """A list after 报名时间： may go on behind a comma; a single deadline may not."""
    if runs:
        label = any(t.kind == "ASIDE" and t.text[:2] in _LISTED for t in clause[: runs[0].begin])
        return "ASIDE" if runs[-1].role == "ASIDE" and (label or carried) and not _tied(clause, runs[-1]) else ""
    return ""

"""What the official papers of an open day say: announcement, schedule of a month, reminder to file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from openday.documents.official import Attachment, Heading, OfficialDocument, Picture, TableColumn, Text
from openday.documents.plain_text import one_line
from openday.rules.wording import day_text

_MOST_NAMED = 6
"""Agencies that are addressed by name; more are 各有关单位."""
_PENDING = re.compile("（(时间|日期)待定）")
_SCHEDULE = (
    TableColumn("序号", 7, centred=True),
    TableColumn("活动主题", 20),
    TableColumn("开展时间", 20),
    TableColumn("开展地点", 17),
    TableColumn("活动对象", 17),
    TableColumn("报名方式", 17),
    TableColumn("单位", 15),
    TableColumn("联系方式", 17, centred=True),
)
_MISSING = (
    TableColumn("序号", 8, centred=True),
    TableColumn("单位", 44),
    TableColumn("应报（项）", 16, centred=True),
    TableColumn("已报（项）", 16, centred=True),
    TableColumn("还差（项）", 16, centred=True),
)


@dataclass(frozen=True)
class Announcement:
    """One activity as the public is to read of it.

    `times` are the printed times of its occurrences, or the one vague time while `vague`; `qr` is the PNG of `address`,
    the activity's public page, where people sign up there. At most one of the two reasons is given.
    """

    agency: str
    theme: str
    times: tuple[str, ...]
    vague: bool
    venues: tuple[str, ...]
    content: str
    audience: str
    signup: str
    contact: str
    phone: str
    address: str
    qr: bytes | None = None
    cancel_reason: str = ""
    postpone_reason: str = ""
    hosts: tuple[tuple[str, str], ...] = ()
    """(主办单位, 承办单位 or 协办单位; name) of the agencies that hold it together with `agency`."""


@dataclass(frozen=True)
class ScheduledActivity:
    """A row of the schedule of a month, as printed."""

    theme: str
    times: str
    venue: str
    audience: str
    signup: str
    agency: str
    phone: str


@dataclass(frozen=True)
class MissingAgency:
    """An agency that owes plans to a call."""

    name: str
    owed: int
    filed: int


def announcement(facts: Announcement, issuer: str, dated: date) -> OfficialDocument:
    """活动公告; 活动预告 while the time is vague; the paper says so when it was put off or cancelled."""
    name = _named(facts.theme)
    if facts.cancel_reason:
        return _called_off(facts, f"关于取消{name}的公告", "取消", facts.cancel_reason, issuer, dated)
    if facts.postpone_reason:
        return _called_off(facts, f"关于延期举办{name}的公告", "延期举办", facts.postpone_reason, issuer, dated)
    title = f"{name}预告" if facts.vague else f"关于举办{name}的公告"
    matter = "预告" if facts.vague else "公告"
    blocks: list[Heading | Text | Picture] = [
        Text(
            f"为推进政务公开，听取社会公众对政府工作的意见建议，{facts.agency}将举办{name}。现将有关事项{matter}如下："
        ),
        Heading("活动时间"),
        Text("\n".join(facts.times)),
    ]
    if facts.vague:
        blocks.append(Text("具体时间确定后另行公布。"))
    sections = (
        ("活动地点", "\n".join(facts.venues)),
        ("活动内容", facts.content),
        ("活动对象", facts.audience),
        ("报名方式", facts.signup),
        ("举办单位", _hosts(facts)),
        ("联系方式", _contact(facts)),
    )
    for heading, text in sections:
        if text.strip():
            blocks += [Heading(heading), Text(text)]
    if facts.qr:
        blocks.append(Picture(facts.qr, f"扫描二维码查看活动并报名　{facts.address}"))
    return OfficialDocument(title, "", tuple(blocks), issuer, dated)


def _hosts(facts: Announcement) -> str:
    """A line for each part that agencies have in it; '' where the one that filed it holds it alone."""
    if not facts.hosts:
        return ""
    named = {"主办单位": [facts.agency]}
    for part, name in facts.hosts:
        named.setdefault(part, []).append(name)
    return "\n".join(f"{part}：{'、'.join(names)}" for part, names in named.items())


def month_schedule(
    year: int, month: int, rows: Sequence[ScheduledActivity], address: str, issuer: str, dated: date
) -> OfficialDocument:
    """活动安排表 of a month, attached to a line that makes it known; `address` is that of the public calendar."""
    title = f"{year}年{month}月政府开放活动安排"
    text = (
        f"现将{year}年{month}月政府开放活动安排（共{len(rows)}项）予以公布，欢迎社会公众参加。"
        f"活动的时间、地点如有变动，以网上公布的为准：{address}。"
    )
    table = [
        (str(number), row.theme, row.times, row.venue, row.audience, row.signup, row.agency, row.phone)
        for number, row in enumerate(rows, start=1)
    ]
    attachment = Attachment(f"{title}表", _SCHEDULE, table, landscape=True)
    return OfficialDocument(title, "", (Text(text),), issuer, dated, (attachment,))


def reminder_notice(
    call_title: str,
    year: int,
    due: date,
    answer_by: date,
    agencies: Sequence[MissingAgency],
    *,
    address: str,
    contact: str,
    issuer: str,
    dated: date,
) -> OfficialDocument:
    """催报通知 to the agencies that still owe plans: `due` was asked for first, `answer_by` is the last day now."""
    named = len(agencies) <= _MOST_NAMED
    blocks = (
        Text(
            f"《{one_line(call_title)}》要求各单位于{day_text(due, weekday=False)}前报送政府开放活动计划。"
            f"截至{day_text(dated, weekday=False)}，仍有{len(agencies)}个单位没有报齐（名单见附件）。"
            "现将有关事项通知如下："
        ),
        Heading("报送期限"),
        Text(f"请附件所列单位于{day_text(answer_by)}前报齐。"),
        Heading("报送要求"),
        Text(
            "开展时间应当写明月份，可以写到上旬、中旬、下旬或者具体日期；开展地点写场所名称；"
            "活动对象写明人员类别和人数；不公开报名的，报名方式可以不填。"
        ),
        Heading("报送方式"),
        Text(f"登录{address}在线填报，或者上传填写好的《政府开放活动计划安排报送表》。"),
        Heading("其他事项"),
        Text("已经开展活动的单位，报送开展情况。确实不能按期报送的，请在期限前说明理由。"
             + (f"联系方式：{contact}。" if contact else "")),
    )  # fmt: skip
    rows = [
        (str(number), each.name, str(each.owed), str(each.filed), str(each.owed - each.filed))
        for number, each in enumerate(agencies, start=1)
    ]
    return OfficialDocument(
        f"关于抓紧报送{year}年政府开放活动计划的通知",
        "、".join(one_line(each.name) for each in agencies) if named else "各有关单位",
        blocks,
        issuer,
        dated,
        (Attachment("没有报齐计划的单位名单", _MISSING, rows),),
    )


def _called_off(facts: Announcement, title: str, what: str, reason: str, issuer: str, dated: date) -> OfficialDocument:
    times = _PENDING.sub("", one_line("、".join(facts.times)))
    planned = f"原定{times}举办的" if times else ""
    later = "新的时间确定后另行公布。" if what == "延期举办" else ""
    blocks = (
        Text(f"{facts.agency}{planned}{_named(facts.theme)}{what}。{later}现将有关事项公告如下："),
        Heading("原因"),
        Text(reason),
        *((Heading("联系方式"), Text(_contact(facts))) if _contact(facts) else ()),
        Text("由此带来的不便，敬请谅解。"),
    )
    return OfficialDocument(title, "", blocks, issuer, dated)


def _named(theme: str) -> str:
    """The theme in quotation marks, and what it is; quotation marks inside become single ones."""
    text = one_line(theme).replace("“", "‘").replace("”", "’")
    kind = "" if text.endswith(("活动", "开放日")) else "政府开放活动"
    return f"“{text}”{kind}"


def _contact(facts: Announcement) -> str:
    parts = (("联系人", facts.contact), ("联系电话", facts.phone))
    return "，".join(f"{label}：{one_line(text)}" for label, text in parts if text.strip())

"""The words of a 开展时间 cell: one table of patterns that cuts plain text into dated, timed and telling pieces.

Order in `_PATTERNS` is meaning: a longer reading stands before the shorter one that it contains (每两个月一次 before
两个月, 2个工作日 before 工作日, 签到 before 到). What no pattern knows becomes a WORD of one character.
"""

import re
from dataclasses import dataclass, field

_SEP = r"[、,和及与至到\-~/]"
_WD = "[一二三四五六日天]"
_WEEK = r"(?:星期|礼拜|周)"
_CN = "[一二三四五六七八九十廿]"


def _listed(unit: str) -> str:
    """A bare number whose unit stands after the last of its list: the 26 of 26、27日."""
    return rf"[0-9]{{1,2}}(?=(?:{_SEP}[0-9]{{1,2}})+{unit})"


_PATTERNS: tuple[tuple[str, str], ...] = (
    ("SPACE", r" "),
    (
        "LUNAR",
        r"(?:农历|阴历|旧历|古历)[^,;。()]*|(?:正月|腊月|冬月|闰[0-9]{1,2}月)(?:初?[0-9一二三四五六七八九十廿]{1,3}日?)?|除夕|大年|小年|初[一二三四五六七八九十]"
        rf"|[0-9]{{1,2}}月(?:初{_CN}|(?!一[起般并同律旦整]|十分){_CN}{{1,3}}(?!{_CN}|[个月]))",
    ),
    ("STAMP", r"[0-2]?[0-9]:[0-9]{2}:[0-9]{2}(?![0-9:])"),
    ("PHONE", r"[0-9]{3,4}-[0-9]{7,8}|1[0-9]{2}-[0-9]{4}-[0-9]{4}"),
    ("YMD8", r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])(?![0-9])"),
    ("PHONE", r"[0-9]{5,}(?:-[0-9]+)?"),
    (
        "YMD",
        r"(?:19|20)[0-9]{2}(?P<s1>[-./~·])[0-9]{1,2}(?P=s1)[0-9]{1,2}[日号]?(?![0-9月:])"
        r"|(?:19|20)[0-9]{2}年[0-9]{1,2}[-./·][0-9]{1,2}[日号](?![0-9])",
    ),
    (
        "YEAR",
        r"(?:(?:19|20)[0-9]{2}(?:年度?|(?=[-./·][0-9]{1,2}月)|(?=[-~至到](?:19|20)[0-9]{2}年))|(?<![0-9])[23][0-9]年(?=[0-9]{1,2}月))(?:[-./·](?!(?:19|20)[0-9]{2}年))?",
    ),
    ("YM", r"(?:19|20)[0-9]{2}[-./·][0-9]{1,2}(?![0-9月.:/])"),
    (
        "EXCEPTION",
        rf"每?(?:逢?{_WEEK}{_WD}(?:[、和至](?:{_WEEK})?{_WD})*|(?:国家)?(?:法定)?节假日|双休日|周末|工作日)(?:[及和、][^,;。()0-9]{{0,6}})?"
        r"(?:除外|闭馆|休馆|闭园|不开放|休息|不接待|顺延)|除[^,;。()]{1,15}外",
    ),
    (
        "WEEK_OF",
        r"(?:当|这[1一]?|所在的?|那[1一]?)个?周(?![一二三四五六日天末])|(?:前后|左右)各?[0-9两几半]+个?[周天日月]",
    ),
    (
        "RHYTHM",
        r"(?:每逢?隔?|逢)(?:个)?(?:开放)?(?:半年|季度?|单双月|[单双]数?月份?|(?:[0-9]{1,2}|两)个?(?:月|周|星期|季度|年)|月份?|周末|双休日|法定节假日|节假日|工作日"
        rf"|{_WEEK}(?:{_WD}(?![次场期批趟])(?:[、,和及与至到~\-]{_WEEK}?{_WD}(?![次场期批趟]))*)?|学[期年]|年度?|天|日)"
        r"|隔(?:[0-9]个)?[周月]|(?<![0-9])(?:半年|两月|[0-9]{1,2}个(?:月|周|星期|季度|学期)|1(?:月|年|周|季度|学期))(?:开展|举办|组织|开放)?[0-9一两二三四五六]次(?![,、;])"
        r"|按(?:月|季度?|周)|月月|周周|逐月|各季度|各月|[0-9]个季度|[单双]数?月(?!份?[0-9])|[单双]数?月份?的?(?=[0-9]{1,2}[日号])|[单双]周",
    ),
    ("EACH", r"每(?:次|场|人|批|团|期|家|组|位|户|个单位|班)"),
    (
        "DURATION",
        r"(?:为期|历时|时长|持续|连续|共计?|时间)约?(?:[0-9]{1,3}个?(?:工作日|天|日(?!期)|周(?![一二三四五六日天])|星期(?![一二三四五六日天])|月)|半个?月|半天|半日|整?[一1][整全]?天)",
    ),
    (
        "NTHDAY",
        rf"(?:第[1-5]个|最后(?:[1一]个)|首个){_WEEK}{_WD}",
    ),
    (
        "NTHWEEK",
        rf"第[1-6一二三四五六]个?(?:完整)?(?:星期|礼拜|周)(?:末)?|(?:最后|首|头)[1一]?个?(?:星期|礼拜|周)(?:末)?"
        rf"|(?:第[0-9]{{1,2}}个|最后(?:[1一]个)?|首个|某个?|其中|任意|任[选1一]|[1一]个)+的?(?:工作日|周末|双休日|节假日|{_WEEK}{_WD}?)",
    ),
    (
        "QUARTER",
        rf"第[1-4]季度?|[1-4]季度|第?[1-4](?=(?:(?:{_SEP}|或)第?[1-4])+季)|[Qq][1-4](?![0-9])|[1-4][Qq](?![0-9A-Za-z])",
    ),
    (
        "COUNT",
        r"第?[0-9]+(?:\.[0-9]+)?(?:[-~至到、][0-9]+)?(?:余|多|来)?"
        r"(?:个(?:月|星期|周|工作日|小时)?|人次?|名|家|户|位|批次?|期|组|届|楼|层|室|元|岁|分钟|小时|周年|天|周(?![一二三四五六日天末1-7])|场次?|次|年(?![0-9])|日(?:以?内|游)"
        r"|%|米|公里|路|项|类|种|所|条|辆|车|人|号(?:楼|馆|厅|院|门|线|会|教|实|库|厂|井|站|地|展|窗|报|文|令))"
        r"|第[0-9]{1,3}(?![0-9季])",
    ),
    ("MONTH", rf"[0-9]{{1,2}}月(?:份)?|{_listed('月')}"),
    ("DAY", rf"[0-9]{{1,2}}[日号]|{_listed('[日号](?!内|游)')}"),
    ("XUN", r"[上中下][、至和]?[上中下]旬|[上中下]旬|上半月|下半月|月[初底末中](?![旬下的每任某央国秋])"),
    (
        "CLOCK",
        r"[0-9]{1,2}:[0-9]{2}(?:时|分|整|[AaPp][Mm])?(?![0-9])"
        r"|[0-9]{1,2}(?:时(?!间|段|候|长)|点(?!位|名|评|对|亮|要))(?:钟)?(?:整|半|许|[一1]刻|[三3]刻|[0-9]{1,2}(?:分|(?![0-9人名日号月:.])))?"
        rf"|{_listed('(?:时(?!间|段)|点|:[0-9]{2})')}",
    ),
    ("DOTTED", r"[0-9]{1,2}[./·][0-9]{1,2}[日号]?(?![0-9.:·月]|/(?![0-9]{1,2}\.))"),
    ("NUM", r"[0-9]+"),
    (
        "ON_SITE",
        r"(?:签到|集合|集中(?=乘|上车|出发|[,;。)]|$)|报到|入场|进场|检票|乘车|上车|发车|出发|到达|抵达|到场|到位|候场|候车|返程|热身|取票|验票|安检)(?:时间)?",
    ),
    # 如遇雨天，顺延至9月17日: what holds only on a condition is not the plan
    ("ASIDE", r"(?:遇|如遇|如因|如果|倘|若)(?!有?[变调]|动)[^;。()]*"),
    ("ASIDE", r"除外|不包?[含括]|闭馆|休馆|闭园|不开放"),
    ("CANCELLED", r"取消|暂缓|停办|停止开放|暂停"),
    ("MOVED", r"(?:更?改|变更|调整|推迟|延期|延迟|提前)(?:至|到|为|在|于)"),
    (
        "ASIDE",
        r"(?:开放|开始|启动|接受|组织|截[止至]|网上|线上|现场|电话|扫码|提前)*(?:报名(?!成功|者|人员|的|表)(?:参加)?|预约(?!参观|制|开放)|登记(?!中心)|征集|征询|填报|报送|上报|抽签|摇号|"
        r"发布|公布|公示|印发|顺延|布展|彩排|原定|原计划|雨天|咨询(?=电话|时间|热线)|联系电话|咨询电话|热线|投票|领票|缴费|报备)"
        r"(?:及?缴费|登记|报名|预约|截[止至]|工作|日期|时间|期限|通道|开始|结束|电话|自|为|到)*",
    ),
    ("END", r"不[晚迟]于|最[晚迟](?:不[晚迟]于|于|在)?|截[止至](?:时间|日期|到|至|于)*|为止|结束|止(?!步)"),
    ("NOW", r"(?:自|从)?(?:即日|即|今日|现在|今)起|即日"),
    (
        "TENTATIVE",
        r"(?:初步)?(?:暂定|暂拟|初步定于|初步定|初定|初拟|拟定|拟订|拟于|拟在|拟安排|拟(?=[0-9上下中第每开举组近本全)]|$)|计划[于在]|(?<![工动作度排划送报填])计划(?=[0-9第每上下开举组)]|$)"
        r"|预计(?!(?:时长|用时|持续|历时|共|参|需)?约?[0-9.]+(?:个?小时|分钟|天|人|名|余))|预定于|预计于|待定|未定|待通知|待确定|另行(?:通知|确定|安排|公告|公布)|另定|左右|前后|大约|(?<![预节])约(?=[0-9]{1,2}(?:月|日|:|点|时)|上午|下午))于?"
        r"|以[^,;。()]{0,12}(?:通知|公告|实际|安排|公布)[^,;。()]{0,8}为准",
    ),
    (
        "RELATIVE",
        r"近期|近日|日前(?!后)|择期|择机|择日|适时|尽快|不定期|定期|长期|[昨今明后前][天日](?!报)|[本这下上]个?(?:周|星期|礼拜)[一二三四五六日天末]?|[本下上]个?(?:月|季度)(?![0-9])|次月|当月"
        r"|明年|去年|前年|稍后|届时|随时|视情|待[^,;。()定]{1,6}后|(?<=年)(?:初(?![步定拟])|中(?![旬秋国小考]))|年[初中](?!考)",
    ),
    ("YEAR_END", r"(?<=年)[底末](?!考)|年[底末](?!考)"),
    ("NEXT_YEAR", r"次年|翌年|来年|第二年"),
    ("THIS_YEAR", r"今年|本年度?|当年"),
    ("NEXT_DAY", r"次日|第二天|翌日"),
    (
        "SEASON",
        r"春节|元宵|清明|端午|中秋|重阳|国庆|元旦|劳动节|五一|十一|六一|七一|八一|三八|暑假|寒假|暑期|[春夏秋冬]季|放假|黄金周",
    ),
    ("HALF", r"[上下]半年"),
    ("WHOLE", r"全年度?|年度?内|(?<=[年度])内|常年|整年|1年4季"),
    ("ALL_DAY", r"全天(?!候)|整天|1整天|一整天|全日(?!制)|整日|上[、,和及/]?下午"),
    (
        "PART",
        r"上午|早上|早晨|清晨|凌晨|下午|午后|中午(?!不|闭|休)|正午|傍晚|晚上|晚间|夜间|夜晚|当晚|晚(?!会|于|报|点名|宴)|早(?=[0-9])|[AaPp]\.?[Mm]\.?(?![A-Za-z])",
    ),
    ("WORK_HOURS", r"工作时间|上班时间|办公时间"),
    ("OPEN_DAYS", r"法定工作日|工作日|周末|双休日|法定节假日|节假日"),
    (
        "WEEKDAY",
        rf"{_WEEK}(?:{_WD}|[1-7](?![0-9:]))(?:[、,和及与至到~\-]?{_WD}(?![期程常月天]))*|(?<=\(){_WD}(?=\))",
    ),
    (
        "ACT",
        r"(?:活动|开展|开放|举办|举行|参观|实施|召开|组织)+(?:时间|日期)?|开展|举办|举行|召开|正式|启动(?:仪式)?|主会场|体验",
    ),
    (
        "TOGETHER",
        r"一起|至少|至于|甚至|以至|乃至|起(?:草|点|码|源)|提前|目前|此前|门前|前(?:往|台|来|期|厅|沿|进|置|述|排|提)|到(?:位|会|岗|访|现|校|馆|府|局|我|各|社|企|厂|家)",
    ),
    ("TO", r"[-~]|(?:一?直|持续|延续|开放)?[至到](?:当[日天])?"),
    ("FROM", r"起|开始|以来"),
    ("BEFORE", r"(?:之前|以前|前)"),
    ("AFTER", r"(?:之后|以后|过后|后)"),
    ("EITHER", r"或者?"),
    ("LIST", r"[、和及与&/]|以及"),
    ("CLOSE", r"\)"),
    ("OPEN", r"\("),
    ("COMMA", r","),
    ("STOP", r"[;。!?]"),
    ("LATIN", r"[A-Za-z]+"),
    ("FILLER", r"[自从于在的为是将:拟许当日天同定当日]"),
    ("WORD", r"."),
)


def _compiled() -> tuple[re.Pattern[str], dict[str, str]]:
    """One alternation; a kind with several rows gets one group a row."""
    parts, kinds = [], {}
    for number, (kind, pattern) in enumerate(_PATTERNS):
        group = f"k{number}"
        kinds[group] = kind
        parts.append(f"(?P<{group}>{pattern})")
    return re.compile("|".join(parts), re.DOTALL), kinds


_LEXER, _KINDS = _compiled()
# A month takes these directly after it: 9月初, 9月底, 9月中 — but not 9月中的每周六.
_MONTH_PART = re.compile(r"(?:月)?(初|底|末|中)(?![旬下的每任某央国秋])")
_NUMBER_THEN_UNIT = re.compile(r"[0-9]{1,2}")
_QUOTES = "\"'“”‘’「」『』"
_DATED = frozenset({"YMD", "YMD8", "DAY", "DOTTED", "NUM"})


@dataclass(slots=True)
class Token:
    """One piece of the text: its kind, its characters, its numbers, and the clause (`clause`) in which it stands."""

    kind: str
    text: str
    at: int
    numbers: tuple[int, ...] = ()
    clause: int = 0
    ignored: bool = field(default=False)


def tokens_of(plain: str) -> list[Token]:
    """Cut `plain` (as `plain_text` leaves it) into tokens; every character belongs to exactly one."""
    tokens: list[Token] = []
    clauses, depth, position = 0, [0], 0
    while position < len(plain):
        token = _next(plain, position, tokens[-1] if tokens else None)
        position += len(token.text)
        if token.kind == "OPEN":
            clauses += 1
            depth.append(clauses)
        elif token.kind in ("COMMA", "STOP"):
            clauses += 1
            depth[-1] = clauses
        token.clause = depth[-1]
        if token.kind == "CLOSE" and len(depth) > 1:
            depth.pop()
        tokens.append(token)
    return tokens


def _next(plain: str, position: int, before: Token | None) -> Token:
    kind = before.kind if before else ""
    if kind == "MONTH" and (part := _MONTH_PART.match(plain, position)):
        return Token("XUN", part[0], position)
    if kind == "MONTH" and (number := _slashed_day(plain, position)):
        return Token("DAY", number, position, (int(number),))
    match = _LEXER.match(plain, position)
    if match is None or match.lastgroup is None:  # a character that DOTALL's `.` does not take cannot exist
        return Token("WORD", plain[position], position)
    token = Token(_KINDS[match.lastgroup], match[0], position, _numbers(match[0]))
    return _in_context(token, plain, before)


def _slashed_day(plain: str, position: int) -> str:
    """The 16 of 9月16/17日, which alone would look like a date 16/17."""
    found = re.compile(r"([0-9]{1,2})/[0-9]{1,2}").match(plain, position)
    return found[1] if found else ""


def _in_context(token: Token, plain: str, before: Token | None) -> Token:
    """Kinds that depend on the neighbours: a bare number after a month is a day, a quoted 5.18 is the name of a day."""
    after = plain[token.at + len(token.text) :]
    last = before.kind if before else ""
    if token.kind == "NUM" and last == "OPEN" and after.startswith(")") and len(token.text) == 1:
        token.kind = "COUNT"  # (1) opens an item
    elif token.kind == "NUM" and last not in ("MONTH", "TO", "LIST") and re.match(r"[.、](?=[\u4e00-\u9fff])", after):
        token.kind = "COUNT"  # 1.时间
    elif token.kind == "NUM" and len(token.text) <= 2:
        # 9月16上午, 9月16-18: the 日 is left out; other characters after the number make it something else
        follows = bool(
            re.match(
                r"$|[,;。()、\-~至到和及/]| (?![0-9]{1,2}[日号月])|上午|下午|晚|全天|早|中午|周|星期|[0-9]|各|起|开|举",
                after,
            )
        )
        chained = last in ("TO", "LIST", "EITHER", "COMMA")
        if last == "MONTH" or (chained and follows):
            token.kind = ("DAY" if last == "MONTH" else "CHAINED") if follows else "STRAY"
        elif re.match(r"[\u4e00-\u9fff]", after) and not chained and last not in _DATED:
            token.kind = "COUNT"
        else:
            token.kind = "STRAY"
    elif token.kind == "NUM":
        named = re.match(r"(?![年月日号时点分])[\u4e00-\u9fff]|[\"'”’」]", after)  # 301会议室, “119”
        token.kind = "YEAR" if re.fullmatch(r"20[0-9]{2}", token.text) else "COUNT" if named else "STRAY"
    elif token.kind == "DOTTED" and (
        (before and before.text[-1:] in _QUOTES and last == "WORD")
        or re.match(
            r"(?![上下周星至到晚全和及前起各早中日号开举在于将拟])[\u4e00-\u9fff]{0,9}?[日节周]|[\"'”’」]", after
        )
    ):
        token.kind = "NAMED"
    elif token.kind == "LATIN" and (plain[token.at - 1 : token.at].isdigit() or after[:1].isdigit()):
        token.kind = "WORD" if token.text == "T" and last in ("YMD", "YMD8") else "STRAY"
    return token


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"[0-9]{1,9}", text))

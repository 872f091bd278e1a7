"""Who is there: 云溪区 with its agencies and the people who log in. Everything is invented."""

from dataclasses import dataclass

from openday.rules.permissions import Role

PLACE = "云溪区"


@dataclass(frozen=True)
class Office:
    """One agency. `place` is a part of the district with a tree of its own, '' for the district itself; the filer's
    and the reviewer's names, the latter '' where nobody reviews; `owes` plans to the first and to the second call."""

    key: str
    name: str
    phone: str
    filer: str
    reviewer: str
    owes: tuple[int, int]
    place: str = ""


@dataclass(frozen=True)
class LogIn:
    """One person whose password is printed, and where they should look first."""

    login: str
    name: str
    role: Role
    agency: str
    look: str


AGENCIES = (
    Office("library", "云溪区图书馆", "0000-8880001", "林晓禾", "周砚秋", (3, 2)),
    Office("water", "云溪区水务局", "0000-8880002", "陈望舒", "何静川", (2, 2)),
    Office("ecology", "云溪区生态环境分局", "0000-8880003", "许清和", "罗远山", (2, 1)),
    Office("market", "云溪区市场监督管理局", "0000-8880004", "方若谷", "邓文朗", (2, 2)),
    Office("fire", "云溪区消防救援大队", "0000-8880005", "高鸣野", "", (2, 1)),
    Office("city", "云溪区城市管理局", "0000-8880006", "沈见微", "田以宁", (2, 2)),
    Office("archive", "云溪区档案馆", "0000-8880007", "苏青简", "", (1, 0)),
    Office("media", "云溪区融媒体中心", "0000-8880008", "叶知遥", "秦牧远", (1, 1)),
    Office("service", "云溪区政务服务中心", "0000-8880009", "江雨眠", "彭修竹", (2, 1)),
    Office("weather", "云溪区气象局", "0000-8880010", "白云岫", "", (1, 0)),
    Office("culture", "云溪区文化馆", "0000-8880011", "唐一弦", "", (1, 0)),
    Office("education", "云溪区教育局", "0000-8880012", "程思齐", "万里晴", (2, 1)),
    Office("health", "云溪区卫生健康局", "0000-8880013", "余安之", "薛北辰", (2, 1)),
    Office("qingshi", "青石街道办事处", "0000-8880021", "孟春晓", "", (1, 1), "青石街道"),
    Office("clinic", "青石街道社区卫生服务中心", "0000-8880022", "夏至言", "", (1, 0), "青石街道"),
    Office("liuxi", "柳溪镇人民政府", "0000-8880031", "柳成荫", "", (1, 2), "柳溪镇"),
    Office("yunling", "云岭镇人民政府", "0000-8880041", "石磊野", "", (1, 0), "云岭镇"),
)

ADMIN = LogIn("admin", "系统管理员", Role.ADMIN, "", "人员与单位、工作日历、消息、办理记录")
OFFICER = LogIn("officer1", "顾明远", Role.OFFICER, "", "待审核的计划、未报送单位、发布与场次、统计和汇总表")
SECOND_OFFICER = LogIn("officer2", "梁秋实", Role.OFFICER, "", "意见建议的受理和公开、开展情况的公开")
AUDITOR = LogIn("auditor", "曹谨之", Role.AUDITOR, "", "只读：全部办理记录和统计")
DESK = LogIn("library-desk", "宋小满", Role.DESK, "library", "今天的一场可以签到，名单上已有人到场")

LOG_INS = (
    ADMIN,
    OFFICER,
    SECOND_OFFICER,
    AUDITOR,
    LogIn("library-filer", "林晓禾", Role.FILER, "library", "填报计划、报名名单、开展情况、待起草的答复"),
    LogIn("library-reviewer", "周砚秋", Role.REVIEWER, "library", "待审核的计划和答复、本单位人员"),
    LogIn("water-filer", "陈望舒", Role.FILER, "water", "退回的计划和逐栏意见、逾期的开展情况"),
    LogIn("water-reviewer", "何静川", Role.REVIEWER, "water", "待审核的计划"),
    DESK,
)

BRAND = "推门见云溪"
FIRST_CALL = """各镇街、区直各单位：

为进一步打开大门、听取意见，现征集{year}年度政府开放活动计划，有关事项通知如下。
一、每个单位按名单所列数量报送，鼓励结合群众关心的事项多报。
二、开展时间至少写明月份；报名方式可以填写，不面向社会公开报名的可以留空。
三、{month}月为“推门见云溪”开放月，请各单位尽量安排一场活动。
四、活动结束后5个工作日内填报开展情况。"""
SECOND_CALL = """各有关单位：

年度计划已陆续开展。现补充征集岁末年初的开放活动，请名单所列单位至少补报一项，重点安排群众反映场次不够、时间不便的内容，
尽量放在周末或者晚间。已在年度计划中报送的不重复报送。"""

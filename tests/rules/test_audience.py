"""Who may come and how many, read from wordings made up for the test and answered by hand."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openday.rules.audience import AudiencePart, Unit, read_audience

PERSON, FAMILY, GROUP, ENTERPRISE = Unit.PERSON, Unit.FAMILY, Unit.GROUP, Unit.ENTERPRISE

# text → (least, most, about, unit)
TOTALS = {
    # one number
    "热心市民18名": (18, 18, False, PERSON),
    "１８名热心市民": (18, 18, False, PERSON),
    "邀请居民代表 16 人参加": (16, 16, False, PERSON),
    "名额：24名": (24, 24, False, PERSON),
    "参观人数35人": (35, 35, False, PERSON),
    "拟招募体验官二十名": (20, 20, False, PERSON),
    "两名人大代表": (2, 2, False, PERSON),
    "邀请一百二十名老党员": (120, 120, False, PERSON),
    "开放席位60个": (60, 60, False, PERSON),
    "面向社会招募25个小朋友": (25, 25, False, PERSON),
    "1,200人": (1200, 1200, False, PERSON),
    "1.5万人次": (15000, 15000, False, PERSON),
    "30": (30, 30, False, PERSON),
    "拟参与人数：45": (45, 45, False, PERSON),
    # about
    "近百名个体工商户代表": (100, 100, True, PERSON),
    "大约40位家长": (40, 40, True, PERSON),
    "十余名媒体记者": (10, 10, True, PERSON),
    "二十多名新就业群体代表": (20, 20, True, PERSON),
    "学生、家长代表共计80人左右": (80, 80, True, PERSON),
    "党员、群众一百余人": (100, 100, True, PERSON),
    "市民代表（约15人）": (15, 15, True, PERSON),
    "上百名学生走进法院": (100, 100, True, PERSON),
    "人数控制在30人左右": (30, 30, True, PERSON),
    # bounds
    "参加人员不少于18名": (18, None, False, PERSON),
    "至少10名群众代表": (10, None, False, PERSON),
    "社区居民50人以上": (50, None, False, PERSON),
    "超过200名市民": (200, None, False, PERSON),
    "逾百名学生": (100, None, False, PERSON),
    "限报30人": (None, 30, False, PERSON),
    "名额有限，限前20名": (None, 20, False, PERSON),
    "参观团队人数原则上不超过45人": (None, 45, False, PERSON),
    "企业代表、群众代表12人以内": (None, 12, False, PERSON),
    "最多可接待40人": (None, 40, False, PERSON),
    "最大承载量100人": (None, 100, False, PERSON),
    "本次开放共4场，每场限额30人，总名额120人": (120, 120, False, PERSON),
    "参加人数10人以上，30人以内": (10, 30, False, PERSON),
    "人数上限：60": (None, 60, False, PERSON),
    "报满50人为止": (None, 50, False, PERSON),
    "不少于15人，不超过25人": (15, 25, False, PERSON),
    "15人以上25人以下": (15, 25, False, PERSON),
    # spans
    "群众代表10至15名": (10, 15, False, PERSON),
    "十至十五名志愿者": (10, 15, False, PERSON),
    "15名—20名市民": (15, 20, False, PERSON),
    "１５～２０人": (15, 20, False, PERSON),
    "约20-30人": (20, 30, True, PERSON),
    # families, enterprises, teams
    "亲子家庭30组": (30, 30, False, FAMILY),
    "15户家庭": (15, 15, False, FAMILY),
    "招募二十对亲子": (20, 20, False, FAMILY),
    "不超过10组家庭": (None, 10, False, FAMILY),
    "20组亲子家庭，每组不超过3人": (20, 20, False, FAMILY),
    "辖区重点企业12家": (12, 12, False, ENTERPRISE),
    "邀请8家规上企业": (8, 8, False, ENTERPRISE),
    "接待5个团体": (5, 5, False, GROUP),
    # printed totals win
    "共计36人，其中人大代表6人、政协委员10人、居民代表20人": (36, 36, False, PERSON),
    "人大代表6人、政协委员10人、居民代表20人，合计36人": (36, 36, False, PERSON),
    "30人（企业代表10人、群众代表20人）": (30, 30, False, PERSON),
    "市民代表20名（含残疾人代表2名）": (20, 20, False, PERSON),
    "来自6家企业的24名职工代表": (24, 24, False, PERSON),
    "10家企业共20人": (20, 20, False, PERSON),
    "20组家庭（共45人）": (45, 45, False, PERSON),
    "从120名报名者中随机抽取30名": (30, 30, False, PERSON),
    "每场20人，共60人": (60, 60, False, PERSON),
    "邀请对象：在本市居住的市民；人数：28人": (28, 28, False, PERSON),
    # sums
    "市民代表10名，区应急管理局工作人员5名": (15, 15, False, PERSON),
    "人大代表、政协委员各6名": (12, 12, False, PERSON),
    "人大代表、政协委员各3名，群众代表14名": (20, 20, False, PERSON),
    "10名教师代表、15名学生代表和5名家长代表": (30, 30, False, PERSON),
    "1.企业代表8名；2.商会代表4名；3.媒体记者3名": (15, 15, False, PERSON),
    "企业代表：10，居民代表：5": (15, 15, False, PERSON),
    "人大代表5人\n政协委员5人\n居民代表10人": (20, 20, False, PERSON),
    "共邀请20名市民代表、10名企业代表": (30, 30, False, PERSON),
    "人大代表（3人）群众代表（9人）": (12, 12, False, PERSON),
}


@pytest.mark.parametrize(("text", "expected"), TOTALS.items())
def test_a_wording_gives_its_total(text: str, expected: tuple[int | None, int | None, bool, Unit]) -> None:
    audience = read_audience(text)
    assert (audience.total_min, audience.total_max, audience.approx, audience.unit) == expected


# text → least, most, about, groups with their numbers; all persons
WHOLE_CELLS: dict[str, tuple[int | None, int | None, bool, dict[str, int]]] = {
    "面向社会公开招募市民代表15名，企业代表10名，媒体代表3名，合计28名。": (
        28,
        28,
        False,
        {"市民代表": 15, "企业代表": 10, "媒体代表": 3},
    ),
    "公开招募参观市民30名（报名满额为止），年龄18-65周岁，身体健康。": (30, 30, False, {"参观市民": 30}),
    "人大代表3名、“两企三新”代表6名、居民代表8名": (17, 17, False, {"人大代表": 3, "“两企三新”代表": 6, "居民代表": 8}),
    "党代表、政协委员（3—5人），企业代表（10人），群众代表（10人）": (23, 25, False, {"企业代表": 10, "群众代表": 10}),
    "拟邀请30名各界代表，其中人大代表5名，企业家代表10名，市民代表15名": (
        30,
        30,
        False,
        {"人大代表": 5, "企业家代表": 10, "市民代表": 15},
    ),
    "社会各界代表50名左右（包括人大代表、政协委员、新闻媒体等）": (50, 50, True, {"社会各界代表": 50}),
    "拟邀请高校学生30人，其中研究生10人": (30, 30, False, {"高校学生": 30, "研究生": 10}),
    "来自全市各行业的45位市民代表走进市公安局指挥中心": (45, 45, False, {"市民代表": 45}),
    "小学生25名（由1名家长陪同）": (25, 25, False, {"小学生": 25}),
    "20名小朋友（每名小朋友可由1-2名家长陪同）": (20, 20, False, {"小朋友": 20}),
    "特邀行风监督员八名": (8, 8, False, {"特邀行风监督员": 8}),
    "12345热线话务员代表6名": (6, 6, False, {"12345热线话务员代表": 6}),
    "3名劳模、5名工匠和10名一线工人": (18, 18, False, {"劳模": 3, "工匠": 5, "一线工人": 10}),
    "新闻媒体3家、群众代表15人": (None, None, False, {"群众代表": 15}),
    "人大代表、政协委员各2-3名，群众代表10名": (14, 16, False, {"群众代表": 10}),
    "拟邀市民代表12位，另邀企业家5位": (17, 17, False, {"市民代表": 12, "企业家": 5}),
    "人大代表、政协委员（各5名）、市民代表（10名）": (20, 20, False, {"人大代表": 5, "政协委员": 5, "市民代表": 10}),
    "本次活动名额30人，其中线上报名20人，现场报名10人": (30, 30, False, {}),
    "全市共招募100名观察员，每个县区10名": (100, 100, False, {"观察员": 100}),
    "企业代表（8名）、律师（2名）、其他（3名）": (13, 13, False, {"企业代表": 8, "律师": 2}),
    "村民代表不少于10人、党员不少于5人": (15, None, False, {}),
    "村民代表3至5人，党员5至8人": (8, 13, False, {}),
    "邀请3所学校120名学生": (120, 120, False, {"学生": 120}),
    "邀请12名由社区推荐的居民代表": (12, 12, False, {"居民代表": 12}),
    "先到先得，额满30人即止": (None, 30, False, {}),
    "受邀人员：社会监督员、企业代表共18名": (18, 18, False, {}),
    "其他社会公众若干，总人数控制在50人以内": (None, 50, False, {}),
    "9月16日，邀请市民20名参观三楼305展厅": (20, 20, False, {"市民": 20}),
    "人大代表 1人 政协委员 1人 群众代表 8人": (10, 10, False, {"人大代表": 1, "政协委员": 1, "群众代表": 8}),
    "居民代表10余名、党员代表5名": (15, 15, True, {"居民代表": 10, "党员代表": 5}),
    "镇（街道）、村（社区）干部40人": (40, 40, False, {"镇（街道）、村（社区）干部": 40}),
    "职工人数30人以上的企业代表10名": (10, 10, False, {"企业代表": 10}),
    "面向甲、乙两个社区招募30名居民": (30, 30, False, {"居民": 30}),
    "参加对象为50名已通过网上报名的居民": (50, 50, False, {"居民": 50}),
    "居民代表（含老年人、残疾人等）共计20余名": (20, 20, True, {}),
    "市民代表10名、物业3名、业委会2名": (15, 15, False, {"市民代表": 10}),
    "安排5名讲解员全程讲解，接待市民30名": (30, 30, False, {"市民": 30}),
    "80后青年代表20名": (20, 20, False, {"80后青年代表": 20}),
    "3名人大代表，5名企业负责人，部分市民": (None, None, False, {"人大代表": 3, "企业负责人": 5}),
    "人大代表5名、政协委员、企业代表10名": (None, None, False, {"人大代表": 5}),
    "三级医院代表5名": (5, 5, False, {"三级医院代表": 5}),
}


@pytest.mark.parametrize(("text", "expected"), WHOLE_CELLS.items())
def test_a_whole_cell_gives_its_total_and_its_groups(
    text: str, expected: tuple[int | None, int | None, bool, dict[str, int]]
) -> None:
    audience = read_audience(text)
    parts = {part.group: part.n for part in audience.parts}
    assert (audience.total_min, audience.total_max, audience.approx, parts) == expected
    assert audience.unit in (PERSON, None)


UNKNOWN = [
    "上午场30人、下午场30人",
    "第一批20人，第二批20人",
    "线上招募15名，线下邀请15名",
    "分4组，每组15人",
    "每所学校20名学生，共3所学校",
    "5人以上团体需提前3天预约",
    "团体预约20人起",
    "前100名参与者可获赠纪念品一份",
    "抽取10名幸运观众",
    "可容纳60人的会议室",
    "辖区人口3万人",
    "妇女儿童各15名",
    "",
    "社会各界人士",
    "两代表一委员",
    "“两代表一委员”、社区“两委”成员",
    "一线职工、三八红旗手",
    "市、县两级人大代表",
    "几十名群众代表",
    "数百名市民",
    "若干名企业代表",
    "七八名村民代表",
    "3个社区的居民代表",
    "来自5个乡镇、12个部门的代表",
    "第1期学员、第二批报名者",
    "2026年新入职教师",
    "三年级学生",
    "302会议室，咨询电话8123456",
    "联系人：王某，电话：13800000000",
    "人数不限",
    "0人",
    "每个家庭限报3人",
    "各镇街推荐2名居民代表",
    "每村1名村民代表",
    "如报名人数超过50人则抽签确定",
    "6周岁以下儿童须由1名家长陪同",
    "可携带2名家属",
    "千家万户",
    "百姓",
    "最近二十人大以来当选的代表",
    "5人制足球队",
    "市民代表20名、媒体记者若干",
    "20组家庭、10名记者",
    "每半小时一次",
    "13800000000人",
    "在" * 3000 + "20人",
]


@pytest.mark.parametrize("text", UNKNOWN)
def test_a_wording_without_a_certain_total_stays_unknown(text: str) -> None:
    audience = read_audience(text)
    assert (audience.total_min, audience.total_max, audience.approx, audience.unit) == (None, None, False, None)
    assert audience.label() == text


PARTS = {
    "社区居民代表12名、物业人员3名": [("社区居民代表", 12), ("物业人员", 3)],
    "人大代表（市、区）5名": [],
    "市、区人大代表5名，群众15名": [("市、区人大代表", 5), ("群众", 15)],
    "社区（村）干部10名": [("社区（村）干部", 10)],
    "区住房和城乡建设局工作人员4名、市民代表16名": [("区住房和城乡建设局工作人员", 4), ("市民代表", 16)],
    "教师和学生20名": [],
    "市民代表   企业代表 10名": [],
    "市民代表   10 名": [("市民代表", 10)],
    "人大代表、政协委员20名": [],
    "人大代表,政协委员,群众代表20名": [],
    "20名人大代表、政协委员": [],
    "15名热心公益的青年志愿者参加": [("青年志愿者", 15)],
    "二十余位老党员": [("老党员", 20)],
    "邀请“民生观察员”8名": [("民生观察员", 8)],
    "见义勇为代表6名": [("见义勇为代表", 6)],
    "社会组织代表6名": [("社会组织代表", 6)],
    "学校老师、学生代表等30人": [],
    "人大代表、政协委员各6名": [("人大代表", 6), ("政协委员", 6)],
    "人大代表、政协委员等各6名": [],
    "20名代表": [],
    "参与人员20名": [],
    "10-15名市民代表": [],
    "市民代表不超过10名": [],
    "群众代表20人，其中妇女代表5人": [("群众代表", 20), ("妇女代表", 5)],
    "共30人，其中企业代表10人、居民代表20人": [("企业代表", 10), ("居民代表", 20)],
    "服务对象代表10名": [("服务对象代表", 10)],
    "主要对象为：退役军人10名": [("退役军人", 10)],
    "企业6人、社区4人": [("企业", 6), ("社区", 4)],
    "辖区企业20名职工参观": [("职工", 20)],
    "市民代表20名、媒体记者若干": [("市民代表", 20)],
    "亲子家庭30组": [],
}


@pytest.mark.parametrize(("text", "expected"), PARTS.items())
def test_a_number_tied_to_one_named_group_is_a_part(text: str, expected: list[tuple[str, int]]) -> None:
    assert read_audience(text).parts == tuple(AudiencePart(group, n) for group, n in expected)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("每场20人", 20, 20),
        ("20人/场", 20, 20),
        ("30人每批", 30, 30),
        ("每批次15-20人，每批次参观30分钟", 15, 20),
        ("每天限50人", None, 50),
        ("每次活动邀请群众代表10名", 10, 10),
        ("分3批开展，每批邀请12名居民", 12, 12),
        ("每场邀请人大代表5名、政协委员5名、市民代表10名", 20, 20),
        ("单场不超过40人", None, 40),
        ("每天开放2场，每场30人", 30, 30),
    ],
)
def test_a_number_for_each_date_is_marked_so(text: str, low: int | None, high: int | None) -> None:
    audience = read_audience(text)
    assert (audience.total_min, audience.total_max, audience.per_session) == (low, high, True)


@pytest.mark.parametrize(
    "text",
    [
        "每周三开放，限20人",
        "市民代表60人，分3批，每批20人",
        "当天20个名额",
        "每场2小时，共邀请20人",
        "20组家庭，每组2-3人",
    ],
)
def test_a_number_for_everybody_is_not_marked_as_for_each_date(text: str) -> None:
    audience = read_audience(text)
    assert audience.understood
    assert not audience.per_session


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("年满16周岁的市民", 16),
        ("年满十八周岁", 18),
        ("8岁以上少年儿童20名", 8),
        ("18周岁（含）以上居民", 18),
        ("6-12岁儿童", 6),
        ("18周岁至65周岁，身体健康", 18),
        ("年龄18—60周岁", 18),
        ("不小于7周岁", 7),
        ("６周岁以上", 6),
        ("60岁以下市民", None),
        ("未满14周岁须由监护人陪同", None),
        ("6周岁以下儿童谢绝入内", None),
        ("12周岁以下须家长陪同，12周岁以上可独立参加", None),
        ("年满18周岁，60岁以上老人须家属陪同", 18),
        ("工作满3年的职工", None),
        ("小学三年级以上学生", None),
    ],
)
def test_the_lower_bound_of_an_age_is_read_and_is_no_head_count(text: str, age: int | None) -> None:
    assert read_audience(text).min_age == age


def test_an_age_is_never_taken_for_a_number_of_people() -> None:
    audience = read_audience("18-60周岁市民")
    assert (audience.total_min, audience.total_max, audience.min_age) == (None, None, 18)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("市民代表12名、企业代表6名，共计25人", "各组相加为18人，少于总数25人，请核对"),
        ("共10人，其中市民代表8人、企业代表6人", "各组相加为14人，多于总数10人，请核对"),
        ("市民代表12名、企业代表6名，共计18人", ""),
        ("共25人，其中女性代表5名", ""),
        ("市民代表10名、企业代表5名等共20余人", ""),
        ("市民代表10名、企业代表5名", ""),
    ],
)
def test_numbers_that_do_not_add_up_are_pointed_out(text: str, reason: str) -> None:
    assert read_audience(text).reason == reason


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "市民代表12名、企业代表6名，局工作人员7名，共计25人",
            "理解为：共25人，其中市民代表12人、企业代表6人、局工作人员7人",
        ),
        ("30余名市民代表", "理解为：市民代表约30人"),
        ("每场20-30人，年满18周岁", "理解为：每场20至30人；年满18周岁"),
        ("限额10人", "理解为：至多10人"),
        ("不少于25人", "理解为：至少25人"),
        ("20组亲子家庭", "理解为：共20个家庭"),
        ("市民代表20名、媒体记者若干", "理解为：市民代表20，总数未读出"),
        ("社会各界人士", "未读出人数，按原文显示"),
    ],
)
def test_the_filer_is_told_in_one_line_how_it_was_understood(text: str, line: str) -> None:
    assert read_audience(text).explained() == line


def test_audiences_sort_by_how_many_may_come_and_unknown_comes_first() -> None:
    texts = ["每场20-30人", "限额10人", "市民", "不少于25人", "市民代表5名、媒体记者若干"]
    assert [read_audience(text).sort_key for text in texts] == [30, 10, 0, 25, 5]


def test_the_reading_can_be_written_as_one_json_object() -> None:
    assert read_audience("年满18周岁的市民代表 12 名").as_label() == {
        "text": "年满18周岁的市民代表 12 名",
        "total_min": 12,
        "total_max": 12,
        "approx": False,
        "unit": "person",
        "parts": [{"group": "市民代表", "n": 12}],
        "per_session": False,
        "min_age": 18,
        "understood": True,
    }


@pytest.mark.parametrize(
    "text", ["20\ud800人", "\x00", "\u200b2\u200b0人", "市民代表\u200b10名", "(((((20人", "一" * 2000, "20人" * 600]
)
def test_no_wording_breaks_the_reading(text: str) -> None:
    assert read_audience(text).label() == text


def test_invisible_signs_do_not_hide_a_number() -> None:
    assert read_audience("市民代表\u200b1\u200b0名").parts == (AudiencePart("市民代表", 10),)


_WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        "市民代表 企业 人大代表 政协委员 共 共计 等 其中 约 近 不少于 不超过 限 上限 以上 以内 左右 余 多 名 人 位 "
        "户 组家庭 家企业 个 每 每场 各 第 年满 周岁 岁 ， 、 ； 。 （ ） ： - ～ 至 0 1 2 10 20 25 300 十 二十 百 千 "
        "万 几 的 和 及 从 中抽取 来自 /场 人次 名额 人数",
    )
)
_WORDINGS = st.one_of(st.lists(_WORDS, max_size=40).map("".join), st.text(max_size=80))


@settings(deadline=None, max_examples=400)
@given(_WORDINGS)
def test_whatever_is_written_reads_to_something_consistent(text: str) -> None:
    audience = read_audience(text)
    low, high = audience.total_min, audience.total_max
    assert audience.text == audience.label() == text
    assert low is None or low > 0
    assert high is None or high > 0
    assert low is None or high is None or low <= high
    assert (audience.unit is None) == (low is None and high is None)
    assert all(part.n > 0 and part.group for part in audience.parts)
    assert audience.understood == bool(audience.as_label()["understood"])
    assert audience.sort_key >= 0
    assert "\n" not in audience.explained()


@settings(deadline=None)
@given(st.integers(1, 99_999), st.sampled_from(["名", "人", "位"]))
def test_every_number_is_read_as_it_stands(n: int, counter: str) -> None:
    audience = read_audience(f"邀请居民代表{n}{counter}")
    assert (audience.total_min, audience.total_max, audience.parts) == (n, n, (AudiencePart("居民代表", n),))


@pytest.mark.parametrize("sign", ["人", "每", "约", "(", "20人", "、代表", "1-", "20名市民、", "其中20人,", "的"])
def test_the_longest_wordings_are_read_in_bounded_time(sign: str) -> None:
    text = (sign * 2000)[:2000]
    started = time.perf_counter()
    read_audience(text)
    assert time.perf_counter() - started < 0.5

"""Two wordings of one wish are found; two wishes that share polite words are not."""

import random
import time

import pytest

from openday.rules.similar_topics import TopicIndex, grams_of

TOPICS = {
    "water": ("希望参观自来水厂", "想看看自来水是怎么净化的，水质怎么检测。"),
    "waste": ("参观垃圾焚烧发电厂", "想了解生活垃圾分类以后去了哪里，排放是否达标。"),
    "rescue": ("体验120急救调度", "建议开放急救中心，学习心肺复苏。"),
    "fire": ("走进消防救援站", "带孩子看消防车，学习灭火器使用。"),
    "books": ("图书馆古籍修复开放", "想看古籍修复的过程。"),
    "buses": ("公交调度中心开放日", "了解公交线路怎么调整、早高峰怎么排班。"),
    "metro": ("参观地铁控制中心", "想看地铁列车是怎样调度的。"),
    "tax": ("办税大厅体验", "想知道个体户怎么办理电子发票。"),
    "canteen": ("学校食堂和午餐", "家长想看学校食堂的后厨和食材采购。"),
    "river": ("河道治理现场", "想看黑臭水体治理以后的变化。"),
}


@pytest.fixture(scope="module")
def index() -> TopicIndex:
    return TopicIndex((key, title, text) for key, (title, text) in TOPICS.items())


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("自来水是怎么来的，想去水厂看看", "", "water"),
        ("开放自来水厂", "了解水质检测", "water"),
        ("垃圾处理厂参观", "分类后的垃圾怎么处理", "waste"),
        ("垃圾去哪了", "焚烧厂排放达标吗", "waste"),
        ("急救中心开放", "学心肺复苏", "rescue"),
        ("消防站开放日", "孩子想看消防车", "fire"),
        ("古籍修复", "图书馆里的古籍怎么修", "books"),
        ("公交线路调整", "早高峰公交太挤", "buses"),
        ("地铁调度", "", "metro"),
        ("电子发票怎么开", "个体户办税", "tax"),
        ("中小学食堂后厨开放", "看看孩子午餐", "canteen"),
    ],
)
def test_another_wording_of_a_wish_finds_it_first(index: TopicIndex, title: str, text: str, expected: str) -> None:
    assert [like.key for like in index.similar(title, text)][:1] == [expected]


@pytest.mark.parametrize(
    ("title", "text"),
    [("气象台", "天气预报怎么做出来的"), ("博物馆夜场", "周末晚上开放"), ("参观", "建议开放"),
     ("法院庭审旁听", "想旁听案件"),
     ("希望组织市民参观", "我们想了解开放活动"), ("", ""), ("？？？", "。。。")],
)  # fmt: skip
def test_another_wish_finds_nothing(index: TopicIndex, title: str, text: str) -> None:
    assert index.similar(title, text) == []


def test_the_same_words_are_as_like_as_can_be(index: TopicIndex) -> None:
    best = index.similar(*TOPICS["waste"])[0]
    assert (best.key, round(best.score, 6)) == ("waste", 1.0)


def test_width_case_and_punctuation_make_no_difference() -> None:
    assert grams_of("ＡＢ路，１２３") == grams_of("ab路 123")


def test_thousands_are_asked_in_milliseconds() -> None:
    drawn = random.Random(7)
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 900)]
    many = [(str(n), "".join(drawn.choices(letters, k=14)), "".join(drawn.choices(letters, k=80))) for n in range(3000)]
    index = TopicIndex(many)
    began = time.perf_counter()
    for _ in range(10):
        found = index.similar(many[1234][1], many[1234][2])
    assert found[0].key == "1234"
    assert (time.perf_counter() - began) / 10 < 0.1, "measured 0.7 ms with 5,000"

"""The quotas that an audience proposes, and what the person who takes them over is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.rules.audience import read_audience
from openday.rules.quota_proposals import QuotaProposal, is_own_staff, propose_quotas
from openday.rules.schedules import quota_fault


def proposal(text: str, agency: str = "云溪区水务局") -> QuotaProposal:
    return propose_quotas(read_audience(text), agency=agency)


def remarks(text: str) -> str:
    return "".join(proposal(text).remarks)


@pytest.mark.parametrize(
    ("text", "quotas"),
    [
        ("企业代表10人、市民代表20人", [("企业代表", 10), ("市民代表", 20)]),
        ("人大代表、政协委员各5名，群众代表10名", [("人大代表", 5), ("政协委员", 5), ("群众代表", 10)]),
        ("社区居民30人/场", [("社区居民", 30)]),
        ("共20人", [("公众", 20)]),
        ("人大代表、政协委员、群众代表等20余人", [("公众", 20)]),
        ("不超过30人", [("公众", 30)]),
        ("市民代表20-30人", [("公众", 30)]),
        ("共40人，其中学生30人", [("学生", 30), ("其他", 10)]),
        ("学生20人，家长20人，学生5人", [("学生", 25), ("家长", 20)]),
        ("社会各界人士", []),
        ("不限", []),
    ],
)
def test_every_group_with_a_number_is_a_quota(text: str, quotas: list[tuple[str, int]]) -> None:
    assert list(proposal(text).quotas) == quotas


def test_own_staff_inside_the_total_takes_no_seat_of_the_public() -> None:
    found = proposal("市民代表12名、企业代表6名，云溪区水务局代表7名，共计25人")
    assert found.quotas == (("市民代表", 12), ("企业代表", 6))
    assert found.remarks == ("云溪区水务局代表7人是工作人员，不占公众名额。",)


@pytest.mark.parametrize(
    "group",
    ["工作人员", "本局干部", "局机关干部", "市司法局代表", "水务局讲解队", "讲解员", "班子成员", "区水务局工作人员"],
)
def test_the_hosts_own_people_are_known(group: str) -> None:
    assert is_own_staff(group, "云溪区水务局")


@pytest.mark.parametrize("group", ["社区工作人员", "企业工作人员", "市民代表", "退役军人代表", "机关事业单位代表"])
def test_other_peoples_staff_is_the_public(group: str) -> None:
    assert not is_own_staff(group, "云溪区水务局")


def test_shares_and_total_that_disagree_are_said() -> None:
    assert "各组相加为30人，少于总数35人" in remarks("企业代表10名，市民代表20名，共35人")
    assert "多于总数20人" in remarks("共20人，其中企业代表10名，市民代表20名")


@pytest.mark.parametrize(
    ("text", "quotas"),
    [
        ("20组亲子家庭（1大1小）", [("亲子家庭", 40)]),
        ("100个家庭，每个家庭限1-4人", [("家庭", 400)]),
        ("30组家庭，每组不超过3人", [("家庭", 90)]),
        ("20个亲子家庭", [("亲子家庭", 20)]),
        ("10家企业", [("企业", 10)]),
    ],
)
def test_families_become_people_where_the_text_says_how_many(text: str, quotas: list[tuple[str, int]]) -> None:
    assert list(proposal(text).quotas) == quotas
    assert "折算" in remarks(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("约30人", "约数"),
        ("不少于20人", "最少人数"),
        ("20-30人", "已按最多的30列出"),
        ("共40人，其中学生30人", "比总数少10人"),
    ],
)
def test_what_is_no_exact_number_is_said(text: str, word: str) -> None:
    assert word in remarks(text)


def test_too_many_groups_become_one_line() -> None:
    text = "、".join(
        f"{name}代表2名"
        for name in ("企业", "市民", "学生", "教师", "农民", "工人", "军人", "居民", "商户", "党员", "团员")
    )
    found = proposal(text)
    assert found.quotas == (("公众", 22),)
    assert "合并" in found.remarks[-1]


@given(st.text(alphabet="人名组家庭企业代表市民共各每限约、，（）0123456789一二十大小余场", max_size=60))
def test_whatever_is_proposed_can_be_saved(text: str) -> None:
    assert quota_fault(list(proposal(text).quotas), seats_needed=False) is None

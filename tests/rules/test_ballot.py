"""The ballot: anybody can repeat it, nobody can bend it, and the chances are what the rules say."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.rules import ballot_verifier
from openday.rules.ballot import (
    BallotQuota,
    BallotRefused,
    BallotRules,
    Drawn,
    Entry,
    Luck,
    SeedSource,
    chances,
    commitment,
    draw,
    entry_id,
    plain_value,
    published,
)

VALUES = ("482913", "3021.47")
SOURCES = (
    SeedSource("witness", "人大代表现场报出的六位数字", "2026-09-10"),
    SeedSource("public", "某指数2026年9月10日收盘点位", "2026-09-10"),
)


def rules_with(*quotas: BallotQuota, **changed: object) -> BallotRules:
    return replace(BallotRules("ab23cd45ef", 1, quotas or (BallotQuota("公众", 10),), SOURCES), **changed)  # type: ignore[arg-type]


def entries_of(count: int, *, quota: str = "公众", party: int = 1, group: str = "", start: int = 0) -> list[Entry]:
    return [Entry(entry_id("ab23cd45ef", f"receipt-{n}"), quota, party, group) for n in range(start, start + count)]


def lucky(result: tuple[Drawn, ...]) -> set[str]:
    return {drawn.entry for drawn in result if drawn.luck is Luck.SELECTED}


def test_the_same_rules_entries_and_seed_give_the_same_result_in_whatever_order_the_entries_stand() -> None:
    entries = entries_of(40)
    mixed = Random(7).sample(entries, len(entries))

    assert draw(rules_with(), entries, VALUES) == draw(rules_with(), mixed, VALUES)


def test_as_many_are_selected_as_there_are_seats_and_the_others_wait_in_their_order() -> None:
    result = draw(rules_with(), entries_of(40), VALUES)

    assert [drawn.luck for drawn in result] == [Luck.SELECTED] * 10 + [Luck.RESERVE] * 30
    assert [drawn.place for drawn in result[10:]] == list(range(1, 31))
    assert [drawn.call for drawn in result] == list(range(1, 41))


def test_a_bounded_reserve_list_leaves_the_rest_without_a_place() -> None:
    result = draw(rules_with(reserve=5), entries_of(40), VALUES)

    assert [drawn.luck for drawn in result[10:]] == [Luck.RESERVE] * 5 + [Luck.NOT_SELECTED] * 25


def test_a_party_gets_all_of_its_seats_or_none_and_smaller_ones_may_take_what_it_left() -> None:
    result = draw(rules_with(BallotQuota("公众", 4)), [*entries_of(3, party=3), *entries_of(1, start=9)], VALUES)
    parties = {entry.id: entry.party for entry in [*entries_of(3, party=3), *entries_of(1, start=9)]}

    assert sorted(parties[entry] for entry in lucky(result)) == [1, 3]


def test_quotas_never_exceed_their_seats_nor_the_seats_that_they_share() -> None:
    rules = rules_with(BallotQuota("公众", 10), BallotQuota("家庭", 10), shared_seats=12)
    entries = [*entries_of(30), *entries_of(30, quota="家庭", party=2, start=100)]
    of = {entry.id: entry for entry in entries}
    winners = [of[entry] for entry in lucky(draw(rules, entries, VALUES))]

    assert sum(entry.party for entry in winners) in (11, 12)
    assert all(sum(e.party for e in winners if e.quota == quota.name) <= quota.seats for quota in rules.quotas)


def test_another_seed_or_another_entry_or_another_rule_gives_another_commitment_or_result() -> None:
    entries = entries_of(40)

    assert draw(rules_with(), entries, VALUES) != draw(rules_with(), entries, ("482914", "3021.47"))
    assert commitment(rules_with(), entries) != commitment(rules_with(), entries[1:])
    assert commitment(rules_with(), entries) != commitment(rules_with(BallotQuota("公众", 11)), entries)


@pytest.mark.parametrize("written", ["３０２１．４７", " 3021.47 ", "3 021.47", "3,021.47"])
def test_a_seed_value_counts_the_same_however_it_is_typed(written: str) -> None:
    assert plain_value(written) == "3021.47"


@pytest.mark.parametrize(
    ("rules", "entries", "values", "reason"),
    [
        (rules_with(), entries_of(2), ("482913",), "种子来源"),
        (rules_with(), entries_of(2), ("482913", " ， "), "种子数值"),
        (rules_with(), [*entries_of(1), *entries_of(1)], VALUES, "重复"),
        (rules_with(), entries_of(1, quota="别的"), VALUES, "不正确"),
        (rules_with(), entries_of(1, party=0), VALUES, "人数"),
        (rules_with(sources=()), entries_of(1), (), "来源"),
        (rules_with(weights={"": 0}), entries_of(1), VALUES, "权重"),
        (rules_with(draw=2), entries_of(1), VALUES, "理由"),
        (rules_with(BallotQuota("公众", -1)), entries_of(1), VALUES, "负数"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_reason(
    rules: BallotRules, entries: list[Entry], values: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(BallotRefused, match=reason):
        draw(rules, entries, values)


def a_random_case(number: int) -> tuple[BallotRules, list[Entry], tuple[str, str]]:
    random = Random(number)
    names = ["公众", "家庭", "企业"][: random.randint(1, 3)]
    seats = [random.randint(0, 30) for _ in names]
    shared = random.choice([None, random.randint(0, sum(seats))])
    rules = rules_with(
        *(BallotQuota(name, count) for name, count in zip(names, seats, strict=True)),
        shared_seats=shared,
        reserve=random.choice([None, random.randint(0, 10)]),
        weights={"": 1, "本地居民": random.randint(1, 5)},
    )
    entries = [
        Entry(entry_id("x", str(n)), random.choice(names), random.randint(1, 5), random.choice(["", "本地居民"]))
        for n in range(random.randint(0, 80))
    ]
    return rules, entries, (str(random.randrange(10**6)), str(random.random()))


def as_read(data: object) -> dict[str, object]:
    read: dict[str, object] = json.loads(json.dumps(data, ensure_ascii=False))
    return read


def test_the_verifier_agrees_on_a_hundred_random_ballots() -> None:
    for number in range(100):
        rules, entries, values = a_random_case(number)
        data = published(rules, entries, values, draw(rules, entries, values))

        assert ballot_verifier.differences(as_read(data), as_read(published(rules, entries))) == []


def test_the_verifier_sees_a_changed_entry_seed_rule_or_result() -> None:
    rules, entries, values = rules_with(), entries_of(40), VALUES
    honest = published(rules, entries, values, draw(rules, entries, values))
    before = as_read(published(rules, entries))

    fewer = entries[1:]
    another = published(rules, fewer, values, draw(rules, fewer, values))
    assert ballot_verifier.differences(as_read(another), before) == ["规则或名单与摇号前公布的不一致"]
    larger = rules_with(BallotQuota("公众", 11))
    bent = published(larger, entries, values, draw(larger, entries, values))
    assert ballot_verifier.differences(as_read(bent), before) == ["规则或名单与摇号前公布的不一致"]
    seeded = as_read(honest) | {"seed_values": ["482914", "3021.47"]}
    assert ballot_verifier.differences(seeded, before) == ["种子与重新计算的不一致", "摇号结果与重新计算的不一致"]
    swapped = as_read(honest)
    rows = swapped["result"]
    assert isinstance(rows, list)
    rows[0][0], rows[20][0] = rows[20][0], rows[0][0]
    assert ballot_verifier.differences(swapped, before) == ["摇号结果与重新计算的不一致"]


def test_the_verifier_is_one_file_that_runs_alone_and_finds_ones_own_row(tmp_path: Path) -> None:
    entries = entries_of(40)
    result = draw(rules_with(), entries, VALUES)
    (tmp_path / "result.json").write_text(json.dumps(published(rules_with(), entries, VALUES, result)), "utf-8")
    alone = tmp_path / "verifier.py"
    alone.write_bytes(Path(ballot_verifier.__file__).read_bytes())
    mine = next(drawn for drawn in result if drawn.entry == entry_id("ab23cd45ef", "receipt-3"))

    run = subprocess.run(
        [sys.executable, "-I", "-S", alone, tmp_path / "result.json", "--receipt", " RECEIPT-3 "],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONIOENCODING": "utf-8"},
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "一致：40份报名" in run.stdout
    assert f"第{mine.call}个被抽到" in run.stdout
    assert mine.luck.label in run.stdout


def test_the_verifier_refuses_a_file_that_is_no_result(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text('{"rules": {}}', "utf-8")

    assert ballot_verifier.main([str(tmp_path / "result.json")]) == 1


def chi_square(counts: list[int], expected: list[float]) -> float:
    return sum((count - wanted) ** 2 / wanted for count, wanted in zip(counts, expected, strict=True))


def test_every_entry_has_the_same_chance_within_its_weight() -> None:
    """2,000 draws of one seat: the chance to be called up first is proportional to the weight."""
    rules = rules_with(BallotQuota("公众", 1), weights={"": 1, "本地居民": 3})
    entries = [*entries_of(6), *entries_of(2, group="本地居民", start=50)]
    first = dict.fromkeys((entry.id for entry in entries), 0)
    for number in range(2_000):
        first[draw(rules, entries, (str(number), "0"))[0].entry] += 1

    expected = [2_000 * rules.weights[entry.group] / 12 for entry in entries]
    # 7 degrees of freedom: 24.3 is exceeded once in a thousand fair cases; the seeds are fixed.
    assert chi_square([first[entry.id] for entry in entries], expected) < 24.3


def test_the_simulation_tells_the_chance_of_each_kind_before_anything_is_published() -> None:
    rules = rules_with(BallotQuota("公众", 10), BallotQuota("家庭", 4))
    entries = [*entries_of(40), *entries_of(2, quota="家庭", party=2, start=90)]

    by_quota = {chance.quota: chance for chance in chances(rules, entries, draws=100)}

    assert by_quota["公众"].selected == pytest.approx(10 / 40)  # ten of forty in every draw
    assert by_quota["家庭"].selected == 1.0
    assert by_quota["公众"].entries == 40


def test_with_weights_the_chance_is_that_of_drawing_without_putting_back() -> None:
    """One of two seats for three entries of weight 1, 1, 2: P(the heavy one) = 1/2 + 2·(1/4·2/3) = 5/6."""
    rules = rules_with(BallotQuota("公众", 2), weights={"": 1, "本地居民": 2})
    entries = [*entries_of(2), *entries_of(1, group="本地居民", start=7)]

    heavy = next(c for c in chances(rules, entries, draws=3_000) if c.group == "本地居民")

    assert heavy.selected == pytest.approx(5 / 6, abs=0.02)


@given(st.lists(st.integers(1, 5), max_size=30), st.integers(0, 40), st.text(min_size=1, max_size=8))
def test_seats_are_never_exceeded_and_nobody_is_left_out_who_fits(parties: list[int], seats: int, value: str) -> None:
    rules = rules_with(BallotQuota("公众", seats), sources=SOURCES[:1])
    entries = [Entry(entry_id("p", str(n)), "公众", party) for n, party in enumerate(parties)]
    result = draw(rules, entries, ("0" + value,))
    party = {entry.id: entry.party for entry in entries}
    sold = sum(party[entry] for entry in lucky(result))

    assert len(result) == len(entries)
    assert sold <= seats
    assert all(party[drawn.entry] > seats - sold for drawn in result if drawn.luck is not Luck.SELECTED)

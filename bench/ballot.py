"""Is the ballot fair? 10,000 simulated draws against what chance alone would give, and how long one draw takes.

    python bench/ballot.py [--draws 10000]

Three questions: who is called up first (weights 1, 2, 3), in which order four entries are called up (24 orders), and
who gets one of 10 seats among 30. Each is answered with chi-square and how often fair draws deviate at least as much.
"""

import argparse
import sys
import time
from collections import Counter
from math import erfc, sqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from openday.rules.ballot import BallotQuota, BallotRules, Entry, Luck, SeedSource, draw, entry_id

SOURCES = (SeedSource("witness", "现场报出的数字", "2026-09-10"),)


def rules_of(seats: int, weights: dict[str, int] | None = None) -> BallotRules:
    """Rules with one quota."""
    return BallotRules("bench", 1, (BallotQuota("公众", seats),), SOURCES, weights or {"": 1})


def entries_of(groups: list[str]) -> list[Entry]:
    """One single person for each group name."""
    return [Entry(entry_id("bench", str(n)), "公众", 1, group) for n, group in enumerate(groups)]


def tail(chi2: float, freedom: int) -> float:
    """How often chi-square of fair draws is at least as large (Wilson and Hilferty's approximation)."""
    spread = 2 / (9 * freedom)
    return erfc(((chi2 / freedom) ** (1 / 3) - (1 - spread)) / sqrt(spread) / sqrt(2)) / 2


def report(question: str, chi2: float, freedom: int) -> None:
    """One line of the table."""
    print(f"{question:<42} chi2 {chi2:7.2f}   df {freedom:3}   p {tail(chi2, freedom):.3f}")


def first_place(draws: int) -> None:
    """Called up first, with weights."""
    weights = {"甲": 1, "乙": 2, "丙": 3}
    rules, entries = rules_of(1, weights), entries_of(["甲"] * 6 + ["乙"] * 6 + ["丙"] * 6)
    counts = Counter(draw(rules, entries, (str(n),))[0].entry for n in range(draws))
    whole = sum(weights[entry.group] for entry in entries)
    wanted = {entry.id: draws * weights[entry.group] / whole for entry in entries}
    report("first of 18, weights 1:2:3", sum((counts[e] - w) ** 2 / w for e, w in wanted.items()), len(entries) - 1)


def whole_order(draws: int) -> None:
    """All 24 orders of four entries."""
    rules, entries = rules_of(4), entries_of([""] * 4)
    counts = Counter(tuple(drawn.entry for drawn in draw(rules, entries, (str(n),))) for n in range(draws))
    orders = list(counts.values()) + [0] * (24 - len(counts))
    report("order of 4, 24 orders", sum((count - draws / 24) ** 2 / (draws / 24) for count in orders), 23)


def seats(draws: int) -> None:
    """10 seats for 30; drawing without putting back needs the factor (N - 1) / (N - k)."""
    rules, entries = rules_of(10), entries_of([""] * 30)
    counts: Counter[str] = Counter()
    for n in range(draws):
        counts.update(drawn.entry for drawn in draw(rules, entries, (str(n),)) if drawn.luck is Luck.SELECTED)
    wanted = draws * 10 / 30
    chi2 = sum((counts[entry.id] - wanted) ** 2 / wanted for entry in entries) * 29 / 20
    report("10 seats for 30", chi2, 29)


def pace() -> None:
    """One draw of 20,000 parties."""
    rules, entries = rules_of(5_000, {"": 1, "本地": 3}), entries_of(["", "本地"] * 10_000)
    began = time.perf_counter()
    draw(rules, entries, ("482913",))
    print(f"one draw of 20,000 entries: {1000 * (time.perf_counter() - began):.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000)
    number = parser.parse_args().draws
    print(f"{number} draws")
    first_place(number)
    whole_order(number)
    seats(number)
    pace()

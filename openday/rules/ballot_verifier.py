#!/usr/bin/env python3
"""核验政府开放日摇号结果 / Verifies the result of a ballot of an open day.

用法 / Usage:
    python3 ballot_verifier.py result.json [--receipt 报名回执编号] [--before before.json]

只需要 Python 3，不需要安装任何程序，也不连接网络。Needs Python 3 and nothing else, and goes to no network.
The procedure is written here a second time, independently of the system that made the draw:
  commitment = SHA-256("openday-ballot/1" LF SHA-256(rules) LF SHA-256(entries))
  seed       = SHA-256("openday-ballot/1/seed" LF commitment LF value 1 LF value 2 …)
  an entry of weight w keeps the smallest of SHA-256(seed LF entry LF 1 … w); the smallest is called up first
  a party takes its seats if its quota and the shared seats hold all of it; otherwise it joins the reserve of its quota
Hashes are over JSON with sorted keys and without spaces, in UTF-8. 退出码 / exit code: 0 一致 agrees, 1 不一致 differs.
"""

import argparse
import hashlib
import json
import sys
from typing import Any


def sha(data: str) -> str:
    """SHA-256 of a text, as hex digits."""
    return hashlib.sha256(data.encode("utf-8")).hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and without spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def recompute(rules: Any, entries: Any, values: list[str]) -> dict[str, Any]:
    """The hashes, the seed and the result that follow from rules, entries and seed values."""
    rules_hash = sha(canonical(rules))
    entries_hash = sha(canonical(sorted(entries)))
    commitment = sha("\n".join(["openday-ballot/1", rules_hash, entries_hash]))
    seed = sha("\n".join(["openday-ballot/1/seed", commitment, *values]))
    return {
        "rules_sha256": rules_hash,
        "entries_sha256": entries_hash,
        "commitment": commitment,
        "seed": seed,
        "result": allot(rules, entries, seed),
    }


def allot(rules: Any, entries: Any, seed: str) -> list[list[Any]]:
    """Rows of entry, order of call, outcome and place on the reserve list."""
    called = []
    for entry, quota, party, group in entries:
        numbers = [sha(f"{seed}\n{entry}\n{number + 1}") for number in range(rules["weights"][group])]
        called.append((min(numbers), entry, quota, party))
    called.sort()
    free = dict(rules["quotas"])
    waiting = dict.fromkeys(free, 0)
    shared = sum(free.values()) if rules["shared_seats"] is None else rules["shared_seats"]
    result: list[list[Any]] = []
    for position, (_, entry, quota, party) in enumerate(called, 1):
        if party <= free[quota] and party <= shared:
            free[quota] -= party
            shared -= party
            result.append([entry, position, "selected", None])
        elif rules["reserve"] is None or waiting[quota] < rules["reserve"]:
            waiting[quota] += 1
            result.append([entry, position, "reserve", waiting[quota]])
        else:
            result.append([entry, position, "not_selected", None])
    return result


def differences(data: Any, before: Any = None) -> list[str]:
    """What does not agree, as Chinese sentences; empty when everything does."""
    entries, rules = data["entries"], data["rules"]
    found = []
    if rules.get("format") != "openday-ballot/1":
        found.append("规则的格式不是 openday-ballot/1")
    if len({row[0] for row in entries}) != len(entries):
        found.append("名单中有重复的编号")
    if len(data["seed_values"]) != len(rules["sources"]):
        found.append("种子数值的个数与公布的来源不一致")
    ours = recompute(rules, entries, data["seed_values"])
    names = {
        "rules_sha256": "规则的校验值", "entries_sha256": "名单的校验值", "commitment": "摇号前公布的总校验值",
        "seed": "种子", "result": "摇号结果",
    }  # fmt: skip
    found += [f"{name}与重新计算的不一致" for key, name in names.items() if data.get(key) != ours[key]]
    if before is not None and before["commitment"] != ours["commitment"]:
        found.append("规则或名单与摇号前公布的不一致")
    return found


def row_of(data: Any, receipt: str) -> Any:
    """The row of one receipt, or None."""
    occurrence = data["rules"]["occurrence"]
    mine = sha("\n".join(["openday-ballot/1/entry", occurrence, receipt.strip().lower()]))[:24]
    return next((row for row in data["result"] if row[0] == mine), None)


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="核验政府开放日摇号结果")
    parser.add_argument("result")
    parser.add_argument("--receipt")
    parser.add_argument("--before")
    chosen = parser.parse_args(arguments)
    try:
        data = read(chosen.result)
        found = differences(data, read(chosen.before) if chosen.before else None)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as wrong:
        say(f"无法核验：文件不完整或不是摇号结果（{type(wrong).__name__}: {wrong}）")
        return 1
    for sentence in found:
        say("不一致：" + sentence)
    if not found:
        say(f"一致：{len(data['entries'])}份报名的结果与公布的规则、名单和种子相符")
    if chosen.receipt:
        row = row_of(data, chosen.receipt)
        words = {"selected": "中签", "reserve": "候补第{}位", "not_selected": "未中签"}
        say(words[row[2]].format(row[3]) + f"（第{row[1]}个被抽到，编号{row[0]}）" if row else "名单中没有这个回执编号")
    return 1 if found else 0


def read(name: str) -> Any:
    """A JSON file."""
    with open(name, encoding="utf-8") as file:
        return json.load(file)


def say(sentence: str) -> None:
    """One line on standard output."""
    sys.stdout.write(sentence + "\n")


if __name__ == "__main__":
    sys.exit(main())

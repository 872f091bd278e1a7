"""The work of a form: what counts as done, for how long, and who counts as one sender."""

import struct
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from openday.rules.proof_of_work import (
    DIFFICULTY,
    LASTS,
    PIECES,
    Challenge,
    in_time,
    is_solved,
    network_of,
    read_challenge,
    solve,
    unsigned_challenge,
)

MADE = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def challenge(difficulty: int = 6, nonce: str = "0123456789abcdef" * 2) -> Challenge:
    found = read_challenge(f"{unsigned_challenge('suggestion', nonce, MADE, difficulty)}.{'e' * 64}")
    assert found is not None
    return found


def test_a_challenge_is_read_back_as_it_was_written() -> None:
    found = challenge(DIFFICULTY)
    assert (found.purpose, found.difficulty, found.made_at) == ("suggestion", DIFFICULTY, int(MADE.timestamp()))
    assert found.text == f"{found.signed}.{found.signature}"


@pytest.mark.parametrize(
    "text",
    ["", "suggestion", "suggestion.14.1.2.3", f"SUGGESTION.14.1.{'a' * 32}.{'b' * 64}",
     f"a.14.１.{'a' * 32}.{'b' * 64}", f"a.14.1.{'a' * 32}.{'b' * 64}\n", "x" * 100_000],
)  # fmt: skip
def test_what_is_no_challenge_is_none(text: str) -> None:
    assert read_challenge(text) is None


def test_the_work_done_counts_and_each_of_its_numbers_was_needed() -> None:
    asked = challenge()
    proof = solve(asked)
    assert is_solved(asked, proof)
    seed = sha256(asked.text.encode()).digest()
    for piece, number in enumerate(map(int, proof.split("."))):
        digest = sha256(seed + struct.pack(">II", piece, number)).digest()
        assert digest[0] >> 2 == 0, "six zero bits at the front"
        assert not any(
            sha256(seed + struct.pack(">II", piece, less)).digest()[0] >> 2 == 0 for less in range(number)
        ), "the first number that fits"


def test_the_work_of_one_challenge_is_worth_nothing_for_another() -> None:
    proof = solve(challenge(10))
    assert not is_solved(challenge(10, "f" * 32), proof)


@pytest.mark.parametrize(
    "proof",
    ["", "0", ".".join(["0"] * PIECES), ".".join(["0"] * (PIECES + 1)), "1.2.3.4.5.6.7.x", "-1.1.1.1.1.1.1.1",
     ".".join(["4294967296"] * PIECES), "٣.1.1.1.1.1.1.1", "9" * 100_000, "1." * 50_000],
)  # fmt: skip
def test_no_other_text_passes_for_work(proof: str) -> None:
    assert not is_solved(challenge(16), proof)


def test_a_challenge_counts_for_half_a_day() -> None:
    found = challenge()
    assert in_time(found, MADE)
    assert in_time(found, MADE + LASTS)
    assert not in_time(found, MADE + LASTS + timedelta(seconds=1))
    assert not in_time(found, MADE - timedelta(minutes=2)), "made in the future"


def test_a_household_is_one_sender() -> None:
    assert network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert network_of("") == ""

"""A small piece of work that a page does for its form, so that filling in thousands of forms costs something.

The server hands out a challenge; the page looks for numbers; the server checks them with one hash each. What is signed
and what is stored is for the callers to see to: here are only values.

A challenge is a line of text: purpose, difficulty, the second it was made, a random word, a signature, with dots
between. Its work: for each of `PIECES` pieces i (from 0) a number n below 2^32, so that
SHA-256(SHA-256(challenge) ‖ i ‖ n), i and n as four bytes each, the highest first, begins with `difficulty` zero bits.
Several small pieces instead of a large one take nearly the same time for everybody.
"""

import re
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

PIECES = 8
DIFFICULTY = 14
"""2^14 tries a piece, 131,072 hashes in all: measured 0.2 s in JavaScript on a busy machine."""
LASTS = timedelta(hours=12)
"""How long a form may lie open; afterwards it is given a new challenge, and keeps what was typed."""
LEAST_AGE = timedelta(seconds=3)
"""Nobody reads and fills in a form faster; asked only of pages that did not do the work."""
WINDOW = timedelta(minutes=15)
MOST_WITH_WORK = 120
"""Forms that one network address may send in a window: a school or a government building may stand behind it."""
MOST_WITHOUT_WORK = 10
"""The same for pages that did not do the work: browsers without JavaScript, or programs."""

_CHALLENGE = re.compile(r"([a-z-]{1,30})\.([0-9]{1,2})\.([0-9]{1,12})\.([0-9a-f]{32})\.([0-9a-f]{64})", re.ASCII)
_PROOF = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,10}){0,63}", re.ASCII)
_LARGEST = 2**32


@dataclass(frozen=True)
class Challenge:
    """A challenge as it was read; `text` is the whole line, `signed` the part that the signature covers."""

    purpose: str
    difficulty: int
    made_at: int
    """Seconds since 1970."""
    signature: str
    text: str

    @property
    def signed(self) -> str:
        """Everything before the signature."""
        return self.text.rpartition(".")[0]

    def age(self, now: datetime) -> timedelta:
        """How long ago it was made; negative when the clock was set back."""
        return timedelta(seconds=now.timestamp() - self.made_at)

    @property
    def ends_at(self) -> int:
        """The second at which it is worth nothing any more."""
        return self.made_at + int(LASTS.total_seconds())


def unsigned_challenge(purpose: str, nonce: str, now: datetime, difficulty: int = DIFFICULTY) -> str:
    """The part of a challenge that is to be signed. `purpose` is one word in small letters, `nonce` 32 hex digits."""
    return f"{purpose}.{difficulty}.{int(now.timestamp())}.{nonce}"


def read_challenge(text: str) -> Challenge | None:
    """The parts of a challenge; None for everything that is none. The signature is not checked here."""
    found = _CHALLENGE.fullmatch(text)
    if found is None:
        return None
    purpose, difficulty, made_at, _, signature = found.groups()
    return Challenge(purpose, int(difficulty), int(made_at), signature, text)


def in_time(challenge: Challenge, now: datetime) -> bool:
    """Whether it still counts; a minute of difference between the clocks of two machines does no harm."""
    return timedelta(minutes=-1) <= challenge.age(now) <= LASTS


def is_solved(challenge: Challenge, proof: str) -> bool:
    """Whether `proof`, the numbers of all pieces with dots between, is the work that the challenge asks for."""
    if len(proof) > PIECES * 11 or not _PROOF.fullmatch(proof):
        return False
    numbers = [int(part) for part in proof.split(".")]
    if len(numbers) != PIECES or max(numbers) >= _LARGEST:
        return False
    seed = sha256(challenge.text.encode()).digest()
    return all(_fits(seed, piece, number, challenge.difficulty) for piece, number in enumerate(numbers))


def solve(challenge: Challenge) -> str:
    """Do the work, as the page's script does: for rehearsals and measurements. Takes as long as it takes."""
    seed = sha256(challenge.text.encode()).digest()
    found = []
    for piece in range(PIECES):
        number = 0
        while not _fits(seed, piece, number, challenge.difficulty):
            number += 1
        found.append(str(number))
    return ".".join(found)


def _fits(seed: bytes, piece: int, number: int, difficulty: int) -> bool:
    digest = sha256(seed + struct.pack(">II", piece, number)).digest()
    return int.from_bytes(digest, "big") >> (256 - difficulty) == 0


def network_of(address: str) -> str:
    """What is counted as one sender: an IPv4 address, or the /64 of an IPv6 address, which one household owns."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(IPv6Address(int(known) >> 64 << 64))


@dataclass(frozen=True)
class Effort:
    """What a form brought along, as the web layer checked it, for the use-case to count once.

    `mark` stands for the challenge, `sender` for the network address (both keyed hashes); `worked` says whether the
    work was done, which decides how many forms the sender may send.
    """

    mark: str
    ends_at: datetime
    worked: bool
    sender: str

    @property
    def most(self) -> int:
        """How many forms of this kind one sender may send in a window."""
        return MOST_WITH_WORK if self.worked else MOST_WITHOUT_WORK

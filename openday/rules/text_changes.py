"""What differs between two texts, in pieces that a reader of Chinese sees as one: a 汉字, a word, a number.

The pieces of the old text that stayed or went join to the old text, those that stayed or came to the new one. A text
of ten thousand characters takes a few hundredths of a second, whatever became of it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Kind(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """A run of characters that had the same fate."""

    kind: Kind
    text: str


_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]?")
_TOKEN = re.compile(r"[0-9]+(?:[.:][0-9]+)*|[A-Za-z]+|\s|.", re.DOTALL)
_MOST_WORK = 60_000
"""Pairs of tokens that are compared in one stretch; a stretch beyond it went and came as a whole."""
_TOO_SHORT = 2
"""So few characters that stayed between two changes belong to the change: single letters in a rewritten sentence."""


def text_changes(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of both texts in reading order, each removal before the addition in its place."""
    if before == after:
        return (Piece(Kind.KEPT, before),) if before else ()
    pieces: list[Piece] = []
    for same, old, new in _stretches(_SENTENCE.findall(before), _SENTENCE.findall(after)):
        if same:
            pieces.append(Piece(Kind.KEPT, old))
        else:
            pieces.extend(_within(old, new))
    return tuple(_joined(_smoothed(_joined(pieces))))


def old_side(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """What the old text says: without the additions."""
    return tuple(piece for piece in pieces if piece.kind is not Kind.ADDED)


def new_side(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """What the new text says: without the removals."""
    return tuple(piece for piece in pieces if piece.kind is not Kind.REMOVED)


def _within(before: str, after: str) -> Iterator[Piece]:
    """The pieces of a rewritten stretch, token by token."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    for same, gone, come in _stretches(old, new):
        if same:
            yield Piece(Kind.KEPT, gone)
            continue
        yield Piece(Kind.REMOVED, gone)
        yield Piece(Kind.ADDED, come)


def _stretches(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, str, str]]:
    """(same, old text, new text) in turn; what both begin and end with is taken off first, as most edits are small."""
    head = _alike(old, new)
    rest = min(len(old), len(new)) - head
    tail = min(_alike(old[::-1], new[::-1]), rest)
    yield True, "".join(old[:head]), "".join(new[:head])
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(middle_old) * len(middle_new) > _MOST_WORK:
        yield False, "".join(middle_old), "".join(middle_new)
    else:
        matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            yield tag == "equal", "".join(middle_old[a:b]), "".join(middle_new[c:d])
    yield True, "".join(old[len(old) - tail :]), "".join(new[len(new) - tail :])


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many members both begin with alike."""
    count = 0
    for left, right in zip(old, new, strict=False):
        if left != right:
            break
        count += 1
    return count


def _smoothed(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Pieces in which a scrap that stayed between two changes has become part of them."""
    for place, piece in enumerate(pieces):
        between = 0 < place < len(pieces) - 1
        scrap = piece.kind is Kind.KEPT and between and len(piece.text) < _TOO_SHORT and "\n" not in piece.text
        if scrap:
            yield Piece(Kind.REMOVED, piece.text)
            yield Piece(Kind.ADDED, piece.text)
        else:
            yield piece


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbours of one kind as one, the removals of a change before its additions, and nothing empty."""
    found: list[Piece] = []
    gone = come = ""
    for piece in pieces:
        if not piece.text:
            continue
        if piece.kind is Kind.REMOVED:
            gone += piece.text
        elif piece.kind is Kind.ADDED:
            come += piece.text
        else:
            found += _change(gone, come)
            gone = come = ""
            before = found.pop().text if found and found[-1].kind is Kind.KEPT else ""
            found.append(Piece(Kind.KEPT, before + piece.text))
    return found + _change(gone, come)


def _change(gone: str, come: str) -> list[Piece]:
    return [piece for piece in (Piece(Kind.REMOVED, gone), Piece(Kind.ADDED, come)) if piece.text]

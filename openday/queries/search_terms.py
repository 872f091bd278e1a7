"""Text cut into the terms that the search tables hold; the same cut for what is stored and for what is asked.

No database splits Chinese into words, so the terms are made here: pairs of neighbouring Han characters, lower-case
words of other scripts, and (for what people look for by name) pinyin with its initials from every character on, so
that 图书馆, tushuguan and tsg all find the library. Terms hold letters and digits only: nothing in them is an operator.
"""

import re
import unicodedata
from dataclasses import dataclass

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"(?:(?=\\w)[{_HAN}])+|[^\\W_{_HAN}]+")
_IS_HAN = re.compile(f"[{_HAN}]")

LONGEST_QUERY = 100
"""Characters of a question that are read; nobody types more, and a megabyte costs no more than this."""
_LONGEST_TEXT = 20_000
_LONGEST_WORD = 40
_MOST_TERMS = 20
_SYLLABLES = 8


@dataclass(frozen=True)
class Term:
    """One term of a question; with `prefix` it stands for every term that begins with it."""

    text: str
    prefix: bool


def stored_terms(text: str, *, pinyin: bool = False) -> list[str]:
    """The terms of a text for the search table, each once, in the order of the text.

    A run of Han characters gives its pairs and its last character alone, so that one character finds every place where
    it stands (as the beginning of a term). With `pinyin` also the sound and the initials from every character on.
    """
    terms: dict[str, None] = {}
    for run in _runs(text[:_LONGEST_TEXT]):
        if not _IS_HAN.match(run):
            terms[run[:_LONGEST_WORD]] = None
            continue
        terms.update(dict.fromkeys([*_pairs(run), run[-1]]))
        if pinyin:
            terms.update(dict.fromkeys(_sounds(run)))
    return list(terms)


def asked_terms(question: str) -> list[Term]:
    """The terms that must all be there for an answer; empty when the question holds nothing to look for."""
    terms: dict[Term, None] = {}
    for run in _runs(question[:LONGEST_QUERY]):
        if not _IS_HAN.match(run):
            terms[Term(run[:_LONGEST_WORD], True)] = None
        elif len(run) == 1:
            terms[Term(run, True)] = None
        else:
            terms.update(dict.fromkeys(Term(pair, False) for pair in _pairs(run)))
    return list(terms)[:_MOST_TERMS]


def _runs(text: str) -> list[str]:
    """Runs of Han characters and words of other letters and digits, in lower case and half width."""
    return _RUN.findall(unicodedata.normalize("NFKC", text).casefold())


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)]


def _sounds(run: str) -> list[str]:
    from pypinyin import lazy_pinyin  # its dictionaries take a sixth of a second, and only writers need them

    syllables = [syllable for syllable in lazy_pinyin(run, errors="ignore") if syllable.isascii()]
    terms = []
    for start in range(len(syllables)):
        heard = syllables[start : start + _SYLLABLES]
        terms += ["".join(heard), "".join(syllable[0] for syllable in heard)]
    return terms

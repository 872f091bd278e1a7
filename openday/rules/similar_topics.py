"""Which proposals say nearly the same? Compared by the character pairs that they share, with no list of words.

Chinese is written without spaces, and a resident's few lines hold no terms: pairs of neighbouring characters are what
two wordings of one wish have in common. A pair that stands in most proposals says little and counts little; a rare one
(水厂) counts much.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log, sqrt

LIKE = 0.22
"""From here on two proposals are shown as similar. By the pairs in the tests: paraphrases lie above, others below."""
_TITLE_COUNTS = 3.0
_POLITE = (
    "希望", "建议", "能否", "能不能", "可以", "可不可以", "我们", "市民", "公众", "组织", "安排", "开放", "参观",
    "活动", "开放日", "中心", "怎么", "怎样", "想看", "看看", "了解", "过程", "走进", "体验",
)  # fmt: skip
_COMMON = 0.15
"""What a pair of a polite or general word counts beside one of the matter itself (which counts about 2 to 8)."""
_UNHEARD = 0.5
"""What is left of a pair that no proposal holds: it tells that something else is meant, but wordings differ anyway."""


@dataclass(frozen=True)
class Likeness:
    """A proposal that is like the one asked about; `score` goes from 0 to 1."""

    key: str
    score: float


def grams_of(text: str) -> Counter[str]:
    """The pairs of neighbouring letters, figures and 汉字 of a text; a full stop or space parts neighbours, width and
    case make no difference."""
    found: Counter[str] = Counter()
    for run in _runs(text):
        if len(run) == 1:
            found[run] += 1
        found.update(run[at : at + 2] for at in range(len(run) - 1))
    return found


class TopicIndex:
    """Proposals made ready for comparison; building takes a moment, asking hardly any.

    `topics` are (key, title, text). Keys come back in `similar`.
    """

    def __init__(self, topics: Iterable[tuple[str, str, str]]) -> None:
        self._keys: list[str] = []
        self._holders: dict[str, list[tuple[int, float]]] = {}
        entries: dict[tuple[int, float], tuple[int, float]] = {}
        for key, title, text in topics:
            place = len(self._keys)
            self._keys.append(key)
            entries.clear()
            for gram, count in _counts(title, text).items():
                entry = (place, _loudness(count))
                self._holders.setdefault(gram, []).append(entries.setdefault(entry, entry))
        self._size = len(self._keys)
        squares = [0.0] * self._size
        for gram, holders in self._holders.items():
            weight = self._weight(gram)
            for place, loudness in holders:
                squares[place] += (loudness * weight) ** 2
        self._lengths = [sqrt(square) for square in squares]

    def __len__(self) -> int:
        return self._size

    def similar(self, title: str, text: str = "", *, least: float = LIKE, limit: int = 5) -> list[Likeness]:
        """The proposals most like this one, the most alike first; none below `least`."""
        asked = {gram: _loudness(count) * self._weight(gram) for gram, count in _counts(title, text).items()}
        length = sqrt(sum(weight * weight for weight in asked.values()))
        if not length:
            return []
        shared: dict[int, float] = defaultdict(float)
        for gram, weight in asked.items():
            loud = weight * self._weight(gram)
            for place, loudness in self._holders.get(gram, ()):
                shared[place] += loud * loudness
        scores = [
            Likeness(self._keys[place], product / (length * self._lengths[place])) for place, product in shared.items()
        ]
        close = [likeness for likeness in scores if likeness.score >= least]
        return sorted(close, key=lambda likeness: (-likeness.score, likeness.key))[:limit]

    def _weight(self, gram: str) -> float:
        if gram in _POLITE_GRAMS:
            return _COMMON
        spread = len(self._holders.get(gram, ()))
        rarity = log((self._size + 4) / (spread or 1))
        return rarity if spread else rarity * _UNHEARD


def _loudness(count: float) -> float:
    return 1 + log(count)


def _counts(title: str, text: str) -> dict[str, float]:
    counts: dict[str, float] = defaultdict(float)
    for gram, number in grams_of(text).items():
        counts[gram] += number
    for gram, number in grams_of(title).items():
        counts[gram] += _TITLE_COUNTS * number
    return counts


def _runs(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter if letter.isalnum() else " " for letter in folded).split()


_POLITE_GRAMS = frozenset(gram for word in _POLITE for gram in grams_of(word))

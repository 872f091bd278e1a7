"""Proposals like the one that is being written, from an index that each process keeps as long as it is true.

Building one takes 0.9 s of a processor for 5,000 proposals, a few milliseconds for a hundred. So that a day of much
moderation does not keep the processes busy, an index lives at least 30 times as long as it took to build; a proposal
that came into public meanwhile is found a little later, one that left it is not shown at all.
"""

from dataclasses import dataclass
from time import monotonic

from flask import current_app

from openday.queries import public_topics as queries
from openday.queries.public_topics import AskedTopic, PublicTopic
from openday.rules.similar_topics import LIKE, TopicIndex
from openday.web.kept import Shelf

_RESTS = 30
_CALLS = 4
"""How many topic calls a process keeps an index of; one of 5,000 proposals takes 20 to 80 MB."""


def similar_topics(
    call: AskedTopic, title: str, text: str = "", *, limit: int = 5, least: float = LIKE
) -> tuple[PublicTopic, ...]:
    """The public proposals of the call that are most like this one, the most alike first."""
    found = _index(call).similar(title, text, least=least, limit=limit)
    return queries.topics_by_id(int(likeness.key) for likeness in found)


@dataclass(frozen=True)
class _Held:
    index: TopicIndex
    stamp: tuple[int, int]
    rests_until: float


def _index(call: AskedTopic) -> TopicIndex:
    shelf: Shelf = current_app.extensions.setdefault("topic_indexes", Shelf(_CALLS))
    held: _Held | None = shelf.get(call.id)
    if held is not None and monotonic() < held.rests_until:
        return held.index
    stamp = queries.comparison_stamp(call.id)
    if held is not None and held.stamp == stamp:
        return held.index
    began = monotonic()
    index = TopicIndex(queries.topics_to_compare(call.id))
    now = monotonic()
    made = _Held(index, stamp, now + _RESTS * (now - began))
    shelf.put(call.id, made, 1)
    return index

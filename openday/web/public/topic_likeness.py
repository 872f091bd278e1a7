"""Proposals like the one that is being written, from an index that each process keeps as long as it is true."""

from openday.queries import public_topics as queries
from openday.queries.public_topics import AskedTopic, PublicTopic
from openday.rules.similar_topics import LIKE, TopicIndex
from openday.web import kept

_PER_TOPIC = 6_000
"""Bytes that one proposal takes in an index, roughly."""


def similar_topics(
    call: AskedTopic, title: str, text: str = "", *, limit: int = 5, least: float = LIKE
) -> tuple[PublicTopic, ...]:
    """The public proposals of the call that are most like this one, the most alike first."""
    found = _index(call).similar(title, text, least=least, limit=limit)
    return queries.topics_by_id(int(likeness.key) for likeness in found)


def _index(call: AskedTopic) -> TopicIndex:
    shelf = kept.the_shelf()
    stamp = queries.comparison_stamp(call.id)
    held: tuple[tuple[int, int], TopicIndex] | None = shelf.get(("topics", call.id))
    if held is not None and held[0] == stamp:
        return held[1]
    index = TopicIndex(queries.topics_to_compare(call.id))
    shelf.put(("topics", call.id), (stamp, index), _PER_TOPIC * (len(index) + 1))
    return index

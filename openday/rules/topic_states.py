"""The life of a resident's proposal: read by the office, public, answered or removed."""

from enum import StrEnum


class ProposalStatus(StrEnum):
    """Where a proposal stands."""

    RECEIVED = "received"
    PUBLIC = "public"
    ANSWERED = "answered"
    REMOVED = "removed"

    @property
    def label(self) -> str:
        """The Chinese name of the status."""
        return {
            "received": "已收到，待审核",
            "public": "征集中",
            "answered": "已答复",
            "removed": "不予公开",
        }[self.value]


class Verdict(StrEnum):
    """What became of a proposal."""

    ADOPTED = "adopted"
    MERGED = "merged"
    OTHER_WAY = "other_way"
    NOT_ADOPTED = "not_adopted"

    @property
    def label(self) -> str:
        """The Chinese name of the verdict."""
        return {"adopted": "已采纳", "merged": "并入同类建议", "other_way": "以其他方式办理", "not_adopted": "未采纳"}[
            self.value
        ]

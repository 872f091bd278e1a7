"""Who may do what: the rights matrix as one table, asked by use-cases, queries and templates alike.

A right reaches as far as its `Reach` says. The record's own facts come in as a `Subject`; the caller builds it from
values, so that this module knows no table.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a person is in OpenDay; one person may be several."""

    FILER = "filer"
    REVIEWER = "reviewer"
    DESK = "desk"
    OFFICER = "officer"
    ADMIN = "admin"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        """The Chinese name of the role."""
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.FILER: "填报人",
    Role.REVIEWER: "审核人",
    Role.DESK: "签到人员",
    Role.OFFICER: "政务公开办",
    Role.ADMIN: "系统管理员",
    Role.AUDITOR: "审计",
}


class Right(StrEnum):
    """One thing that can be allowed or refused."""

    CALL_READ = "call.read"
    CALL_MANAGE = "call.manage"
    CALL_REMIND = "call.remind"
    PLAN_READ = "plan.read"
    PLAN_FILE = "plan.file"
    PLAN_EDIT = "plan.edit"
    PLAN_AGENCY_REVIEW = "plan.agency_review"
    PLAN_OFFICE_REVIEW = "plan.office_review"
    REVIEW_STEPS_SET = "review_steps.set"
    PLAN_WITHDRAW = "plan.withdraw"
    PLAN_IMPORT = "plan.import"
    PUBLICATION_MANAGE = "publication.manage"
    OCCURRENCE_PROPOSE = "occurrence.propose"
    REGISTRATION_READ = "registration.read"
    REGISTRATION_ENTER = "registration.enter"
    REGISTRATION_MANAGE = "registration.manage"
    ROSTER_EXPORT = "roster.export"
    CHECK_IN = "check_in"
    DESK_ASSIGN = "desk.assign"
    SURVEY_READ = "survey.read"
    SUGGESTION_READ = "suggestion.read"
    SUGGESTION_DRAFT_REPLY = "suggestion.draft_reply"
    SUGGESTION_APPROVE_REPLY = "suggestion.approve_reply"
    SUGGESTION_MODERATE = "suggestion.moderate"
    TOPIC_READ = "topic.read"
    TOPIC_ANSWER = "topic.answer"
    TOPIC_MODERATE = "topic.moderate"
    OUTCOME_READ = "outcome.read"
    OUTCOME_FILE = "outcome.file"
    OUTCOME_PUBLISH = "outcome.publish"
    SUMMARY_EXPORT = "summary.export"
    PLAN_EXPORT = "plan.export"
    STATISTICS_READ = "statistics.read"
    PEOPLE_READ = "people.read"
    PEOPLE_INVITE = "people.invite"
    PEOPLE_MANAGE = "people.manage"
    AUDIT_READ_OWN = "audit.read_own"
    AUDIT_READ = "audit.read"
    CALENDAR_MANAGE = "working_days.manage"
    MESSAGE_MANAGE = "message.manage"
    MESSAGE_REVIEW = "message.review"
    MESSAGE_WORD = "message.word"
    PHONE_LIST_ASK = "phone_list.ask"
    PHONE_LIST_GRANT = "phone_list.grant"


class Reach(StrEnum):
    """How far a right goes."""

    ASSIGNED = "s"  # occurrences that the person is assigned to
    AGENCY = "a"  # records of the person's own agency
    SUBTREE = "*"  # everything below the person's jurisdiction


_A, _S, _T = Reach.AGENCY, Reach.ASSIGNED, Reach.SUBTREE
_FILER, _REVIEWER, _DESK = Role.FILER, Role.REVIEWER, Role.DESK
_OFFICER, _ADMIN, _AUDITOR = Role.OFFICER, Role.ADMIN, Role.AUDITOR

RIGHTS: dict[Right, dict[Role, Reach]] = {
    Right.CALL_READ: {_FILER: _A, _REVIEWER: _A, _OFFICER: _T, _ADMIN: _T, _AUDITOR: _T},
    Right.CALL_MANAGE: {_OFFICER: _T},
    Right.CALL_REMIND: {_OFFICER: _T},
    Right.PLAN_READ: {_FILER: _A, _REVIEWER: _A, _OFFICER: _T, _ADMIN: _T, _AUDITOR: _T},
    Right.PLAN_FILE: {_FILER: _A},
    Right.PLAN_EDIT: {_FILER: _A},
    Right.PLAN_AGENCY_REVIEW: {_REVIEWER: _A},
    Right.PLAN_OFFICE_REVIEW: {_OFFICER: _T},
    Right.REVIEW_STEPS_SET: {_REVIEWER: _A, _ADMIN: _T},
    Right.PLAN_WITHDRAW: {_FILER: _A},
    Right.PLAN_IMPORT: {_FILER: _A, _OFFICER: _T},
    Right.PUBLICATION_MANAGE: {_OFFICER: _T},
    Right.OCCURRENCE_PROPOSE: {_FILER: _A, _OFFICER: _T},
    Right.REGISTRATION_READ: {_FILER: _A, _REVIEWER: _A, _DESK: _S, _OFFICER: _T, _AUDITOR: _T},
    Right.REGISTRATION_ENTER: {_FILER: _A, _OFFICER: _T},
    Right.REGISTRATION_MANAGE: {_OFFICER: _T},
    Right.ROSTER_EXPORT: {_FILER: _A, _OFFICER: _T},
    Right.CHECK_IN: {_DESK: _S, _FILER: _A},
    Right.DESK_ASSIGN: {_FILER: _A, _REVIEWER: _A},
    Right.SURVEY_READ: {_FILER: _A, _REVIEWER: _A, _OFFICER: _T, _ADMIN: _T, _AUDITOR: _T},
    Right.SUGGESTION_READ: {_FILER: _A, _REVIEWER: _A, _OFFICER: _T, _ADMIN: _T, _AUDITOR: _T},
    Right.SUGGESTION_DRAFT_REPLY: {_FILER: _A},
    Right.SUGGESTION_APPROVE_REPLY: {_REVIEWER: _A},
    Right.SUGGESTION_MODERATE: {_OFFICER: _T},
    Right.TOPIC_READ: {_FILER: _A, _REVIEWER: _A, _OFFICER: _T, _ADMIN: _T, _AUDITOR: _T},
    Right.TOPIC_ANSWER: {_FILER: _A, _OFFICER: _T},
    Right.TOPIC_MODERATE: {_OFFICER: _T},
    Right.OUTCOME_READ: {_FILER: _A, _REVIEWER: _A, _OFFICER: _T, _ADMIN: _T, _AUDITOR: _T},
    Right.OUTCOME_FILE: {_FILER: _A},
    Right.OUTCOME_PUBLISH: {_OFFICER: _T},
    Right.SUMMARY_EXPORT: {_OFFICER: _T},
    Right.PLAN_EXPORT: {_FILER: _A, _REVIEWER: _A, _OFFICER: _T},
    Right.STATISTICS_READ: {_OFFICER: _T, _ADMIN: _T, _AUDITOR: _T},
    Right.PEOPLE_READ: {_FILER: _A, _REVIEWER: _A, _OFFICER: _T, _ADMIN: _T, _AUDITOR: _T},
    Right.PEOPLE_INVITE: {_REVIEWER: _A, _ADMIN: _T},
    Right.PEOPLE_MANAGE: {_ADMIN: _T},
    Right.AUDIT_READ_OWN: {_FILER: _A, _REVIEWER: _A, _OFFICER: _T},
    Right.AUDIT_READ: {_REVIEWER: _A, _ADMIN: _T, _AUDITOR: _T},
    Right.CALENDAR_MANAGE: {_OFFICER: _T, _ADMIN: _T},
    Right.MESSAGE_MANAGE: {_OFFICER: _T, _ADMIN: _T},
    Right.MESSAGE_REVIEW: {_OFFICER: _T},
    Right.MESSAGE_WORD: {_OFFICER: _T, _ADMIN: _T},
    Right.PHONE_LIST_ASK: {_OFFICER: _T},
    Right.PHONE_LIST_GRANT: {_OFFICER: _T, _ADMIN: _T},
}


@dataclass(frozen=True)
class Actor:
    """A logged-in person, as far as rights depend on them.

    `jurisdiction_path` is the place of their office or agency in the tree, for example "/1/4/"; whoever reaches the
    subtree reaches every record whose path begins with it.
    """

    user_id: int
    name: str
    roles: frozenset[Role]
    agency_id: int | None = None
    jurisdiction_path: str = "/"
    occurrence_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Hosts:
    """The agencies that host a plan (主办、承办、协办) beside the one that filed it, by id.

    All of them read the plan and download its form; those in `editors` change its text as well. Everything else stays
    with the agency that filed it: handing in, withdrawing, reviewing, naming hosts, and whoever signed up.
    """

    readers: frozenset[int] = frozenset()
    editors: frozenset[int] = frozenset()

    def of(self, right: Right) -> frozenset[int]:
        """The agencies to which a right of the filing agency reaches as well."""
        if right in (Right.PLAN_READ, Right.PLAN_EXPORT):
            return self.readers
        return self.editors if right is Right.PLAN_EDIT else frozenset()


HOSTED = frozenset({Right.PLAN_READ, Right.PLAN_EXPORT, Right.PLAN_EDIT})
"""The rights that hosts may have."""


@dataclass(frozen=True)
class Subject:
    """The facts about a record that rights depend on."""

    agency_id: int | None = None
    jurisdiction_path: str = "/"
    occurrence_id: int | None = None
    author_ids: frozenset[int] = field(default_factory=frozenset)
    hosts: "Hosts | None" = None


def may(actor: Actor, right: Right) -> bool:
    """Whether the person has the right at all, for some record."""
    return any(role in actor.roles for role in RIGHTS[right])


def can(actor: Actor, right: Right, subject: Subject) -> bool:
    """Whether the person has the right for this very record."""
    return any(_reaches(actor, right, reach, subject) for role, reach in RIGHTS[right].items() if role in actor.roles)


def reaches_subtree(actor: Actor, right: Right) -> bool:
    """Whether the right goes beyond the person's own agency; queries narrow their rows by this."""
    return any(role in actor.roles and reach is Reach.SUBTREE for role, reach in RIGHTS[right].items())


def _reaches(actor: Actor, right: Right, reach: Reach, subject: Subject) -> bool:
    if reach is Reach.SUBTREE:
        return subject.jurisdiction_path.startswith(actor.jurisdiction_path)
    if reach is Reach.ASSIGNED:
        return subject.occurrence_id is not None and subject.occurrence_id in actor.occurrence_ids
    if actor.agency_id is None:
        return False
    return subject.agency_id == actor.agency_id or (
        subject.hosts is not None and actor.agency_id in subject.hosts.of(right)
    )

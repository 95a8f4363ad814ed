"""From the desk's log to facts: every line is read in order, and nothing is looked up as it stands now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from analytics.facts import (
    By,
    Category,
    Deadline,
    Ended,
    Ending,
    EpisodeFacts,
    Facts,
    Handed,
    Phase,
    Said,
    SuggestionFacts,
    SurveyFacts,
    SurveyKind,
    TicketFacts,
    Vote,
)
from core.actors import ActorKind
from core.desk_events import DeskEvent, EventKind
from core.episodes import EpisodeState
from core.tickets import CATEGORY, TicketCategory
from core.types import HandoverCode, Role, TicketId, TicketStatus

_WHO: Final = {Role.CUSTOMER: By.CUSTOMER, Role.ASSISTANT: By.ASSISTANT, Role.AGENT: By.AGENT, Role.SYSTEM: By.SYSTEM}
"""Notes among colleagues aren't here: the customer can't read them, so they count for nothing."""

_ENDINGS: Final = {EpisodeState.RESOLVED: Ending.RESOLVED, EpisodeState.ABANDONED: Ending.ABANDONED}


def facts_of(
    events: Iterable[DeskEvent],
    *,
    now: datetime,
    deadlines: Mapping[TicketId, tuple[Deadline, ...]] | None = None,
    suggestions: Iterable[SuggestionFacts] = (),
) -> Facts:
    """Everything that figures need, from the whole log in its order.

    Args:
        now: as of when open cases are looked at.
        deadlines: of each ticket, as the desk's clocks computed them from the same events.
        suggestions: drafts shown to agents.
    """
    reader = _Reader()
    for event in events:
        reader.read(event)
    return Facts(
        now=now,
        episodes=tuple(each.facts(reader) for each in reader.episodes.values()),
        tickets=tuple(
            each.facts(reader, (deadlines or {}).get(number, ()))
            for number, each in reader.tickets.items()
            if not each.void
        ),
        surveys=tuple(each.facts() for each in reader.surveys.values()),
        suggestions=tuple(suggestions),
    )


@dataclass(slots=True)
class _Episode:
    episode_id: str
    conversation_id: str
    customer: int | None
    started_at: datetime
    said: list[tuple[Said, str]] = field(default_factory=list)
    """With the act in which it was said."""
    handed: list[Handed] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    queued: bool = False
    ended: Ended | None = None
    agents: list[str] = field(default_factory=list)

    def facts(self, reader: _Reader) -> EpisodeFacts:
        said = tuple(_with_code(each, reader.codes.get(act)) for each, act in self.said)
        return EpisodeFacts(
            episode_id=self.episode_id,
            conversation_id=self.conversation_id,
            customer=reader.customer(self.customer, self.conversation_id),
            started_at=self.started_at,
            said=said,
            handed=tuple(self.handed),
            votes=tuple(self.votes),
            queued=self.queued,
            ended=self.ended,
            agents=tuple(dict.fromkeys(self.agents)),
        )


@dataclass(slots=True)
class _Ticket:
    ticket_id: str
    conversation_id: str
    episode_id: str | None
    customer: int | None
    created_at: datetime
    phases: list[Phase] = field(default_factory=list)
    owners: list[tuple[datetime, str]] = field(default_factory=list)
    reason: str = ""
    void: bool = False

    def facts(self, reader: _Reader, deadlines: tuple[Deadline, ...]) -> TicketFacts:
        episode = reader.episodes.get(self.episode_id or "")
        replies = [said.at for said, _ in episode.said if said.by is By.AGENT] if episode else []
        return TicketFacts(
            ticket_id=self.ticket_id,
            episode_id=self.episode_id,
            customer=reader.customer(self.customer, self.conversation_id),
            created_at=self.created_at,
            phases=tuple(self.phases),
            owners=tuple(self.owners),
            replies=tuple(at for at in replies if at >= self.created_at),
            deadlines=deadlines,
            reason=self.reason,
        )


@dataclass(slots=True)
class _Survey:
    survey_id: str
    kind: SurveyKind
    customer: str
    episode_id: str | None
    delivered_at: datetime | None
    rated_at: datetime | None = None
    score: int | None = None

    def facts(self) -> SurveyFacts:
        return SurveyFacts(
            survey_id=self.survey_id,
            kind=self.kind,
            customer=self.customer,
            episode_id=self.episode_id,
            delivered_at=self.delivered_at,
            rated_at=self.rated_at,
            score=self.score,
        )


class _Reader:
    def __init__(self) -> None:
        self.episodes: dict[str, _Episode] = {}
        self.tickets: dict[TicketId, _Ticket] = {}
        self.surveys: dict[str, _Survey] = {}
        self.codes: dict[str, HandoverCode] = {}
        """By act: the rule behind what the assistant said in it."""
        self.kept: dict[int, int] = {}
        """By customer: into whom they were merged."""

    def customer(self, customer_id: int | None, conversation_id: str) -> str:
        """Who it is, after all merges. Whom nobody knows is somebody else in each conversation."""
        if customer_id is None:
            return f"visitor {conversation_id}"
        seen = {customer_id}
        while (kept := self.kept.get(customer_id)) is not None and kept not in seen:
            customer_id = kept
            seen.add(kept)
        return f"customer {customer_id}"

    def read(self, event: DeskEvent) -> None:
        """Take in the next line."""
        kind = event.kind
        if kind is EventKind.CUSTOMER_MERGED and event.subject.customer_id is not None:
            self.kept[event.subject.customer_id] = int(event.new)
        elif kind is EventKind.CUSTOMER_UNMERGED and event.subject.customer_id is not None:
            self.kept.pop(event.subject.customer_id, None)
        elif kind in {EventKind.SURVEY_SENT, EventKind.SURVEY_NOT_SENT, EventKind.SURVEY_RATED}:
            self._survey(event)
        elif event.subject.ticket_id is not None and kind.value.startswith("ticket."):
            self._ticket(event, event.subject.ticket_id)
        elif event.subject.episode_id is not None:
            self._episode(event, str(event.subject.episode_id))

    def _episode(self, event: DeskEvent, key: str) -> None:
        subject = event.subject
        if key not in self.episodes:
            self.episodes[key] = _Episode(key, subject.conversation_id or "", subject.customer_id, event.at)
        each = self.episodes[key]
        each.customer = subject.customer_id or each.customer
        match event.kind:
            case EventKind.MESSAGE_ADDED:
                self._said(each, event)
            case EventKind.HANDED_OVER:
                code = HandoverCode(event.new)
                each.handed.append(Handed(event.at, code))
                self.codes[event.correlation_id] = code
            case EventKind.HANDOVER_OFFERED:
                self.codes.setdefault(event.correlation_id, HandoverCode(event.new))
            case EventKind.EPISODE_ASSIGNED if event.new:
                each.agents.append(event.new)
            case EventKind.REPLY_RATED:
                each.votes.append(Vote(event.at, event.new == "helpful"))
            case EventKind.EPISODE_OPENED | EventKind.EPISODE_MOVED:
                _move(each, event)
            case _:
                pass

    @staticmethod
    def _said(each: _Episode, event: DeskEvent) -> None:
        by = _WHO.get(Role(event.new))
        if by is None:
            return
        told = event.detail
        said = Said(
            at=event.at,
            by=by,
            automatic=told.get("substantive", "1") in {"0", "False"} or by is By.SYSTEM,
            outcome=told.get("outcome") or None,
            cited=int(told.get("cited") or 0),
            message_id=event.subject.message_id or "",
        )
        each.said.append((said, event.correlation_id))

    def _ticket(self, event: DeskEvent, number: TicketId) -> None:
        subject = event.subject
        if event.kind is EventKind.TICKET_CREATED:
            episode = None if subject.episode_id is None else str(subject.episode_id)
            made = _Ticket(str(number), subject.conversation_id or "", episode, subject.customer_id, event.at)
            self.tickets[number] = made
        each = self.tickets.get(number)
        if each is None:
            return
        match event.kind:
            case EventKind.TICKET_CREATED | EventKind.TICKET_MOVED:
                status = TicketStatus(event.new)
                each.void = CATEGORY[status] is TicketCategory.VOID
                each.reason = event.reason if CATEGORY[status] is TicketCategory.DONE else each.reason
                if not each.void:
                    each.phases.append(Phase(event.at, _category(status), _by(event.actor.kind)))
            case EventKind.TICKET_ASSIGNED:
                each.owners.append((event.at, event.new))
            case _:
                pass

    def _survey(self, event: DeskEvent) -> None:
        subject = event.subject
        rated = event.kind is EventKind.SURVEY_RATED
        kind = SurveyKind(event.rule if rated else event.new)
        key = f"{subject.conversation_id}/{kind}"
        if key not in self.surveys:
            customer = self.customer(subject.customer_id, subject.conversation_id or "")
            episode = None if subject.episode_id is None else str(subject.episode_id)
            sent = None if event.kind is EventKind.SURVEY_NOT_SENT else event.at
            self.surveys[key] = _Survey(key, kind, customer, episode, sent)
        each = self.surveys[key]
        if event.kind is EventKind.SURVEY_SENT:
            each.delivered_at = event.at
        if rated:
            each.rated_at, each.score = event.at, int(event.new)


def _move(each: _Episode, event: DeskEvent) -> None:
    state = EpisodeState(event.new)
    each.queued = each.queued or state is EpisodeState.QUEUED
    if state in _ENDINGS:
        each.ended = Ended(
            at=event.at,
            how=_ENDINGS[state],
            reason=event.reason,
            by=_by(event.actor.kind),
            while_queued=event.old == EpisodeState.QUEUED.value,
        )


def _with_code(said: Said, code: HandoverCode | None) -> Said:
    if code is None or said.by is not By.ASSISTANT or said.outcome == "answer":
        return said
    return replace(said, code=code)


def _category(status: TicketStatus) -> Category:
    if status is TicketStatus.PENDING_CUSTOMER:
        return Category.CUSTOMER
    return {TicketCategory.ACTIVE: Category.ACTIVE, TicketCategory.WAITING: Category.HELD}.get(
        CATEGORY[status], Category.DONE
    )


def _by(kind: ActorKind) -> By:
    return By(kind.value)

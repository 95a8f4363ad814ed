"""Conversations as the desk's pages show them: the store's facts, names for ids, sources read anew, personal data masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from api.client_desk import QueueShow
from api.client_desk_values import (
    CitedSource,
    CustomerCard,
    DeskConversation,
    DeskMessage,
    EntityCard,
    EpisodeCard,
    PackageCard,
    PackageLine,
    QueueItem,
    TicketNote,
)
from api.desk_customer import Beside, beside
from api.desk_lookups import look_ups
from api.file_access import cards_of, sent_by_customer
from core.accounts import AccountId, Right, Scope
from core.attachments import Attachment
from core.dialogues import DialogueView, Line
from core.episodes import EpisodeState
from core.errors import NotFound
from core.handover import HandoverPackage, SummaryLine
from core.masking import Mask
from core.rights import scope_of
from core.staff import TeamId
from core.tickets import TicketCard
from core.types import Citation, ConversationId, PassageId, Role, TicketId
from desk.assignment import choose_team
from desk.attachments.rows import by_message
from desk.details import CustomerDetail, Deadline, Details, MessageDetail
from desk.records import CitationSpan

if TYPE_CHECKING:
    from api.composition import Services
    from api.desk_access import Reach
    from desk.episodes import EpisodeRecord

STATES: Final[Mapping[QueueShow, tuple[EpisodeState, ...]]] = {
    QueueShow.WAITING: (EpisodeState.QUEUED, EpisodeState.TICKETED),
    QueueShow.MINE: (EpisodeState.AGENT, EpisodeState.SNOOZED),
    QueueShow.TEAM: (EpisodeState.AGENT, EpisodeState.SNOOZED, EpisodeState.QUEUED, EpisodeState.TICKETED),
    QueueShow.ASSISTANT: (EpisodeState.ASSISTANT, EpisodeState.CONFIRMING),
    QueueShow.ENDED: (EpisodeState.RESOLVED, EpisodeState.ABANDONED),
}

NEAREST: Final = 3
"""Sources of a hand-over package that are shown of each kind."""


@dataclass(frozen=True)
class DeskReader:
    """Reads for one person, once: names are looked up at most once for a request."""

    services: Services
    reach: Reach

    def queue(self, show: QueueShow, *, offset: int, limit: int) -> list[QueueItem]:
        """A page of the conversations that are in sight."""
        owner = self.reach.me if show is QueueShow.MINE else None
        everything = scope_of(self.reach.principal.role, Right.DESK_READ) is Scope.ALL
        views = self.services.desk.dialogues.queue(
            states=STATES[show],
            owner_id=owner,
            teams=None if everything or show is QueueShow.MINE else self.reach.teams,
            offset=offset,
            limit=limit,
        )
        if show is QueueShow.MINE:
            views = [view for view in views if self.reach.owns(view) or self.reach.me is None]
        deadlines = self._details.deadlines({ticket for view in views for ticket in view.tickets})
        customers = self._details.customers({view.customer_id for view in views if view.customer_id is not None})
        return [
            self._item(view, deadlines, customers.get(view.customer_id) if view.customer_id else None) for view in views
        ]

    def view(self, conversation_id: ConversationId) -> DialogueView:
        """A conversation that is in sight.

        Raises:
            NotFound: there is none, or it isn't.
        """
        return self.reach.must_see(self.services.desk.dialogues.view(conversation_id))

    def conversation(self, conversation_id: ConversationId) -> DeskConversation:
        """A conversation with everything beside it. Raises `NotFound` as `view`."""
        view = self.view(conversation_id)
        show = self._mask(view)
        details = self._details.messages(conversation_id)
        lines = self.services.desk.dialogues.timeline(conversation_id)
        sent = self.services.attachments.of_conversation(conversation_id)
        files = by_message(sent)
        messages = tuple(
            self._message(line, details.get(line.message_id), show, files.get(line.message_id, ())) for line in lines
        )
        episodes = tuple(self._episode(each) for each in self._details.episodes(conversation_id))
        cards = self._details.tickets(conversation_id)
        return DeskConversation(
            conversation_id=conversation_id,
            version=view.version,
            language=view.language,
            channel=view.channel,
            customer=self._customer(view, lines, show),
            episode=next((each for each in episodes if each.episode_id == view.episode_id), None),
            episodes=episodes,
            tickets=self._tickets(cards, show),
            package=self._package(cards, show),
            entities=_each_once(messages),
            messages=messages,
            mine=self.reach.owns(view) or (self.reach.me is None and view.owner_id is None and _with_a_person(view)),
            may_work=self.reach.may_take(view),
            lookups=look_ups(self.services.desk.events, conversation_id, show),
        )

    def message(self, conversation_id: ConversationId, *, client_key: str | None = None) -> DeskMessage:
        """The last line of a conversation, or the one that its sender calls so."""
        view = self.view(conversation_id)
        lines = self.services.desk.dialogues.timeline(conversation_id)
        own = self._details.by_key(conversation_id, client_key)
        line = next((each for each in lines if each.message_id == own), lines[-1])
        files = by_message(self.services.attachments.of_conversation(conversation_id))
        return self._message(line, None, self._mask(view), files.get(line.message_id, ()))

    # Names

    @cached_property
    def _details(self) -> Details:
        return Details(self.services.engine)

    @cached_property
    def _people(self) -> Mapping[AccountId, str]:
        return {each.account_id: each.name for each in self.services.desk.staff.agents()}

    @cached_property
    def _teams(self) -> Mapping[TeamId, str]:
        return {each.team_id: each.name for each in self.services.desk.staff.teams()}

    def name_of(self, account_id: AccountId | None) -> str | None:
        """The name of somebody at the desk."""
        return None if account_id is None else self._people.get(account_id, f"#{account_id}")

    def _team(self, team_id: TeamId | None) -> str | None:
        return None if team_id is None else self._teams.get(team_id)

    def _mask(self, view: DialogueView) -> Mask:
        """Personal data is shown to those whose right reaches the conversation, and masked for everybody else."""
        return _as_it_is if self.reach.has(Right.PERSONAL_READ, view) else self.services.masker.masked

    # Parts

    def _item(
        self, view: DialogueView, deadlines: Mapping[TicketId, Deadline], customer: CustomerDetail | None
    ) -> QueueItem:
        show = self._mask(view)
        due = [deadlines[ticket] for ticket in view.tickets if ticket in deadlines]
        dates = [each.due_at for each in due if each.due_at is not None]
        return QueueItem(
            conversation_id=view.conversation_id,
            version=view.version,
            state=view.state,
            customer=show(customer.name) if customer else "",
            language=view.language,
            code=view.code,
            priority=view.priority if view.tickets else None,
            ticket_id=view.tickets[0] if view.tickets else None,
            owner_id=view.owner_id,
            owner=self.name_of(view.owner_id),
            team_id=view.team_id,
            team=self._team(view.team_id),
            waiting_since=view.waiting_since,
            due_at=min(dates, default=None),
            breached=any(each.breached for each in due),
            last_role=view.last_role or Role.CUSTOMER,
            last_text=show(view.last_text),
            last_at=view.last_at or view.started_at,
        )

    def _message(
        self, line: Line, detail: MessageDetail | None, show: Mask, files: Sequence[Attachment]
    ) -> DeskMessage:
        known = detail or MessageDetail()
        entities = [
            EntityCard(type=each.type, start=each.start, end=each.end, text=show(each.text), value=show(each.value))
            for each in known.entities
        ]
        return DeskMessage(
            message_id=line.message_id,
            sequence=line.number,
            role=line.role,
            text=line.text if line.role is Role.SYSTEM else show(line.text),
            created_at=line.created_at,
            author=self.name_of(line.author_id),
            intent=known.intent,
            sentiment=known.sentiment,
            anger=known.anger,
            entities=tuple(entities),
            outcome=known.outcome,
            helpful=known.helpful,
            citations=tuple(self._cited(span) for span in known.citations),
            files=cards_of(files, show),
        )

    def _cited(self, span: CitationSpan) -> CitedSource:
        """As SQL has it now: a document that was deleted since is named, and no more."""
        try:
            quote = self.services.kb.quote(span.document_id, span.version, span.start, span.end)
        except NotFound:
            quote = ""
        return CitedSource(
            number=span.number, document=span.document, version=span.version, page=span.page, quote=quote
        )

    def _customer(self, view: DialogueView, lines: Sequence[Line], show: Mask) -> CustomerCard:
        found = self._details.customers([view.customer_id] if view.customer_id is not None else [])
        known = found.get(view.customer_id) if view.customer_id is not None else None
        left = [self.services.desk.ticket(ticket).contact for ticket in view.tickets]
        contact = next((each for each in left if each), None) or (known.email or known.phone if known else None)
        level = self.services.desk.episode(view.conversation_id).identity_level
        beside = self._beside(view, show)
        return CustomerCard(
            customer_id=view.customer_id,
            name=show(known.name) if known else "",
            identity_level=level,
            vip=known.vip if known else False,
            tags=known.tags if known else (),
            contact=show(contact) if contact else None,
            conversations=known.conversations if known else 1,
            since=known.created_at if known else lines[0].created_at if lines else view.started_at,
            earlier=beside.earlier,
            consents=beside.consents,
            alike=beside.alike,
        )

    def _beside(self, view: DialogueView, show: Mask) -> Beside:
        """What is known of the customer besides, for those who may read who it is."""
        if view.customer_id is None or show is not _as_it_is:
            return Beside()
        masked = self.services.masker.masked
        return beside(self.services.desk, self.reach, view.conversation_id, view.customer_id, masked)

    def _episode(self, record: EpisodeRecord) -> EpisodeCard:
        return EpisodeCard(
            episode_id=record.episode_id,
            number=record.number,
            state=record.state,
            owner_id=record.owner_id,
            owner=self.name_of(record.owner_id),
            team_id=record.team_id,
            team=self._team(record.team_id),
            code=record.code,
            started_at=record.started_at,
            waiting_since=record.waiting_since,
            wake_at=record.wake_at,
            close_reason=record.close_reason,
        )

    def _tickets(self, cards: Iterable[TicketCard], show: Mask) -> tuple[TicketNote, ...]:
        cards = list(cards)
        deadlines = self._details.deadlines({card.ticket_id for card in cards})
        return tuple(self.ticket(card, deadlines.get(card.ticket_id), show) for card in cards)

    def ticket(self, card: TicketCard, deadline: Deadline | None, show: Mask) -> TicketNote:
        """A ticket in short."""
        return TicketNote(
            ticket_id=card.ticket_id,
            status=card.status,
            priority=card.priority,
            code=card.code,
            reason=show(card.reason),
            question=show(card.question),
            assignee=self.name_of(card.assignee_id),
            due_at=deadline.due_at if deadline else None,
            breached=deadline.breached if deadline else False,
            close_reason=card.close_reason,
        )

    def _package(self, cards: Sequence[TicketCard], show: Mask) -> PackageCard | None:
        """The newest one."""
        for card in reversed(cards):
            for package in self.services.handover_packages.of_ticket(card.ticket_id):
                files = sent_by_customer(self.services.attachments.of_ticket(card.ticket_id))
                return replace(self._package_card(package, show), files=cards_of(files, show))
        return None

    def _package_card(self, package: HandoverPackage, show: Mask) -> PackageCard:
        def line(said: SummaryLine) -> PackageLine:
            return PackageLine(text=show(said.text), messages=said.messages)

        suggestion = package.suggestion
        team = choose_team(self.services.desk.staff.teams(), (package.team, package.code.value))
        return PackageCard(
            code=package.code,
            reason=show(package.reason),
            words=tuple(show(word) for word in package.evidence.words),
            wanted=line(package.summary.wanted),
            tried=line(package.summary.tried),
            open_question=line(package.summary.open_question),
            shown=self._passages(package.shown),
            rejected=self._passages(package.rejected),
            suggestion=suggestion.text if suggestion else None,
            suggestion_sources=tuple(_source(each) for each in suggestion.citations) if suggestion else (),
            team=team.name if team else "",
            tags=package.tags,
            priority=package.priority,
            priority_reason=package.priority_reason,
        )

    def _passages(self, passage_ids: Sequence[PassageId]) -> tuple[CitedSource, ...]:
        """Passages that still exist."""
        found: list[CitedSource] = []
        for passage_id in passage_ids[:NEAREST]:
            try:
                passage = self.services.kb.passage(passage_id)
            except NotFound:
                continue
            found.append(
                CitedSource(
                    number=len(found) + 1,
                    document=passage.document,
                    version=passage.version,
                    page=passage.page,
                    quote=passage.text,
                )
            )
        return tuple(found)


def _with_a_person(view: DialogueView) -> bool:
    return view.state in {EpisodeState.AGENT, EpisodeState.SNOOZED}


def _source(citation: Citation) -> CitedSource:
    return CitedSource(
        number=citation.number,
        document=citation.document,
        version=citation.version,
        page=citation.page,
        quote=citation.quote,
    )


def _each_once(messages: Iterable[DeskMessage]) -> tuple[EntityCard, ...]:
    seen: dict[tuple[str, str], EntityCard] = {}
    for message in messages:
        for entity in message.entities:
            seen.setdefault((entity.type, entity.value), entity)
    return tuple(seen.values())


def _as_it_is(text: str, /) -> str:
    return text

"""Asking customers how it was: once a conversation, only where it can reach them, and about whoever solved it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select, update

from core.accounts import AccountId
from core.actors import CustomerId, agent, customer
from core.clock import Clock, utc_now
from core.customers import Purpose
from core.database import reading
from core.desk_events import EventKind
from core.episodes import EpisodeId
from core.errors import Conflict, InvalidInput, NotFound
from core.surveys import Involvement, Survey, SurveyId, SurveyKind
from core.types import ConversationId, Role, TicketId, TicketStatus
from desk.acts import Act, acting
from desk.consents import refused
from desk.episodes import EpisodeRecord, Held, all_episodes, current, hold
from desk.past import last_customer_message
from desk.policy import DeskPolicy, Governed, PolicySource
from desk.running import refresh_clocks
from desk.service_tables import surveys
from desk.tables import messages
from desk.ticket_rows import hold_ticket, step, tickets_of
from desk.ticket_states import TicketTrigger

COMMENT_CHARACTERS: Final = 2_000


class Surveys(Governed):
    """Questions to customers and their answers."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now, policy: PolicySource | None = None) -> None:
        self._engine = engine
        self._clock = clock
        super().__init__(policy)

    def of_conversation(self, conversation_id: ConversationId) -> list[Survey]:
        """What was asked in a conversation."""
        query = select(surveys).where(surveys.c.conversation_id == conversation_id).order_by(surveys.c.id)
        with reading(self._engine) as connection:
            return [_to_survey(row) for row in connection.execute(query)]

    def ask(self, conversation_id: ConversationId, by: AccountId | None, kind: SurveyKind) -> Survey:
        """Ask now, on a colleague's word.

        Raises:
            NotFound: no such conversation, or nobody has written in it.
            Conflict: it was asked already, or this customer lately.
        """
        with acting(self._engine, self._clock, agent(by)) as act:
            held = hold(act.connection, conversation_id)
            episode = current(all_episodes(act.connection, conversation_id))
            if episode is None:
                raise NotFound("conversation with messages", conversation_id)
            asked = offer_survey(act, held, episode, self._policy, kind=kind)
            if asked is None:
                raise Conflict("This customer was asked that already. Asking again would only annoy.")
            return asked

    def rate(self, conversation_id: ConversationId, kind: SurveyKind, score: int, *, comment: str = "") -> Survey:
        """Keep what the customer says. A bad rating opens the ticket again; the comment opens nothing.

        Raises:
            NotFound: nothing was asked in this conversation.
            InvalidInput: the score isn't on the scale, or the comment is too long.
            Conflict: it was rated already.
        """
        lowest, highest = kind.scale
        if not lowest <= score <= highest:
            raise InvalidInput(f"A score of {score} isn't on the scale from {lowest} to {highest}.")
        if len(comment) > COMMENT_CHARACTERS:
            raise InvalidInput(f"The comment has {len(comment)} characters; at most {COMMENT_CHARACTERS} are kept.")
        with acting(self._engine, self._clock, customer(None)) as act:
            held = hold(act.connection, conversation_id)
            act = act.by(customer(held.customer_id))
            mine = (surveys.c.conversation_id == conversation_id, surveys.c.kind == kind)
            row = act.connection.execute(select(surveys).where(*mine)).one_or_none()
            if row is None or not row.delivered:
                raise NotFound("survey", kind.value)
            if row.rated_at is not None:
                raise Conflict("This was rated already. Thank you.")
            given = {"score": score, "comment": comment.strip(), "rated_at": act.now}
            act.connection.execute(update(surveys).where(surveys.c.id == row.id).values(**given))
            detail = {"assignee": row.assignee_at_resolution, "involvement": row.involvement.value}
            act.log(EventKind.SURVEY_RATED, held.subject(), new=score, rule=kind.value, detail=detail)
            if kind is SurveyKind.CSAT and score <= self._policy.reopening_rating:
                _reopen(act, row, self._policy)
            return _to_survey(act.connection.execute(select(surveys).where(*mine)).one())


def offer_survey(
    act: Act, held: Held, episode: EpisodeRecord, policy: DeskPolicy, *, kind: SurveyKind = SurveyKind.CSAT
) -> Survey | None:
    """Ask, unless that was done in this conversation before. `None` if so. Outside the channel's window, and of a
    customer who doesn't want it, it is written down as not delivered, so that nobody counts it as unanswered."""
    mine = (surveys.c.conversation_id == held.conversation_id, surveys.c.kind == kind)
    if act.connection.execute(select(surveys.c.id).where(*mine)).first() is not None:
        return None
    if kind is SurveyKind.NPS and _asked_lately(act, held, policy):
        return None
    last = last_customer_message(act.connection, held.conversation_id)
    silent = act.now - last.created_at if last is not None else None
    delivered = policy.survey_window is None or (silent is not None and silent <= policy.survey_window)
    reason = "" if delivered else "the channel's window has closed"
    if held.customer_id is not None and refused(act.connection, held.customer_id, Purpose.SURVEYS):
        delivered, reason = False, "the customer doesn't want to be asked"
    cards = [card for card in tickets_of(act.connection, held.conversation_id) if card.episode_id == episode.episode_id]
    act.connection.execute(
        insert(surveys).values(
            conversation_id=held.conversation_id,
            episode_id=episode.episode_id,
            ticket_id=cards[-1].ticket_id if cards else None,
            customer_id=held.customer_id,
            kind=kind,
            delivered=delivered,
            reason=reason,
            involvement=_involvement(act.connection, episode),
            assignee_at_resolution=episode.assignee_at_resolution
            or (cards[-1].assignee_at_resolution if cards else None),
            asked_at=act.now,
            comment="",
        )
    )
    happened = EventKind.SURVEY_SENT if delivered else EventKind.SURVEY_NOT_SENT
    act.log(happened, held.subject(episode), new=kind.value, reason=reason)
    return _to_survey(act.connection.execute(select(surveys).where(*mine)).one())


def _asked_lately(act: Act, held: Held, policy: DeskPolicy) -> bool:
    if held.customer_id is None:
        return False
    query = select(surveys.c.id).where(
        surveys.c.customer_id == held.customer_id,
        surveys.c.kind == SurveyKind.NPS,
        surveys.c.asked_at > act.now - policy.nps_every,
    )
    return act.connection.execute(query).first() is not None


def _involvement(connection: Connection, episode: EpisodeRecord) -> Involvement:
    query = select(messages.c.role).where(messages.c.episode_id == episode.episode_id).distinct()
    roles = set(connection.execute(query).scalars())
    if Role.AGENT not in roles:
        return Involvement.ASSISTANT
    return Involvement.ASSISTED if Role.ASSISTANT in roles else Involvement.AGENT


def _reopen(act: Act, row: Row[Any], policy: DeskPolicy) -> None:
    if row.ticket_id is None:
        return
    card = hold_ticket(act.connection, TicketId(row.ticket_id))
    since = card.last_resolved_at
    if card.status is TicketStatus.RESOLVED and since is not None and act.now - since <= policy.reopen_window:
        card = step(act, card, TicketTrigger.REOPENED, note="bad rating", window=policy.reopen_window, since=since)
        refresh_clocks(act, card)


def _to_survey(row: Row[Any]) -> Survey:
    return Survey(
        survey_id=SurveyId(row.id),
        conversation_id=ConversationId(row.conversation_id),
        episode_id=None if row.episode_id is None else EpisodeId(row.episode_id),
        ticket_id=None if row.ticket_id is None else TicketId(row.ticket_id),
        customer_id=None if row.customer_id is None else CustomerId(row.customer_id),
        kind=row.kind,
        delivered=row.delivered,
        reason=row.reason,
        involvement=row.involvement,
        assignee_at_resolution=None if row.assignee_at_resolution is None else AccountId(row.assignee_at_resolution),
        asked_at=row.asked_at,
        score=row.score,
        comment=row.comment,
        rated_at=row.rated_at,
    )

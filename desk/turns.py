"""Turns between customer and assistant: a message comes in, a reply is kept only if nothing happened meanwhile."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine

from core.actors import ASSISTANT, SYSTEM, customer
from core.attachments import AttachmentId
from core.clock import Clock, utc_now
from core.database import reading
from core.desk_events import EventKind
from core.episodes import Episode, EpisodeState
from core.errors import Conflict
from core.masking import Mask, withhold
from core.tickets import TicketCard
from core.types import (
    Answer,
    ConversationId,
    Handover,
    Message,
    MessageId,
    Reply,
    Role,
    Rule,
    Ticket,
)
from desk import rows
from desk.acts import Act, acting
from desk.arriving import Arrival, arrive
from desk.episode_states import Trigger
from desk.episodes import (
    EpisodeRecord,
    Held,
    all_episodes,
    bump,
    change_episode,
    changed,
    current,
    hold,
    look_at,
    move_episode,
    open_episode,
)
from desk.escalating import escalate
from desk.feedback import rate_message, withdraw
from desk.handing_over import Request, hand_over
from desk.handover.packages import add_package
from desk.past import episode_noun, spoken_language, turn_context
from desk.policy import DeskPolicy, Governed, PolicySource
from desk.records import Received, RecordedReply, TurnContext
from desk.surveys import offer_survey
from desk.texts import say
from desk.ticket_rows import tickets_of
from desk.tool_log import log_tools, masked_calls


class Turns(Governed):
    """The customers' side of a conversation with the assistant.

    A message is stored before it is answered, so it is never lost; a reply is stored only if the
    assistant still has the turn and nothing was written since, so nobody is ever talked over.
    """

    def __init__(
        self, engine: Engine, *, clock: Clock = utc_now, policy: PolicySource | None = None, mask: Mask = withhold
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._mask = mask
        super().__init__(policy)

    def receive(
        self,
        conversation_id: ConversationId,
        text: str,
        *,
        client_key: str | None = None,
        automatic: bool = False,
        files: Collection[AttachmentId] = (),
    ) -> Received:
        """Store what a customer wrote, and say who is to reply.

        Args:
            conversation_id: where.
            text: what.
            client_key: the sender's own id of the message; the same one again changes nothing.
            automatic: an automatic reply, a bounce, an absence note: opens nothing, starts no clock, gets no answer.
            files: what the customer has uploaded for it.

        Raises:
            NotFound: no such conversation, or no such file waits in it.
        """
        with acting(self._engine, self._clock, customer(None)) as act:
            return self._receive(act, conversation_id, text, client_key=client_key, automatic=automatic, files=files)

    def context(self, conversation_id: ConversationId) -> TurnContext:
        """What the assistant is to reply to, and what it may know.

        Raises:
            NotFound: no such conversation.
            Conflict: nothing waits for a reply.
        """
        with reading(self._engine) as connection:
            held = look_at(connection, conversation_id)
            found = all_episodes(connection, conversation_id)
            episode = current(found)
            context = turn_context(connection, held, found, episode) if episode is not None else None
            if context is None:
                raise Conflict("Nothing in this conversation waits for a reply.")
            return context

    def episode(self, conversation_id: ConversationId) -> Episode:
        """The episode that the conversation is in. Raises `NotFound`."""
        with reading(self._engine) as connection:
            held = look_at(connection, conversation_id)
            return episode_noun(connection, held, current(all_episodes(connection, conversation_id)))

    def commit(self, received: Received, reply: Reply) -> RecordedReply | None:
        """Store the assistant's reply and what follows from it. `None` if it came too late and was thrown away."""
        reply = masked_calls(reply, self._mask)
        with acting(self._engine, self._clock, ASSISTANT) as act:
            return self._commit(act, received, reply)

    def rate(self, conversation_id: ConversationId, message_id: MessageId, *, helpful: bool) -> Episode:
        """Keep what the customer thinks of a reply; of the last one it also says whether the problem is solved.

        Raises:
            NotFound: the conversation has no such reply of the assistant.
        """
        with acting(self._engine, self._clock, customer(None)) as act:
            held = hold(act.connection, conversation_id)
            rate_message(act.by(customer(held.customer_id)), held, message_id, helpful=helpful, policy=self._policy)
            changed(act.connection, conversation_id)
        return self.episode(conversation_id)

    def withdraw(self, conversation_id: ConversationId) -> Episode:
        """The customer doesn't want a person any more; the assistant goes on.

        Raises:
            NotFound: no such conversation.
            Conflict: nobody is being waited for.
        """
        with acting(self._engine, self._clock, customer(None)) as act:
            held = hold(act.connection, conversation_id)
            withdraw(act.by(customer(held.customer_id)), held)
            changed(act.connection, conversation_id)
        return self.episode(conversation_id)

    def record(self, conversation_id: ConversationId, text: str, reply: Reply) -> RecordedReply:
        """A message and its reply in one step.

        Raises:
            NotFound: no such conversation.
            Conflict: a person has the turn.
        """
        with acting(self._engine, self._clock, customer(None)) as act:
            recorded = self._commit(
                act.by(ASSISTANT), self._receive(act, conversation_id, text), masked_calls(reply, self._mask)
            )
            if recorded is None:
                raise Conflict("A person has this conversation, so the assistant can't reply.")
            return recorded

    def _receive(
        self,
        act: Act,
        conversation_id: ConversationId,
        text: str,
        *,
        client_key: str | None = None,
        automatic: bool = False,
        files: Collection[AttachmentId] = (),
    ) -> Received:
        held = hold(act.connection, conversation_id)
        known = rows.message_by_key(act.connection, held.conversation_id, client_key)
        if known is not None:
            return Received(
                message=known,
                conversation_id=conversation_id,
                version=held.version,
                assistant_replies=False,
                repeated=True,
            )
        act = act.by(customer(held.customer_id))
        arrival = arrive(act, held, text, client_key=client_key, automatic=automatic, policy=self._policy, files=files)
        told = _tell(act.by(SYSTEM), held, arrival, text, self._policy)
        ticket = _ticket_of(act, arrival.episode)
        return Received(
            message=arrival.message,
            conversation_id=conversation_id,
            version=bump(act.connection, held),
            assistant_replies=told is None and not automatic and _may_speak(arrival.episode),
            told=told,
            ticket=ticket,
        )

    def _commit(self, act: Act, received: Received, reply: Reply) -> RecordedReply | None:
        held = hold(act.connection, received.conversation_id)
        episode = current(all_episodes(act.connection, held.conversation_id))
        assert episode is not None  # the message that is answered belongs to one
        if held.version != received.version or not _may_speak(episode):
            why = "somebody else has the turn" if not _may_speak(episode) else "something was written meanwhile"
            act.log(EventKind.REPLY_DISCARDED, held.subject(episode), reason=why)
            log_tools(act, held.subject(episode), reply)
            return None
        if isinstance(reply.outcome, Handover):
            episode = _ready_for_people(act, held, episode)
        question = received.message
        answer = rows.add_message(
            act, held.subject(episode), Role.ASSISTANT, reply.outcome.text, detail=rows.reply_detail(reply)
        )
        rows.add_reply(act.connection, answer.message_id, question.message_id, reply)
        if reply.analysis is not None:
            rows.add_reading(act.connection, question.message_id, reply.analysis)
        log_tools(act, rows.with_message(held.subject(episode), answer.message_id), reply)
        if reply.offer is not None:
            act.log(EventKind.HANDOVER_OFFERED, held.subject(episode), new=reply.offer.code.value)
        card = self._follow(act, held, episode, question, answer, reply)
        if reply.analysis is not None:
            escalate(act, held, episode, question, reply.analysis, self._policy, handed_over=card)
        ticket = rows.one_ticket(act.connection, card.ticket_id) if card is not None else None
        bump(act.connection, held)
        return RecordedReply(question, answer, ticket)

    def _follow(
        self, act: Act, held: Held, episode: EpisodeRecord, question: Message, answer: Message, reply: Reply
    ) -> TicketCard | None:
        """What the reply means for the episode."""
        outcome = reply.outcome
        small_talk = reply.decision is not None and reply.decision.rule is Rule.SMALL_TALK
        if isinstance(outcome, Answer) and not small_talk and episode.state is EpisodeState.ASSISTANT:
            move_episode(act, held, episode, Trigger.ANSWERED)
        if not isinstance(outcome, Handover):
            return None
        package = outcome.package
        intent = reply.analysis.intent.label if reply.analysis is not None else None
        request = Request(
            code=outcome.code,
            reason=outcome.reason,
            topics=tuple(topic for topic in (package.team if package is not None else None, intent) if topic),
            priority=package.priority if package is not None else None,
        )
        _, card = hand_over(act, held, episode, question, request, self._policy)
        if package is not None:
            add_package(act.connection, answer.message_id, card.ticket_id, package, act.now)
        return card


def _may_speak(episode: EpisodeRecord) -> bool:
    """Whether the assistant has the turn. A solved problem's "thanks" may be answered, too."""
    return episode.state.assistant_speaks or episode.state.ended


def _ready_for_people(act: Act, held: Held, episode: EpisodeRecord) -> EpisodeRecord:
    """A hand-over belongs to an episode that is under way."""
    if episode.state.ended:
        return open_episode(act, held, all_episodes(act.connection, held.conversation_id))
    if episode.state is EpisodeState.CONFIRMING:
        return move_episode(act.by(customer(held.customer_id)), held, episode, Trigger.ASKED_ON)
    return episode


def _ticket_of(act: Act, episode: EpisodeRecord) -> Ticket | None:
    """The episode's newest ticket, where people have the turn."""
    if episode.state.assistant_speaks or episode.state.ended:
        return None
    own = [
        card for card in tickets_of(act.connection, episode.conversation_id) if card.episode_id == episode.episode_id
    ]
    return rows.one_ticket(act.connection, own[-1].ticket_id) if own else None


def _tell(act: Act, held: Held, arrival: Arrival, text: str, policy: DeskPolicy) -> Message | None:
    """Say what became of the message, where the assistant says nothing: each thing once."""
    language = spoken_language(act.connection, held, text)
    episode = arrival.episode
    if arrival.confirmed:
        told = rows.add_message(act, held.subject(episode), Role.SYSTEM, say("solved", language))
        offer_survey(act, held, episode, policy)
        return told
    silent = episode.told or not arrival.substantive or episode.agent_spoke_at is not None
    if _may_speak(episode) or silent:
        return None
    ticket = _ticket_of(act, episode)
    key = {EpisodeState.QUEUED: "queued", EpisodeState.TICKETED: "ticket"}.get(episode.state, "with_agent")
    number = ticket.ticket_id if ticket is not None else ""
    told = rows.add_message(act, held.subject(episode), Role.SYSTEM, say(key, language, ticket=number))
    change_episode(act, episode, told=True)
    return told

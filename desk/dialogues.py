"""The agents' side of conversations: take one, write, pass it on, end it. The turn has one owner at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, update

from core.accounts import AccountId
from core.actors import agent
from core.attachments import AttachmentId
from core.clock import Clock, utc_now
from core.database import reading
from core.dialogues import DialogueView, Line
from core.episodes import EpisodeState
from core.errors import Conflict, InvalidInput, NotFound
from core.staff import TeamId
from core.tickets import CloseReason
from core.types import ConversationId, Role
from desk import rows
from desk.acts import Act, acting
from desk.along import asked, each_ticket, put_aside, woken, worked
from desk.attachments.rows import send_with
from desk.episode_states import Trigger
from desk.episodes import (
    EpisodeRecord,
    Held,
    all_episodes,
    change_episode,
    changed,
    current,
    hold,
    move_episode,
    open_episode,
    own,
)
from desk.past import spoken_language
from desk.policy import Governed, PolicySource
from desk.running import refresh_clocks
from desk.staff import find_agent, one_team
from desk.staff_tables import agents
from desk.surveys import offer_survey
from desk.texts import say
from desk.ticket_rows import assign, open_tickets, step, transfer
from desk.ticket_states import TicketTrigger
from desk.views import lines, list_views, view_of

WITH_PEOPLE: Final = (EpisodeState.QUEUED, EpisodeState.AGENT, EpisodeState.SNOOZED, EpisodeState.TICKETED)


class Dialogues(Governed):
    """What agents do with conversations. Each method is one act; a conversation that somebody else has is refused."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now, policy: PolicySource | None = None) -> None:
        self._engine = engine
        self._clock = clock
        super().__init__(policy)

    def queue(
        self,
        *,
        states: Collection[EpisodeState] = (EpisodeState.QUEUED, EpisodeState.TICKETED),
        owner_id: AccountId | None = None,
        teams: Collection[TeamId] | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> list[DialogueView]:
        """Conversations in these states, the most urgent first, then whoever waits longest.

        Args:
            states: which; by default those that nobody has.
            owner_id: only this agent's.
            teams: only those of these teams, and those of none.
            offset: how many to leave out.
            limit: how many at most.
        """
        with reading(self._engine) as connection:
            found = list_views(connection, states=states, owner_id=owner_id, teams=teams)
        return found[offset : offset + limit]

    def view(self, conversation_id: ConversationId) -> DialogueView:
        """One conversation. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return view_of(connection, conversation_id)

    def timeline(self, conversation_id: ConversationId, *, after: int = 0) -> list[Line]:
        """All that was written, with notes; only lines whose number is higher than `after`."""
        with reading(self._engine) as connection:
            return lines(connection, conversation_id, after=after, notes=True)

    def lines_after(self, conversation_id: ConversationId, number: int) -> list[Line]:
        """What the customer may read and hasn't yet."""
        with reading(self._engine) as connection:
            return lines(connection, conversation_id, after=number)

    def claim(
        self, conversation_id: ConversationId, by: AccountId | None, *, from_colleague: bool = False
    ) -> DialogueView:
        """Take the conversation: out of the queue, from its ticket, or from the assistant in mid-sentence.

        Of two who try at once, one gets it. The customer is told who has joined. If the problem was
        solved already, this begins another episode.

        Args:
            conversation_id: which.
            by: for whom.
            from_colleague: also if a colleague has it. Whether that is allowed is the caller's business.

        Raises:
            NotFound: no such conversation, or nobody has written in it.
            Conflict: a colleague has it.
        """
        with self._act(conversation_id, by) as (act, held, episode):
            if episode.owner_id is not None and episode.owner_id == by:
                return view_of(act.connection, conversation_id)
            if episode.state in {EpisodeState.AGENT, EpisodeState.SNOOZED}:
                if not from_colleague:
                    raise Conflict("A colleague has this conversation.")
                if episode.state is EpisodeState.SNOOZED:
                    episode = move_episode(act, held, episode, Trigger.WOKEN)
                episode = move_episode(act, held, episode, Trigger.TRANSFERRED)
            if episode.state.ended:
                episode = open_episode(act, held, all_episodes(act.connection, conversation_id))
            if episode.state.assistant_speaks:
                episode = move_episode(act, held, episode, Trigger.TAKEN_OVER)
            episode = own(act, held, move_episode(act, held, episode, Trigger.CLAIMED), by)
            each_ticket(act, episode, lambda card: assign(act, card, by))
            if by is not None:
                known = find_agent(act.connection, by)
                self._say(act, held, episode, "joined", name=known.name if known is not None else "")
            change_episode(act, episode, told=True)
        return self.view(conversation_id)

    def reply(
        self,
        conversation_id: ConversationId,
        by: AccountId | None,
        text: str,
        *,
        asks: bool = False,
        client_key: str | None = None,
        files: Collection[AttachmentId] = (),
    ) -> DialogueView:
        """Write to the customer. With `asks` the tickets wait for the customer, and their clocks with them.

        `client_key` is the sender's own id of the message; the same one again changes nothing. `files` are what the
        agent has uploaded for it.

        Raises:
            NotFound: no such conversation, or no such file waits in it.
            Conflict: it isn't yours; claim it first. Or a file is for colleagues.
            InvalidInput: there is neither text nor file.
        """
        with self._act(conversation_id, by) as (act, held, episode):
            if rows.message_by_key(act.connection, conversation_id, client_key) is not None:
                return view_of(act.connection, conversation_id)
            _must_own(episode, by)
            self._write(act, held, episode, by, text, client_key=client_key, files=files)
            if asks:
                each_ticket(act, episode, lambda card: asked(act, card))
        return self.view(conversation_id)

    def note(
        self,
        conversation_id: ConversationId,
        by: AccountId | None,
        text: str,
        *,
        files: Collection[AttachmentId] = (),
    ) -> DialogueView:
        """Write something for colleagues. Touches no clock; anybody at the desk may.

        Raises:
            NotFound: no such conversation, or no such file waits in it.
            Conflict: a file is for the customer.
            InvalidInput: there is neither text nor file.
        """
        with self._act(conversation_id, by) as (act, held, episode):
            note = rows.add_message(act, held.subject(episode), Role.NOTE, _text(text, files), author=by)
            about = rows.with_message(held.subject(episode), note.message_id)
            send_with(act, about, files, act.actor, internal=True)
        return self.view(conversation_id)

    def transfer(
        self,
        conversation_id: ConversationId,
        by: AccountId | None,
        *,
        team_id: TeamId | None = None,
        to: AccountId | None = None,
    ) -> DialogueView:
        """Pass it on: to a team's queue, or to a colleague at once.

        Raises:
            NotFound: no such conversation, team or agent.
            Conflict: it isn't yours.
        """
        with self._act(conversation_id, by) as (act, held, episode):
            _must_own(episode, by)
            if team_id is not None:
                one_team(act.connection, team_id)
            if to is not None and find_agent(act.connection, to) is None:
                raise NotFound("agent", to)
            episode = move_episode(act, held, episode, Trigger.TRANSFERRED)
            if team_id is not None:
                episode = change_episode(act, episode, team_id=team_id)
                each_ticket(act, episode, lambda card: transfer(act, card, team_id))
            if to is not None:
                episode = own(act, held, move_episode(act, held, episode, Trigger.CLAIMED), to)
            each_ticket(act, episode, lambda card: assign(act, card, to))
        return self.view(conversation_id)

    def snooze(self, conversation_id: ConversationId, by: AccountId | None, until: datetime) -> DialogueView:
        """Put it aside until a moment, or until the customer writes.

        Raises:
            NotFound: no such conversation.
            Conflict: it isn't yours.
            InvalidInput: the moment has passed.
        """
        with self._act(conversation_id, by) as (act, held, episode):
            _must_own(episode, by)
            if until <= act.now:
                raise InvalidInput(f"{until.isoformat()} has passed. Name a moment in the future.")
            change_episode(act, move_episode(act, held, episode, Trigger.SNOOZED), wake_at=until)
            each_ticket(act, episode, lambda card: put_aside(act, card, until))
        return self.view(conversation_id)

    def wake(self, conversation_id: ConversationId, by: AccountId | None) -> DialogueView:
        """Take up again what was put aside. Raises `NotFound` or `Conflict`."""
        with self._act(conversation_id, by) as (act, held, episode):
            if episode.owner_id != by:
                raise Conflict("A colleague has this conversation.")
            move_episode(act, held, episode, Trigger.WOKEN)
            each_ticket(act, episode, lambda card: woken(act, card))
        return self.view(conversation_id)

    def hand_back(self, conversation_id: ConversationId, by: AccountId | None) -> DialogueView:
        """Give the turn back to the assistant. The tickets stay open and stay yours.

        Raises:
            NotFound: no such conversation.
            Conflict: it isn't yours.
        """
        with self._act(conversation_id, by) as (act, held, episode):
            _must_own(episode, by)
            self._say(act, held, episode, "handed_back")
            move_episode(act, held, episode, Trigger.HANDED_BACK)
        return self.view(conversation_id)

    def resolve(
        self,
        conversation_id: ConversationId,
        by: AccountId | None,
        reason: CloseReason,
        *,
        text: str | None = None,
    ) -> DialogueView:
        """End the episode and its tickets, with a last word to the customer if there is one.

        Raises:
            NotFound: no such conversation.
            Conflict: it isn't yours, or has ended.
            InvalidInput: the text is empty.
        """
        with self._act(conversation_id, by) as (act, held, episode):
            if episode.state is not EpisodeState.TICKETED:
                _must_own(episode, by)
            if text is not None:
                self._write(act, held, episode, by, text)
            each_ticket(act, episode, lambda card: step(act, card, TicketTrigger.RESOLVED, reason=reason))
            episode = move_episode(act, held, episode, Trigger.SOLVED, reason=reason)
            self._say(act, held, episode, "resolved")
            offer_survey(act, held, episode, self._policy)
        return self.view(conversation_id)

    def _write(
        self,
        act: Act,
        held: Held,
        episode: EpisodeRecord,
        by: AccountId | None,
        text: str,
        *,
        client_key: str | None = None,
        files: Collection[AttachmentId] = (),
    ) -> None:
        """A public message of a person: the only thing that stops the customer's waiting clock."""
        said = rows.add_message(
            act, held.subject(episode), Role.AGENT, _text(text, files), author=by, client_key=client_key
        )
        send_with(act, rows.with_message(held.subject(episode), said.message_id), files, act.actor)
        change_episode(act, episode, waiting_since=None, agent_spoke_at=act.now)
        each_ticket(act, episode, lambda card: worked(act, card, by))

    def _say(self, act: Act, held: Held, episode: EpisodeRecord, key: str, **values: object) -> None:
        language = spoken_language(act.connection, held)
        rows.add_message(act, held.subject(episode), Role.SYSTEM, say(key, language, **values))

    @contextmanager
    def _act(self, conversation_id: ConversationId, by: AccountId | None) -> Iterator[tuple[Act, Held, EpisodeRecord]]:
        """One act on a conversation that this transaction holds, with the episode that it is in."""
        with acting(self._engine, self._clock, agent(by)) as act:
            held = hold(act.connection, conversation_id)
            episode = current(all_episodes(act.connection, conversation_id))
            if episode is None:
                raise NotFound("conversation with messages", conversation_id)
            yield act, held, episode
            if by is not None:  # who does something is there
                act.connection.execute(update(agents).where(agents.c.account_id == by).values(seen_at=act.now))
            changed(act.connection, conversation_id)
            for card in open_tickets(act.connection, conversation_id):
                refresh_clocks(act, card)


def _must_own(episode: EpisodeRecord, by: AccountId | None) -> None:
    """Only the owner of the turn acts for the company."""
    if episode.state is not EpisodeState.AGENT:
        raise Conflict(f"The conversation is {episode.state.value!r}, so claim it first.")
    if episode.owner_id != by:
        raise Conflict("A colleague has this conversation. Ask them to pass it on.")


def _text(text: str, files: Collection[AttachmentId] = ()) -> str:
    """What may be written; a file speaks for itself."""
    text = text.strip()
    if not text and not files:
        raise InvalidInput("There is nothing to send. Write something.")
    return text

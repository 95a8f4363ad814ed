"""Figures at query time: the whole log is read, nothing is kept but what can't change any more."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import numpy as np
from sqlalchemy import Engine, select

from analytics import needs
from analytics.facts import Deadline, EpisodeFacts, Facts, SuggestionFacts
from analytics.figures.service import handling_s
from analytics.grouping import alike
from analytics.history import facts_of
from analytics.topics import of_customers_who_returned, with_repeats
from analytics.transcripts import Transcripts
from core.clock import Clock, utc_now
from core.database import reading
from core.desk_events import DeskEvent
from core.learning import Gap, GapCost
from core.types import TicketId
from desk.clock_tables import sla_clocks
from desk.events import Events
from models.encoder import Encoder, Vectors

SETTLED_S: Final = 60.0
"""Events older than this are kept in memory: nothing can come before them any more."""

Shown = Callable[[], Iterable[SuggestionFacts]]
"""Suggestions shown to agents."""


class Analytics:
    """Facts of the desk. Safe to share between threads."""

    def __init__(
        self,
        engine: Engine,
        encoder: Callable[[], Encoder],
        *,
        shown: Shown = lambda: (),
        clock: Clock = utc_now,
    ) -> None:
        """`encoder` is only asked for where the same customer came twice."""
        self._engine = engine
        self._events = Events(engine)
        self._transcripts = Transcripts(engine)
        self._encoder = encoder
        self._shown = shown
        self._clock = clock
        self._settled: list[DeskEvent] = []
        self._lock = threading.Lock()
        self._folded: tuple[int, Facts] | None = None
        """Facts as of the newest event, by its number: nothing that they hold changes without one."""
        self._vectors: dict[str, tuple[str, Vectors]] = {}
        """First questions of episodes whose customer returned, with their vectors."""

    def facts(self) -> Facts:
        """Everything that happened, as of now."""
        log, now = self._log(), self._clock()
        last = log[-1].sequence if log else 0
        known = self._folded
        if known is None or known[0] != last:
            told = facts_of(log, now=now, deadlines=self._deadlines())
            known = self._folded = (last, replace(told, episodes=tuple(self._with_repeats(told.episodes))))
        return replace(known[1], now=now, suggestions=tuple(self._shown()))

    def forget(self) -> None:
        """Drop what is held in memory, so that nothing of an erased person stays there."""
        with self._lock:
            self._settled = []
            self._folded = None
            self._vectors = {}
        needs.forget()

    def cost(self, gap: Gap, facts: Facts) -> GapCost:
        """What a gap has cost: episodes that a person had to take, and the minutes that it took."""
        own = set(gap.episodes)
        taken = [each for each in facts.episodes if each.episode_id in own and each.handed]
        return GapCost(len(taken), sum(map(handling_s, taken)) / 60)

    def _log(self) -> Sequence[DeskEvent]:
        with self._lock:
            last = self._settled[-1].sequence if self._settled else 0
            news: list[DeskEvent] = []
            while page := self._events.page(after=news[-1].sequence if news else last):
                news += page
            old = self._clock() - timedelta(seconds=SETTLED_S)
            young = next((at for at, event in enumerate(news) if event.at > old), len(news))
            self._settled += news[:young]
            return [*self._settled, *news[young:]]

    def _deadlines(self) -> dict[TicketId, tuple[Deadline, ...]]:
        """As the desk's clocks keep them. One that is paused has no moment yet, so there is none to miss.

        A clock forgets its deadline once it has been met in time, so that is counted on the day on which it was met.
        """
        found: dict[TicketId, list[Deadline]] = defaultdict(list)
        with reading(self._engine) as connection:
            for row in connection.execute(select(sla_clocks)):
                due_at = row.breached_at or row.met_at or row.due_at
                if due_at is not None:
                    found[TicketId(row.ticket_id)].append(Deadline(clock=row.clock, due_at=due_at, met_at=row.met_at))
        return {ticket_id: tuple(own) for ticket_id, own in found.items()}

    def _with_repeats(self, episodes: Sequence[EpisodeFacts]) -> list[EpisodeFacts]:
        returned = of_customers_who_returned(episodes)
        self._read_questions(returned)
        return with_repeats(episodes, self._same)

    def _read_questions(self, episodes: set[str]) -> None:
        missing = [each for each in episodes if each not in self._vectors and each.isdigit()]
        texts = self._transcripts.first_questions([int(each) for each in missing]) if missing else {}
        if texts:
            rows = self._encoder().encode_questions(list(texts.values()))
            for (episode_id, text), row in zip(texts.items(), rows, strict=True):
                self._vectors[episode_id] = (text, row)

    def _same(self, one: EpisodeFacts, other: EpisodeFacts) -> bool:
        """About the same, by their first questions; where one is unknown it is taken for the same."""
        first, second = self._vectors.get(one.episode_id), self._vectors.get(other.episode_id)
        if first is None or second is None:
            return True
        return alike(first[0], second[0], np.stack([first[1], second[1]]))

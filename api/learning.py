"""The learning loop of one server: its parts joined, and the thread that keeps it going."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from core.clock import Clock
from core.errors import ZhidaError

if TYPE_CHECKING:
    from analytics.learning.candidates import CandidateStore
    from analytics.learning.gap_ties import GapTies
    from analytics.learning.gaps import GapStore
    from analytics.learning.gathering import Gatherer
    from analytics.learning.material import GapMaterial
    from analytics.learning.publishing import Publisher
    from analytics.learning.trying import Trials
    from api.composition import Services

POLL_S: Final = 2.0
"""Between two looks at what happened."""

QUIET_S: Final = 3.0
"""So long nothing may have been published before questions are tried, so that a folder of documents is one round."""

LONGEST_PAUSE_S: Final = 0.05
"""Customers go first: so long is waited between two questions that are tried."""

_log = logging.getLogger("zhida.learning")


class Learning:
    """The parts of the loop. Each is made when it is first asked for."""

    def __init__(self, services: Services, clock: Clock) -> None:
        self._services = services
        self._clock = clock

    @cached_property
    def gaps(self) -> GapStore:
        """The board of unanswered questions."""
        from analytics.learning.gaps import GapStore

        return GapStore(self._services.engine, self._services.encoder, clock=self._clock)

    @cached_property
    def candidates(self) -> CandidateStore:
        """The review queue."""
        from analytics.learning.candidates import CandidateStore

        return CandidateStore(self._services.engine, self._services.encoder, clock=self._clock)

    @cached_property
    def gatherer(self) -> Gatherer:
        """What is learnt from what happened."""
        from analytics.learning.gathering import Gatherer
        from analytics.suggestions import SuggestionsRead
        from analytics.transcripts import Transcripts
        from desk.events import Events

        engine = self._services.engine
        return Gatherer(
            Events(engine),
            Transcripts(engine),
            self.gaps,
            self.candidates,
            mask=self._services.masker.masked,
            edited=SuggestionsRead(engine).edited,
            clock=self._clock,
        )

    @cached_property
    def publisher(self) -> Publisher:
        """The way of approved candidates into the knowledge base."""
        from analytics.learning.publishing import Publisher

        return Publisher(self._services.kb, self.candidates)

    @cached_property
    def ties(self) -> GapTies:
        """Gaps that a person puts together or keeps apart."""
        from analytics.learning.gap_ties import GapTies

        return GapTies(self._services.engine, self._services.encoder, clock=self._clock)

    @cached_property
    def material(self) -> GapMaterial:
        """What a manager reads to fill a gap."""
        from analytics.learning.material import GapMaterial
        from analytics.transcripts import Transcripts

        return GapMaterial(Transcripts(self._services.engine), mask=self._services.masker.masked)

    @cached_property
    def trials(self) -> Trials:
        """Questions that are asked again."""
        from analytics.learning.trying import Trials

        return Trials(self._services.assistant, self.gaps, self.candidates, self._services.kb, clock=self._clock)


@dataclass(frozen=True, slots=True)
class Step:
    """What a step of the loop did."""

    gathered: int = 0
    uploaded: bool = False
    tried: bool = False


class LearningRunner:
    """Keeps the loop going, from one thread."""

    def __init__(self, services: Services, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._services = services
        self._clock = clock
        self._seen = -1
        self._seen_at = 0.0

    def step(self, stop: threading.Event, *, patient: bool = True) -> Step:
        """Take in what happened, publish what was approved, and try everything again after a publication.

        With `patient` questions are tried once nothing more seems to come.

        Raises:
            ZhidaError: the database or the search failed. The next step goes on where this one ended.
        """
        loop = self._services.learning
        gathered = loop.gatherer.step()
        uploaded = loop.publisher.step()
        if uploaded:
            self._services.worker.wake()
        tried = self._due(patient=patient)
        if tried is not None:
            loop.publisher.settle()  # what became ready since the step's beginning is tried with the rest
            loop.publisher.check_published()
            loop.trials.try_all(pause=lambda: stop.wait(LONGEST_PAUSE_S))
            if not stop.is_set():
                loop.gaps.note_tried_for(tried)
        return Step(gathered.questions + gathered.findings, uploaded, tried is not None)

    def safe_step(self, stop: threading.Event) -> None:
        """As `step`; whatever fails is in the log, and the thread lives on."""
        try:
            self.step(stop)
        except ZhidaError:
            _log.exception("The learning loop stumbled; the next step is soon.")
        except Exception:  # noqa: BLE001 - the thread must live on for the next step
            _log.exception("The learning loop met something that wasn't foreseen; the next step is soon.")

    def _due(self, *, patient: bool) -> int | None:
        """The state of the knowledge base that nothing was tried for yet, once it has settled."""
        sequence = self._services.kb.sequence()
        if sequence == self._services.learning.gaps.tried_for():
            return None
        now = self._clock()
        if sequence != self._seen:
            self._seen, self._seen_at = sequence, now
        quiet = now - self._seen_at >= QUIET_S and not self._services.kb.unfinished()
        return sequence if quiet or not patient else None

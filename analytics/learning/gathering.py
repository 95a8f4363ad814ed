"""Reads what happened since the last time, and takes from it what can be learnt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from analytics.learning.candidates import CandidateStore
from analytics.learning.gaps import GapStore
from analytics.learning.mining import answered_by_a_person, unanswered
from analytics.transcripts import Transcript, Transcripts
from core.clock import Clock, utc_now
from core.desk_events import DeskEvent, EventKind
from core.episodes import EpisodeState
from core.learning import Finding
from core.masking import Mask
from core.tickets import CloseReason
from desk.events import Events

TEACHES: Final = frozenset({CloseReason.AGENT_SOLVED.value, CloseReason.CUSTOMER_CONFIRMED.value})
"""Ends of an episode after which a person's answer is taken for a good one. A workaround isn't."""

SETTLING_S: Final = 10.0
"""Events younger than this are looked at again: of two acts at once the later number may be there first."""

Edited = Callable[[Mask], Iterable[Finding]]
"""What agents made of suggestions that they changed, with personal data removed."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was new."""

    questions: int = 0
    """Questions without an answer."""
    findings: int = 0
    """Answers of people."""


class Gatherer:
    """Feeds the board and the review queue from the desk's log."""

    def __init__(
        self,
        events: Events,
        transcripts: Transcripts,
        gaps: GapStore,
        candidates: CandidateStore,
        *,
        mask: Mask,
        edited: Edited = lambda _mask: (),
        clock: Clock = utc_now,
    ) -> None:
        self._events = events
        self._transcripts = transcripts
        self._gaps = gaps
        self._candidates = candidates
        self._mask = mask
        self._edited = edited
        self._clock = clock

    def step(self) -> Gathered:
        """Take in what came since the last step. What was taken in already is never counted twice."""
        news = self._events.page(after=self._gaps.read_up_to(), kinds=_TELLING)
        replied = {event.subject.episode_id for event in news if event.kind is not EventKind.EPISODE_MOVED}
        solved = {event.subject.episode_id for event in news if _teaches(event)}
        read = self._transcripts.of_episodes([each for each in {*replied, *solved} if each is not None])
        findings = [*self._learnt(read, {str(each) for each in solved}), *self._edited(self._mask)]
        found = self._candidates.take_in(findings) if findings else 0
        questions = [question for transcript in read for question in unanswered(transcript, self._mask)]
        settled = [event.sequence for event in news if event.at <= self._clock() - timedelta(seconds=SETTLING_S)]
        if not questions and not settled:
            return Gathered(0, found)
        up_to = max(settled, default=None)
        return Gathered(self._gaps.take_in(questions, up_to=up_to), found)

    def _learnt(self, read: Iterable[Transcript], solved: set[str]) -> list[Finding]:
        found = (answered_by_a_person(each, self._mask) for each in read if each.episode_id in solved)
        return [each for each in found if each is not None]


_TELLING: Final = (EventKind.MESSAGE_ADDED, EventKind.REPLY_RATED, EventKind.EPISODE_MOVED)


def _teaches(event: DeskEvent) -> bool:
    ended = event.kind is EventKind.EPISODE_MOVED and event.new == EpisodeState.RESOLVED.value
    return ended and event.reason in TEACHES

"""Whether a question is answered now: asked of the assistant that customers talk to, in words that customers used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from analytics.learning.candidates import CandidateStore
from analytics.learning.filling import Versions, gives, judge
from analytics.learning.gaps import GapStore
from core.clock import Clock, utc_now
from core.learning import Candidate, CandidateStatus, Gap, GapStatus, Trial
from core.types import Answer, Audience, Clarification, Outcome, Reply, Turn


class Asks(Protocol):
    """Who is asked: `agent.assistant.Assistant`."""

    def reply(self, turn: Turn) -> Reply:
        """Reply to a turn. Nothing is recorded by it."""
        ...


Pause = Callable[[], bool]
"""Called between two questions, as customers go first; true means to stop."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a round of trials came to."""

    gaps: int = 0
    closed: int = 0
    reopened: int = 0
    candidates: int = 0
    failed: int = 0
    """Published candidates whose question isn't answered from them."""


class Trials:
    """Asks the questions of gaps and of published candidates again."""

    def __init__(
        self,
        asks: Asks,
        gaps: GapStore,
        candidates: CandidateStore,
        versions: Versions,
        *,
        clock: Clock = utc_now,
    ) -> None:
        """`versions` says what stood in the knowledge base when a question was asked in vain."""
        self._asks = asks
        self._gaps = gaps
        self._candidates = candidates
        self._versions = versions
        self._clock = clock

    def try_all(self, pause: Pause = lambda: False) -> Tried:
        """Try every gap that isn't dismissed, and every published candidate."""
        closed = reopened = failed = 0
        open_before = [
            gap for status in (GapStatus.OPEN, GapStatus.CLOSED) for gap in self._gaps.gaps(status=status, limit=10_000)
        ]
        for gap in open_before:
            if pause():
                break
            after = self.try_gap(gap)
            closed += after.status is GapStatus.CLOSED and gap.status is GapStatus.OPEN
            reopened += after.status is GapStatus.OPEN and gap.status is GapStatus.CLOSED
        published = self._candidates.candidates(status=CandidateStatus.PUBLISHED, limit=10_000)
        for candidate in published:
            if pause():
                break
            failed += not self.try_candidate(candidate).passed
        return Tried(len(open_before), closed, reopened, len(published), failed)

    def try_gap(self, gap: Gap) -> Gap:
        """Ask a gap's wordings; it closes or opens by what comes back."""
        wordings = self._gaps.wordings(gap.gap_id)
        pairs, confirmed = self._candidates.of_gap(gap.gap_id), self._gaps.confirmed(gap.gap_id)
        trials = {
            each.message_id: judge(
                each, self._ask(each.text, each.audience), pairs=pairs, confirmed=confirmed, versions=self._versions
            )
            for each in wordings
        }
        return self._gaps.tried(gap.gap_id, trials)

    def try_candidate(self, candidate: Candidate) -> Trial:
        """Ask a candidate's question, and note whether it is answered from it."""
        outcome = self._ask(candidate.question, candidate.audience)
        trial = Trial(gives(outcome, candidate), name_of(outcome), outcome.text, self._clock())
        self._candidates.tried(candidate.candidate_id, trial)
        return trial

    def _ask(self, text: str, audience: Audience) -> Outcome:
        return self._asks.reply(Turn(text=text, audience=audience)).outcome


def name_of(outcome: Outcome) -> str:
    """`answer`, `clarification` or `handover`."""
    if isinstance(outcome, Answer):
        return "answer"
    return "clarification" if isinstance(outcome, Clarification) else "handover"

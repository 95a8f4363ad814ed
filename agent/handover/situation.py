"""What the rules read: one typed picture of the turn, the episode so far, and what retrieval found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.analysis import Analysis
from core.episodes import Episode, EpisodeId, EpisodeState, PastTurn
from core.handover_rules import HandoverRules
from core.types import HandoverCode, Language, PassageId

NEW_EPISODE: Final = Episode(EpisodeId(0), 1, EpisodeState.ASSISTANT, 0)
"""Where nothing was said before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """What retrieval found for the message."""

    answers: bool
    """There is an approved answer, or the evidence is good enough for one."""
    certainty: float
    """Probability that the evidence answers, 0.0 to 1.0."""
    threshold: float
    """Probability from which the assistant answers."""
    nearest: tuple[PassageId, ...]
    """The best passages, best first."""
    contradiction: str = ""
    """What the sources disagree about, where that is left to a person."""

    @property
    def empty(self) -> bool:
        """Nothing at all was found, so that other words would find nothing either."""
        return not self.nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The turn as the rules see it."""

    text: str
    """What the customer just wrote."""
    language: Language
    """In which the customer is answered."""
    analysis: Analysis
    episode: Episode
    rules: HandoverRules
    in_conversation: bool = True
    """The customer can reply. Otherwise nothing is asked back that nobody could answer."""
    alike: Sequence[float] = ()
    """Cosine of the message and each earlier one of the episode, in their order."""
    retrieved: Retrieved | None = None
    """`None` before anything was searched for."""
    answer: str = ""
    """What the assistant is about to say, where that is known."""

    @property
    def turns(self) -> tuple[PastTurn, ...]:
        """The episode so far, oldest first."""
        return self.episode.turns

    @property
    def last(self) -> PastTurn | None:
        """The turn before this one."""
        return self.turns[-1] if self.turns else None

    @property
    def offered(self) -> bool:
        """A person was offered in this episode already."""
        return any(turn.offered is not None for turn in self.turns)

    def ended_with(self, *codes: HandoverCode) -> tuple[PastTurn, ...]:
        """The last turns in a row that were questions back for one of these reasons; turns without a code, such as
        small talk, stand between them without counting."""
        found: list[PastTurn] = []
        for turn in reversed(self.turns):
            if turn.outcome == "clarification" and turn.code is None:
                continue
            if turn.outcome != "clarification" or turn.code not in codes:
                break
            found.append(turn)
        return tuple(reversed(found))

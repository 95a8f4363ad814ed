"""What needs no composing: an approved answer, a question back, or two sources that disagree."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Final

from agent.citations import cite_pair, mark
from agent.conflicts import find_conflict, summary, tell
from agent.handover.situation import Retrieved
from agent.looking import Search
from agent.policy import VERBATIM_CONFIDENCE, AnswerPolicy
from agent.readings import find_readings
from agent.texts import WHICH_QUESTION, WHICH_READING
from agent.verbatim import Matcher
from core.types import Answer, Clarification, HandoverCode, QAPair, Role, Tier, Turn
from models.encoder import Encoder


class Decider:
    """Decides on what was found, before anything is composed."""

    def __init__(self, encoder: Encoder, policy: AnswerPolicy) -> None:
        self._matcher = Matcher(encoder, policy)
        self._policy = policy

    def decide(self, turn: Turn, search: Search) -> Answer | Clarification | None:
        """The outcome, where it needs no composing: an approved answer, or a question back.

        A question is asked back only once; the second time the nearest reading is taken.
        """
        found, language = search.found, search.language
        asked_back = _asked_back(turn)
        pairs = self._matcher.matches(search.question, found.vector, found.pairs, least=search.limit.pair_probability)
        if len(pairs) > 1 and not asked_back:
            return _which(WHICH_QUESTION[language], [pair.question for pair in pairs], search)
        if pairs:
            return _verbatim(pairs[0], search)
        conflict = find_conflict(search.question, found.hits) if search.allowed else None
        if conflict is not None:
            return None if self._policy.hand_over_conflicts else tell(conflict, language, search.certainty)
        # Also below the threshold: what is asked stands there, only not for which product.
        readings = () if asked_back else find_readings(search.question, found.hits)
        return _which(WHICH_READING[language], readings, search) if readings else None

    def retrieved(self, search: Search, decided: Answer | Clarification | None) -> Retrieved:
        """What the rules read of a search."""
        limit = search.limit
        threshold = limit.probability(limit.threshold) if isfinite(limit.threshold) else 1.0
        allowed = bool(search.found.hits) and search.allowed
        contradiction = ""
        if decided is None and allowed and self._policy.hand_over_conflicts:
            conflict = find_conflict(search.question, search.found.hits)
            contradiction = "" if conflict is None else summary(conflict, search.language)
        return Retrieved(
            answers=decided is not None or (allowed and not contradiction),
            certainty=search.certainty,
            threshold=threshold,
            nearest=search.nearest,
            contradiction=contradiction,
        )


def _which(text: str, options: Sequence[str], search: Search) -> Clarification:
    code = HandoverCode.PENDING_CLARIFICATION
    return Clarification(text, tuple(options), search.certainty, code, search.nearest)


def _verbatim(pair: QAPair, search: Search) -> Answer:
    citation = cite_pair(1, pair, search.found.hits)
    certainty = max(search.certainty, VERBATIM_CONFIDENCE)
    return Answer(mark(pair.answer, citation.number), (citation,), certainty, Tier.VERBATIM)


_ASKED_BACK: Final = (*WHICH_QUESTION.values(), *WHICH_READING.values())


def _asked_back(turn: Turn) -> bool:
    """Whether the assistant's last message was a question back already; it asks at most once."""
    last = next((message for message in reversed(turn.history) if message.role is Role.ASSISTANT), None)
    return last is not None and last.text.startswith(_ASKED_BACK)

"""Approved answers: when a customer's question is one that a Q&A pair answers word for word."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final

from agent.policy import AnswerPolicy
from core.types import QAHit, QAPair, QuestionKind
from models.encoder import Encoder, Vectors
from retrieval.pairs import LEAD_CAP
from retrieval.sameness import same_words, something_else

CACHED_WORDINGS: Final = 2000
"""Vectors of negative wordings that are kept: about 3 MB."""


class Matcher:
    """Decides whether a pair's answer may be given word for word."""

    def __init__(self, encoder: Encoder, policy: AnswerPolicy) -> None:
        self._encoder = encoder
        self._policy = policy
        self._lock = Lock()
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()

    def matches(self, question: str, vector: Vectors, pairs: Sequence[QAHit], *, least: float) -> list[QAPair]:
        """The pairs that answer the question: usually one or none, two when they can't be told apart.

        `pairs` come nearest in meaning first. A pair doesn't match below the probability `least`, when
        one of its negative wordings is about as near as the wording that was found, or when the two
        speak of different models or numbers, or of opposites.
        """
        exact = [hit.pair for hit in pairs if same_words(question, hit.matched.text)]
        if exact:
            return exact[:1]
        possible = [hit for hit in pairs if not _of_something_else(question, hit)]
        best = next(iter(possible), None)
        if best is None or best.either < least or self._repelled(vector, best):
            return []
        rivals = [hit for hit in possible[1:] if hit.pair.answer != best.pair.answer]
        near = [hit for hit in rivals if best.meaning - hit.meaning <= self._policy.tie_margin and hit.either >= least]
        if near and not self._repelled(vector, near[0]):
            return [best.pair, near[0].pair]
        # Pairs that can't be meant made the probability smaller than it is.
        alone = all(best.meaning - hit.meaning >= LEAD_CAP for hit in rivals)
        return [best.pair] if (best.either if alone else best.probability) >= least else []

    def _repelled(self, vector: Vectors, hit: QAHit) -> bool:
        """Whether a question that must not get this answer is about as near as those that should."""
        negatives = [wording.text for wording in hit.pair.questions if wording.kind is QuestionKind.NEGATIVE]
        return bool(negatives) and hit.score - self._nearest(vector, negatives) < self._policy.negative_margin

    def _nearest(self, vector: Vectors, wordings: Sequence[str]) -> float:
        return max(float(row @ vector) for row in self._encoded(wordings))

    def _encoded(self, wordings: Sequence[str]) -> list[Vectors]:
        with self._lock:
            missing = [text for text in wordings if text not in self._vectors]
        fresh = dict(zip(missing, self._encoder.encode_questions(missing), strict=True)) if missing else {}
        with self._lock:
            self._vectors.update(fresh)
            rows = [fresh[text] if text in fresh else self._vectors[text] for text in wordings]
            while len(self._vectors) > CACHED_WORDINGS:
                self._vectors.popitem(last=False)
        return rows


def _of_something_else(question: str, hit: QAHit) -> bool:
    wordings = [wording.text for wording in hit.pair.questions if wording.kind is not QuestionKind.NEGATIVE]
    return something_else(question, hit.matched.text, [*wordings, hit.pair.answer])

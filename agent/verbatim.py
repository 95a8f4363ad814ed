"""Approved answers: when a customer's question is one that a Q&A pair answers word for word."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final

from agent.policy import AnswerPolicy
from core.text import fold
from core.types import QAHit, QAPair, QuestionKind
from models.encoder import Encoder, Vectors

CACHED_WORDINGS: Final = 2000
"""Vectors of negative wordings that are kept: about 3 MB."""

_CODE: Final = re.compile(r"[a-z0-9]*\d[a-z0-9]*(?:[-_.][a-z0-9]+)*")
_OPPOSITES: Final = (
    (
        r"开通|开启|打开|激活|\b(?:activate|enable|open|turn on)\b",
        r"关闭|取消|注销|停用|\b(?:deactivate|disable|cancel|close|turn off)\b",
    ),
    (r"增加|提高|提升|\b(?:increase|raise|upgrade)\b", r"减少|降低|降级|\b(?:decrease|reduce|lower|downgrade)\b"),
    (r"国内|境内|大陆|\bdomestic\b", r"国外|海外|境外|国际|\b(?:international|abroad|overseas)\b"),
    (r"线上|网上|\bonline\b", r"线下|门店|实体店|\b(?:offline|in store|in person)\b"),
    (r"个人|\bpersonal\b", r"企业|公司|单位|\b(?:business|company|corporate)\b"),
    (r"换货|\bexchange\b", r"退货|退款|\b(?:refund|return)\b"),
    (r"之前|以前|\bbefore\b", r"之后|以后|\bafter\b"),
)
_OPPOSITE_PATTERNS: Final = tuple((re.compile(one), re.compile(other)) for one, other in _OPPOSITES)

_NOT_WORD: Final = re.compile(r"[\W_]+")


class Matcher:
    """Decides whether a pair's answer may be given word for word."""

    def __init__(self, encoder: Encoder, policy: AnswerPolicy) -> None:
        self._encoder = encoder
        self._policy = policy
        self._lock = Lock()
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()

    def matches(self, question: str, vector: Vectors, pairs: Sequence[QAHit]) -> list[QAPair]:
        """The pairs that answer the question: usually one or none, two when they can't be told apart.

        `pairs` come best first. A pair doesn't match when one of its negative wordings is about as
        near as the wording that was found, or when the two speak of different models or numbers.
        """
        exact = [hit.pair for hit in pairs if same_words(question, hit.matched.text)]
        if exact:
            return exact[:1]
        fitting = [hit for hit in pairs if self._fits(question, vector, hit)]
        if not fitting or fitting[0] is not pairs[0]:
            return []
        rivals = [hit for hit in fitting if fitting[0].score - hit.score <= self._policy.tie_margin]
        different = {hit.pair.answer: hit.pair for hit in reversed(rivals)}
        return [hit.pair for hit in rivals if different[hit.pair.answer] is hit.pair][:2]

    def _fits(self, question: str, vector: Vectors, hit: QAHit) -> bool:
        if hit.score < self._policy.verbatim_threshold or hit.matched.kind is QuestionKind.NEGATIVE:
            return False
        if not _same_codes(question, hit) or _opposed(question, hit.matched.text):
            return False
        negatives = [wording.text for wording in hit.pair.questions if wording.kind is QuestionKind.NEGATIVE]
        return not negatives or hit.score - self._nearest(vector, negatives) >= self._policy.negative_margin

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


def same_words(question: str, wording: str) -> bool:
    """Whether two questions differ at most in case, width, script, spacing and punctuation."""
    return _NOT_WORD.sub("", fold(question)) == _NOT_WORD.sub("", fold(wording))


def _opposed(question: str, wording: str) -> bool:
    """Whether one asks for the opposite of the other, which is close to an encoder and far to a customer."""
    first, second = fold(question), fold(wording)
    return any(
        bool(one.search(first)) != bool(one.search(second)) and bool(other.search(first)) != bool(other.search(second))
        for one, other in _OPPOSITE_PATTERNS
    )


def _same_codes(question: str, hit: QAHit) -> bool:
    """Whether question and pair speak of the same models, amounts and dates.

    An encoder hardly tells X100 from X200, but a customer does.
    """
    asked = set(_CODE.findall(fold(question)))
    wordings = [wording.text for wording in hit.pair.questions if wording.kind is not QuestionKind.NEGATIVE]
    known = set(_CODE.findall(fold(" ".join([*wordings, hit.pair.answer]))))
    models = {code for code in _CODE.findall(fold(hit.matched.text)) if not code.isdigit()}
    return asked <= known and models <= asked

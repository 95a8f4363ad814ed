"""Looks at Q&A pairs for others that get in their way: asked the same, answered otherwise or twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.clock import Clock, utc_now
from core.errors import PairConflict
from core.pair_warnings import PairWarning, PairWarningKind
from core.text import detect_language, fold
from core.types import (
    Audience,
    DocumentVersion,
    PassageId,
    QAHit,
    QAPair,
    QAPairId,
    QAStatus,
    Question,
    QuestionKind,
)
from kb.following import FollowingIndexes
from kb.index import Candidate, Collection, Filter, Probe
from kb.prepared import PreparedVersion, TextHash, text_hash
from kb.rows import chunked
from kb.store import KnowledgeBase
from models.encoder import Encoder, Vectors
from retrieval.pairs import KnownVectors, negates, rate
from retrieval.quantities import quantities
from retrieval.sameness import same_words, something_else

SAME: Final = 0.9
"""Probability from which two pairs are taken to be asked the same. Also what is asked nearly the same is found."""

WORTH_A_LOOK: Final = 0.93
"""Cosine of the default encoder below which two wordings aren't compared any further."""

NEIGHBOURS: Final = 10
"""Wordings of other pairs looked at for each wording."""

NEW: Final = QAPairId(0)
"""The number of a pair that isn't published yet."""


SLICE: Final = 4_000
"""Live wordings that are read at a time: about 6 MB of vectors."""

TOLD: Final = 20
"""Warnings of one upload that are written out; the pages show all."""

LONGEST_TOLD: Final = 60
"""Characters of a question or name in such a warning."""

_FIRST_CLAUSE: Final = re.compile(r"[^。；，！？,.;!?]*")
_GRAVITY: Final = tuple(PairWarningKind)


@dataclass(frozen=True, slots=True)
class _Wording:
    """A wording of a pair with its vector, and the pairs that are near it, the nearest first."""

    text: str
    vector: Vectors
    near: tuple[QAHit, ...]


class PairReview:
    """Compares pairs with the approved ones, by the same probability by which customers get their answers.

    Nothing is stored: a warning is gone once one of the two pairs has been changed.
    """

    def __init__(
        self, kb: KnowledgeBase, encoder: Encoder, *, indexes: FollowingIndexes | None = None, clock: Clock = utc_now
    ) -> None:
        """Without open `indexes` all live wordings are read from SQL, which suits whole uploads."""
        self._kb = kb
        self._indexes = indexes
        self._encoder = encoder
        self._clock = clock

    def of_pairs(self, pairs: Sequence[QAPair]) -> list[PairWarning]:
        """What gets in the way of these pairs, in their order; of each other pair the gravest warning."""
        stored = self._stored(sorted({text_hash(text) for pair in pairs for text in positive(pair)}))
        kept = [(pair, text) for pair in pairs for text in positive(pair) if text_hash(text) in stored]
        by_pair: dict[QAPairId, list[_Wording]] = defaultdict(list)
        for (pair, text), vector, near in self._near(kept, stored):
            by_pair[pair.pair_id].append(_Wording(text, vector, tuple(near)))
        return [warning for pair in pairs for warning in _gravest(_warnings(pair, by_pair[pair.pair_id], self._stored))]

    def check(self, pair: QAPair) -> None:
        """Refuse to approve a pair that contradicts an approved one, before somebody has said that both are meant.

        Raises:
            PairConflict: it does; the message names the other one.
        """
        if pair.status is QAStatus.APPROVED:
            return
        against = [each for each in self.of_pairs([pair]) if each.kind is PairWarningKind.CONFLICT]
        if against:
            other = against[0]
            raise PairConflict(
                f"Pair {other.other_id} in {other.other_document!r}, “{other.other_question}”, is asked the same as pair "
                f"{pair.pair_id} and answers otherwise. Reject one of them, or confirm that both stay (--confirm; "
                '"confirm": true in the API).'
            )

    def of_upload(self, version: DocumentVersion, prepared: PreparedVersion) -> list[PairWarning]:
        """What gets in the way of approved pairs that are about to be published.

        They are compared with those of other documents, and with each other; of two that are both
        new, only the first has a warning. Candidates are compared when a person looks at them.
        """
        pairs = list(_unpublished(version, prepared))
        wordings = [(pair, text) for pair in pairs for text in positive(pair)]
        known = _Known(self._stored, prepared.question_vectors)
        there = known([text_hash(text) for _, text in wordings])
        kept = [(pair, text) for pair, text in wordings if text_hash(text) in there]
        rows = _rows(kept, there, self._encoder.identity.dimension)
        by_pair: dict[QAPairId, list[_Wording]] = defaultdict(list)
        for at, ((pair, text), vector, published) in enumerate(self._near(kept, there)):
            others = [hit for hit in published if hit.pair.document_id != version.document_id]  # not the version before
            near = sorted([*others, *_beside(at, kept, rows)], key=lambda hit: -hit.score)[:NEIGHBOURS]
            by_pair[pair.pair_id].append(_Wording(text, vector, tuple(near)))
        return [warning for pair in pairs for warning in _gravest(_warnings(pair, by_pair[pair.pair_id], known))]

    def _near(
        self, kept: Sequence[tuple[QAPair, str]], vectors: Mapping[TextHash, Vectors]
    ) -> Iterator[tuple[tuple[QAPair, str], Vectors, list[QAHit]]]:
        """Each wording with its vector and the approved pairs near it, other than its own, the nearest first."""
        rows = _rows(kept, vectors, self._encoder.identity.dimension)
        scanned = self._scanned(rows) if self._indexes is None else None
        for at, (pair, text) in enumerate(kept):
            only = self._filter(pair)
            if scanned is not None:
                candidates: Sequence[Candidate] = scanned[at]
            else:
                candidates = self._searched(text, rows[at], only)
            close = [candidate for candidate in candidates if candidate.score >= WORTH_A_LOOK]
            yield (pair, text), rows[at], self._confirmed(close, pair, only)

    def _filter(self, pair: QAPair) -> Filter:
        """Everybody's view on the first day on which the pair holds."""
        today = self._clock().date()
        return Filter(Audience.INTERNAL, max(today, pair.valid_from or today))

    def _searched(self, text: str, vector: Vectors, only: Filter) -> Sequence[Candidate]:
        assert self._indexes is not None
        return self._indexes.search(Collection.QUESTIONS, "dense", Probe(text, vector), k=2 * NEIGHBOURS, only=only)

    def _scanned(self, rows: Vectors) -> list[list[Candidate]]:
        """For each row the live wordings that are worth a look, the nearest first."""
        found: list[list[Candidate]] = [[] for _ in rows]
        key = self._encoder.identity.key
        for ids in chunked(self._kb.live_ids(Collection.QUESTIONS).tolist(), SLICE) if len(rows) else ():
            entries = self._kb.entries(Collection.QUESTIONS, ids, encoder_key=key)
            cosines = rows @ np.stack([entry.vector for entry in entries]).T if entries else np.zeros((len(rows), 0))
            for row, column in np.argwhere(cosines >= WORTH_A_LOOK).tolist():
                found[row].append(Candidate(entries[column].entry_id, float(cosines[row, column])))
        return [sorted(each, key=lambda candidate: (-candidate.score, candidate.entry_id)) for each in found]

    def _confirmed(self, close: Sequence[Candidate], pair: QAPair, only: Filter) -> list[QAHit]:
        found = self._kb.live_questions([candidate.entry_id for candidate in close], only) if close else {}
        best: dict[QAPairId, QAHit] = {}
        for candidate in close:
            if candidate.entry_id in found:
                other, question = found[candidate.entry_id]
                if other.pair_id != pair.pair_id:
                    best.setdefault(other.pair_id, QAHit(other, question, candidate.score))
        return list(best.values())[:NEIGHBOURS]

    def _stored(self, hashes: Sequence[TextHash]) -> Mapping[TextHash, Vectors]:
        return self._kb.vectors(hashes, encoder_key=self._encoder.identity.key, collection=Collection.QUESTIONS)


@dataclass(frozen=True, slots=True)
class _Known:
    """Vectors of an upload, and of what was there before."""

    stored: KnownVectors
    fresh: Mapping[TextHash, Vectors]

    def __call__(self, hashes: Sequence[TextHash]) -> Mapping[TextHash, Vectors]:
        missing = [key for key in hashes if key not in self.fresh]
        there = dict(self.stored(missing)) if missing else {}
        return there | {key: self.fresh[key] for key in hashes if key in self.fresh}


def _rows(kept: Sequence[tuple[QAPair, str]], vectors: Mapping[TextHash, Vectors], dimension: int) -> Vectors:
    """One row per wording: shape `(wordings, dimension)`, also for none."""
    return np.array([vectors[text_hash(text)] for _, text in kept], dtype=np.float32).reshape(len(kept), dimension)


def positive(pair: QAPair) -> list[str]:
    """Standard and similar questions."""
    return [question.text for question in pair.questions if question.kind is not QuestionKind.NEGATIVE]


def _negative(pair: QAPair) -> list[str]:
    return [question.text for question in pair.questions if question.kind is QuestionKind.NEGATIVE]


def _unpublished(version: DocumentVersion, prepared: PreparedVersion) -> Iterator[QAPair]:
    """The approved pairs as they will be, numbered below zero as they have no ids yet."""
    for at, pair in enumerate(prepared.pairs):
        if pair.status is QAStatus.APPROVED:
            yield QAPair(
                QAPairId(-1 - at), version.document_id, version.name, version.number, PassageId(0), pair.questions,
                pair.answer, pair.answer_start, pair.status, version.audience, pair.valid_from, pair.valid_until,
                pair.product,
            )  # fmt: skip


def _beside(at: int, kept: Sequence[tuple[QAPair, str]], rows: Vectors) -> Iterator[QAHit]:
    """Pairs further down in the same upload that are near a wording, by their nearest one."""
    own = kept[at][0].pair_id
    cosines = rows @ rows[at]
    seen: set[QAPairId] = set()
    for other in np.argsort(-cosines, kind="stable").tolist():
        if cosines[other] < WORTH_A_LOOK or len(seen) == NEIGHBOURS:
            return
        pair, text = kept[other]
        if pair.pair_id < own and pair.pair_id not in seen:
            seen.add(pair.pair_id)
            yield QAHit(pair, Question(text, QuestionKind.SIMILAR), float(cosines[other]))


def _warnings(pair: QAPair, wordings: Sequence[_Wording], known: KnownVectors) -> Iterator[PairWarning]:
    for wording in wordings:
        for hit in rate(wording.text, wording.vector, wording.near, known):
            alike = same_words(wording.text, hit.matched.text)
            if not (alike or _asked_the_same(wording.text, hit)) or not _meet(pair, hit.pair):
                continue
            differ = answers_differ(pair.answer, hit.pair.answer, alike=alike)
            kind = PairWarningKind.CONFLICT if differ else PairWarningKind.DUPLICATE
            yield _warning(kind, pair, wording.text, hit, 1.0 if alike else hit.either)
        for hit in wording.near:
            for negative in _negative(pair):
                if same_words(negative, hit.pair.question) and _meet(pair, hit.pair, negatives=False):
                    yield _warning(PairWarningKind.NEGATIVE, pair, negative, hit, 1.0)


def _warning(kind: PairWarningKind, pair: QAPair, wording: str, hit: QAHit, probability: float) -> PairWarning:
    other = hit.pair
    return PairWarning(
        kind, max(NEW, pair.pair_id), wording, max(NEW, other.pair_id), other.document_id, other.document,
        other.question, other.answer, probability,
    )  # fmt: skip


def _asked_the_same(text: str, hit: QAHit) -> bool:
    known = [*positive(hit.pair), hit.pair.answer]
    return hit.either >= SAME and not something_else(text, hit.matched.text, known)


def _meet(one: QAPair, other: QAPair, *, negatives: bool = True) -> bool:
    """Whether both can be found by one customer on one day, and nobody has told them apart already."""
    if one.product and other.product and fold(one.product) != fold(other.product):
        return False
    if one.valid_until and other.valid_from and one.valid_until <= other.valid_from:
        return False
    if other.valid_until and one.valid_from and other.valid_until <= one.valid_from:
        return False
    if detect_language(one.answer) is not detect_language(other.answer):
        return False
    return not (negatives and (_excludes(one, other) or _excludes(other, one)))


def _excludes(one: QAPair, other: QAPair) -> bool:
    return any(same_words(negative, wording) for negative in _negative(one) for wording in positive(other))


def answers_differ(one: str, other: str, *, alike: bool) -> bool:
    """Whether two answers to one question contradict each other: another value of a unit, or yes against no.

    With `alike` questions, which customers can't tell apart, any other answer does.
    """
    if same_words(one, other):
        return False
    return alike or _by_unit(one, other) or negates(_opening(one)) != negates(_opening(other))


def _by_unit(one: str, other: str) -> bool:
    first, second = _values(one), _values(other)
    return any(first[unit] != second[unit] for unit in first.keys() & second.keys())


def _values(text: str) -> dict[str, set[str]]:
    values: dict[str, set[str]] = defaultdict(set)
    for quantity in quantities(text):
        values[quantity.unit].add(quantity.value)
    return values


def _opening(answer: str) -> str:
    match = _FIRST_CLAUSE.match(answer.strip())
    return match.group() if match else ""


def _gravest(warnings: Iterable[PairWarning]) -> list[PairWarning]:
    """One warning for each other pair, the gravest first."""
    best: dict[object, PairWarning] = {}
    for warning in warnings:
        key = (warning.other_id, warning.other_question)
        known = best.get(key)
        if known is None or _order(warning) < _order(known):
            best[key] = warning
    return sorted(best.values(), key=_order)


def _order(warning: PairWarning) -> tuple[int, float, int]:
    return _GRAVITY.index(warning.kind), -warning.probability, warning.other_id


def told(warnings: Sequence[PairWarning]) -> tuple[str, ...]:
    """Warnings of an upload in words, in both languages like those of the parsers. Negative ones aren't told."""
    grave = [warning for warning in warnings if warning.kind is not PairWarningKind.NEGATIVE]
    lines = [_line(warning) for warning in grave[:TOLD]]
    more = len(grave) - len(lines)
    return (*lines, f"另有 {more} 处类似问题 / {more} more like these") if more else tuple(lines)


def _line(warning: PairWarning) -> str:
    asked, other, document = (
        _short(text) for text in (warning.wording, warning.other_question, warning.other_document)
    )
    if warning.kind is PairWarningKind.CONFLICT:
        return (
            f"“{asked}”与《{document}》的“{other}”问的是同一件事，答案却不同 / "
            f"“{asked}” asks the same as “{other}” in {document}, but the answers differ"
        )
    return (
        f"“{asked}”与《{document}》的“{other}”重复，答案相近 / "
        f"“{asked}” repeats “{other}” in {document}, with much the same answer"
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TOLD else text[: LONGEST_TOLD - 1] + "…"

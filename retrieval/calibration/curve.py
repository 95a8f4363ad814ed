"""What every threshold would have meant for the questions that a calibration is made from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Final

from core.errors import InvalidInput

STEPS: Final = 200
"""Thresholds are multiples of 1/200. They are fixed beforehand: the bound on the share of given answers needs that,
and two hundred of them are finer than any gold set can tell apart."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A question whose right answer is known: how sure the assistant was, and whether its answer would have been right."""

    score: float
    """What `retrieval.confidence` gave, 0.0 to 1.0; 1.0 for an answer that is given at any threshold, word for word."""
    right: bool
    """The answer from this evidence would be right. Never for a question that the knowledge base doesn't answer."""


@dataclass(frozen=True, slots=True)
class RiskCurve:
    """How many of `questions` would be answered at each threshold, and how many of these answers are wrong.

    Both sequences have one count for each threshold `0, 1/200, …, 1` and never rise.
    """

    questions: int
    answered: tuple[int, ...]
    wrong: tuple[int, ...]

    @classmethod
    def of(cls, cases: Iterable[Scored]) -> RiskCurve:
        """Count. A question is answered where its score is at or above the threshold.

        Raises:
            InvalidInput: a score isn't a number from 0 to 1.
        """
        answered, wrong, questions = [0] * (STEPS + 1), [0] * (STEPS + 1), 0
        for case in cases:
            if not (isfinite(case.score) and 0.0 <= case.score <= 1.0):
                raise InvalidInput(f"{case.score!r} isn't a score. Give a number from 0 to 1 for each question.")
            at = highest_met(case.score)
            answered[at] += 1
            wrong[at] += not case.right
            questions += 1
        return cls(questions, _from_above(answered), _from_above(wrong))

    @classmethod
    def balanced(cls, curves: Sequence[RiskCurve]) -> RiskCurve:
        """One curve for several sets that weigh the same, over as many questions as they have together."""
        if len(curves) == 1:
            return curves[0]
        total = sum(curve.questions for curve in curves)
        each = total / len(curves)

        def joined(counts: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
            shares = zip(*counts, strict=True)
            return tuple(
                round(sum(each * count / curve.questions for count, curve in zip(row, curves, strict=True)))
                for row in shares
            )

        return cls(total, joined([curve.answered for curve in curves]), joined([curve.wrong for curve in curves]))

    @property
    def right(self) -> int:
        """Questions whose answer would be right."""
        return self.answered[0] - self.wrong[0]

    def at(self, threshold: float | None) -> Point:
        """What a threshold means for these questions; `None` leaves what is answered word for word at any threshold."""
        at = lowest_within(1.0 if threshold is None else threshold)
        if at > STEPS:
            return Point(self.questions, 0, 0, self.right)
        return Point(self.questions, self.answered[at], self.wrong[at], self.right)

    def check(self) -> None:
        """Raise `InvalidInput` unless the counts can belong to a curve."""
        ordered = all(
            len(counts) == STEPS + 1 and all(one >= next_ >= 0 for one, next_ in pairwise(counts))
            for counts in (self.answered, self.wrong)
        )
        within = ordered and all(wrong <= answered for answered, wrong in zip(self.answered, self.wrong, strict=True))
        if not within or self.answered[0] != self.questions:
            raise InvalidInput("These counts aren't a risk curve. Fit the calibration again: zhida eval calibrate")


@dataclass(frozen=True, slots=True)
class Point:
    """Of so many questions, how many are answered, and how many of the answers are wrong."""

    questions: int
    answered: int
    wrong: int
    answerable: int
    """Questions whose answer would be right."""

    @property
    def answered_share(self) -> float:
        """Of all questions; the others are handed to a person. 0.0 for no questions."""
        return self.answered / self.questions if self.questions else 0.0

    @property
    def wrong_of_questions(self) -> float:
        """Wrong answers in all questions, 0.0 for no questions."""
        return self.wrong / self.questions if self.questions else 0.0

    @property
    def wrong_of_answers(self) -> float:
        """Wrong answers in the answers given, 0.0 for no answers."""
        return self.wrong / self.answered if self.answered else 0.0

    @property
    def right_share(self) -> float:
        """Of the questions whose answer would be right, how many get it; 0.0 for no such question."""
        return (self.answered - self.wrong) / self.answerable if self.answerable else 0.0


def threshold_at(step: int) -> float:
    """The threshold with that number, from 0."""
    return step / STEPS


def highest_met(score: float) -> int:
    """The number of the highest threshold that a score meets."""
    step = min(STEPS, int(score * STEPS) + 1)
    while threshold_at(step) > score:  # at most twice: the product above is rounded
        step -= 1
    return step


def lowest_within(threshold: float) -> int:
    """The number of the lowest threshold that is at or above the given one; `STEPS + 1` beyond 1."""
    if threshold > 1.0:
        return STEPS + 1
    step = max(0, int(threshold * STEPS) - 1)
    while threshold_at(step) < threshold:
        step += 1
    return step


def _from_above(counts: Sequence[int]) -> tuple[int, ...]:
    summed, total = [], 0
    for count in reversed(counts):
        total += count
        summed.append(total)
    return tuple(reversed(summed))

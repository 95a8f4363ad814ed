"""F1 of recognised entities."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.errors import InvalidInput
from nlu.recogniser import Entity


@dataclass(frozen=True, slots=True)
class SpanScore:
    """Over all texts of a set; each 0.0 to 1.0."""

    precision: float
    """Share of the found entities that are right; 1.0 when none was found."""
    recall: float
    """Share of the entities that were found; 1.0 when there is none."""
    f1: float


def span_f1(found: Sequence[Collection[Entity]], truth: Sequence[Collection[Entity]]) -> SpanScore:
    """Micro-averaged over the texts. An entity is right only with the exact beginning, end and type.

    An entity given twice counts once. Nothing to find and nothing found is 1.0 throughout: nothing
    went wrong. Tjong Kim Sang and De Meulder, "Introduction to the CoNLL-2003 Shared Task", 2003.

    Raises:
        InvalidInput: the two differ in length.
    """
    if len(found) != len(truth):
        raise InvalidInput(
            f"Entities of {len(found)} texts were found, but {len(truth)} texts given. Give one list for each."
        )
    pairs = [(set(one), set(other)) for one, other in zip(found, truth, strict=True)]
    right = sum(len(one & other) for one, other in pairs)
    said, there = sum(len(one) for one, _ in pairs), sum(len(other) for _, other in pairs)
    return SpanScore(
        right / said if said else 1.0,
        right / there if there else 1.0,
        2.0 * right / (said + there) if said + there else 1.0,
    )

"""Questions that can be read in two ways, and would be answered differently: which product is meant?

Precision comes first. It is asked back only if the best evidence gives the asked value for several
products, with different values, and the question names none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from agent.citations import sentences, terms
from agent.conflicts import ASKED, asked_units, asked_words
from agent.units import UnitKind, cut
from core.text import fold
from core.types import Hit, Passage
from retrieval.quantities import Quantity, frame, likeness, quantities

READ: Final = 3
"""Hits that are read."""

ALIKE: Final = 0.6
"""Likeness of two statements, their values and names aside, from which they say the same of two products."""

MOST: Final = 6
"""Readings that are listed; with more the question is what to look at, not which one."""

_NAME: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]{1,5}-)?(?:[A-Za-z]{1,5}-?\d+[A-Za-z0-9-]*)(?:\s?(?:Pro|Plus|Max|Mini|Lite|SE))?(?![A-Za-z0-9])"
)
"""A model: letters and digits. Names without digits are too easily taken for something else."""


@dataclass(frozen=True, slots=True)
class _Reading:
    name: str
    frame: frozenset[str]
    values: frozenset[Quantity]


def find_readings(question: str, hits: Sequence[Hit]) -> tuple[str, ...]:
    """The products that the question may be about, in the order of the evidence; none for nearly every question."""
    units = asked_units(question)
    if units is None or _NAME.search(question):
        return ()
    wanted = asked_words(question)
    found: dict[str, _Reading] = {}
    for hit in hits[:READ]:
        for reading in _readings(hit.passage, wanted, units):
            found.setdefault(fold(reading.name), reading)
    if not 2 <= len(found) <= MOST or not _all_differ(list(found.values())):
        return ()
    return tuple(reading.name for reading in found.values())


def _readings(passage: Passage, wanted: frozenset[str], units: frozenset[str]) -> Iterator[_Reading]:
    """The statements of a passage that give the asked value of one product."""
    parts = cut(passage.text)
    for part in parts:
        if part.kind not in {UnitKind.SENTENCE, UnitKind.ITEM, UnitKind.ROW}:
            continue
        whole = passage.text[part.start : part.end]
        spans = [(0, len(whole))] if part.kind is UnitKind.ROW else sentences(whole)
        for start, end in spans:
            said = whole[start:end]
            names = dict.fromkeys(match[0] for match in _NAME.finditer(said))
            values = frozenset(value for value in quantities(_NAME.sub(" ", said)) if value.unit in units)
            about = wanted and len(wanted & set(terms(said))) >= ASKED * len(wanted)
            if len(names) == 1 and values and about:
                yield _Reading(next(iter(names)), frame(_NAME.sub(" ", said)), values)


def _all_differ(readings: Sequence[_Reading]) -> bool:
    """Whether the readings are statements of one kind, and not all of one value."""
    pairs = list(combinations(readings, 2))
    same_kind = all(likeness(one.frame, other.frame) >= ALIKE for one, other in pairs)
    return same_kind and any(one.values != other.values for one, other in pairs)

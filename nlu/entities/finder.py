"""All recognisers of entities over one text; where two claim the same characters, the surer one wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from core.analysis import NamedEntity
from nlu.aligned import aligned
from nlu.entities.amounts import find_amounts
from nlu.entities.dates import find_dates
from nlu.entities.durations import find_durations, find_times
from nlu.entities.english import find_english
from nlu.entities.persons import find_persons
from nlu.entities.products import find_models
from nlu.entities.references import find_references
from nlu.entities.types import EntityCandidate, EntityRecogniser

RULES: tuple[EntityRecogniser, ...] = (
    find_references,
    find_amounts,
    find_dates,
    find_durations,
    find_times,
    find_models,
    find_persons,
    find_english,
)


class EntityFinder:
    """Finds entities by rules, and by whatever other recognisers it is given. Safe from several threads."""

    def __init__(self, recognisers: Sequence[EntityRecogniser] = RULES) -> None:
        self._recognisers = tuple(recognisers)

    def find(self, text: str, /, *, now: datetime) -> tuple[NamedEntity, ...]:
        """Entities in order, none overlapping; positions are those of `text` as given."""
        plain = aligned(text)
        chosen = surest(each for recognise in self._recognisers for each in recognise(plain.text, now))
        found = []
        for candidate in chosen:
            start, end = plain.original(candidate.start, candidate.end)
            found.append(NamedEntity(candidate.type.value, start, end, text[start:end], candidate.value))
        return tuple(found)


def surest(candidates: Iterable[EntityCandidate]) -> list[EntityCandidate]:
    """Of overlapping candidates the one of the highest rank, then the longest, then the first; in order."""
    best_first = sorted(candidates, key=lambda each: (-each.rank, each.start - each.end, each.start))
    taken: list[EntityCandidate] = []
    covered = bytearray(max((each.end for each in best_first), default=0))
    for candidate in best_first:
        if covered.find(1, candidate.start, candidate.end) < 0:
            covered[candidate.start : candidate.end] = b"\1" * (candidate.end - candidate.start)
            taken.append(candidate)
    return sorted(taken)

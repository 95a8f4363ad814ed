"""All recognisers of personal data over one text; where two claim the same characters, the surer one wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.analysis import PersonalData
from nlu.aligned import aligned
from nlu.personal_data.addresses import find_addresses
from nlu.personal_data.names import find_names
from nlu.personal_data.numbers import find_documents, find_emails, find_numbers, find_phones
from nlu.personal_data.types import Candidate, CandidateFinder

RULES: tuple[CandidateFinder, ...] = (
    find_emails,
    find_numbers,
    find_phones,
    find_documents,
    find_addresses,
    find_names,
)


class PersonalDataRecogniser:
    """Finds personal data in Chinese and English text, in time linear in the text.

    The rules need no model; `nlu.personal_data.tagged_names` adds names that only a tagger sees.
    """

    def __init__(self, finders: Sequence[CandidateFinder] = RULES) -> None:
        self._finders = tuple(finders)

    def find(self, text: str, /) -> tuple[PersonalData, ...]:
        """Personal data in order, none overlapping; positions are those of `text` as given."""
        plain = aligned(text)
        chosen = surest(each for find in self._finders for each in find(plain.text))
        return tuple(
            PersonalData(*plain.original(candidate.start, candidate.end), candidate.type.value) for candidate in chosen
        )


def surest(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Of overlapping candidates the one of the highest rank, then the longest, then the first; in order."""
    best_first = sorted(candidates, key=lambda each: (-each.rank, each.start - each.end, each.start))
    taken: list[Candidate] = []
    covered = bytearray(max((each.end for each in best_first), default=0))
    for candidate in best_first:
        if covered.find(1, candidate.start, candidate.end) < 0:
            covered[candidate.start : candidate.end] = b"\1" * (candidate.end - candidate.start)
            taken.append(candidate)
    return sorted(taken)

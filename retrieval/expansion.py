"""From hits to sections: what a reader of the evidence sees around each hit.

A passage is small, so that it can be found by one thing that it says. Hits that are neighbours under
one heading become one section, in the order of the document, and nothing is said twice. A section may
also grow over neighbours that weren't found. "Small-to-big" in other systems, which index a second,
larger kind of chunk for it; here the order of the passages is all that is needed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from core.errors import NotFound
from core.types import Citation, DocumentId, Hit, Passage, PassageId
from kb.index import Filter

Place = tuple[DocumentId, int, int]
"""Document, version, ordinal: where a passage stands."""


class Shelf(Protocol):
    """What expansion reads of the knowledge base."""

    def neighbours(self, ids: Sequence[int], only: Filter, /, *, reach: int) -> list[Passage]:
        """What stands at most `reach` places from these passages, themselves included."""
        ...

    def quote(self, document_id: DocumentId, number: int, start: int, end: int, /) -> str:
        """A span of a ready version's text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How far a hit grows. With `characters=0` it doesn't, and only neighbours that were both hit are joined."""

    reach: int = 3
    """Passages before and after a hit that are looked at."""
    characters: int = 0
    """A section grows until it is this long. A hit that is longer already stays as it is.

    Nothing by default: passages are cut along headings and hold what belongs together already. On
    gitlab-handbook-rag ten hits bring .624 of the evidence to the reader, joined .633, grown to 2,000 characters
    .642, each step one sentence of 109; on the sample growing brings nothing and a quarter more to read, and so
    more numbers that a wrong sentence may lean on.
    """


@dataclass(frozen=True, slots=True)
class Section:
    """A run of neighbouring passages as one piece of evidence."""

    whole: Passage
    """From the first part's start to the last one's end. Id, page and audience are those of the best hit."""
    parts: tuple[Passage, ...]
    """In the order of the document."""
    hits: tuple[Hit, ...]
    """Those among the parts, best first."""

    @property
    def hit(self) -> Hit:
        """The section in place of its best hit, with that hit's own score and reasons."""
        return replace(self.hits[0], passage=self.whole)

    def part_at(self, start: int) -> Passage:
        """The part in which a position of the version's text lies."""
        return self.parts[max(0, bisect_right([part.start for part in self.parts], start) - 1)]


def alone(hit: Hit) -> Section:
    """A hit as its own section."""
    return Section(hit.passage, (hit.passage,), (hit,))


def expand(shelf: Shelf, hits: Sequence[Hit], only: Filter, growth: Growth | None = None) -> list[Section]:
    """The sections of the hits, in the order of each section's best hit.

    Every hit is in exactly one section. Passages that the reader of `only` may not see are in none.
    """
    growth = growth or Growth()
    around = shelf.neighbours([hit.passage.passage_id for hit in hits], only, reach=growth.reach) if hits else []
    known = {_place(passage): passage for passage in around}
    sections: list[Section] = []
    for run in _runs(hits, known, growth):
        parts = [known.get(place) or _own(hits, place) for place in run]
        sections += _sections(shelf, parts, hits)
    return sections


def anchored(citation: Citation, sections: Iterable[Section]) -> Citation:
    """A citation of a section's whole, as one of the part that it stands in: that part's id, page and heading.

    Start, end and quotation stay as they are: they count in the version's text.
    """
    for section in sections:
        whole = section.whole
        same = (whole.document_id, whole.version) == (citation.document_id, citation.version)
        if same and whole.start <= citation.start and citation.end <= whole.end:
            part = section.part_at(citation.start)
            return replace(citation, passage_id=part.passage_id, page=part.page, heading=part.heading)
    return citation


def _place(passage: Passage) -> Place:
    return passage.document_id, passage.version, passage.ordinal


def _own(hits: Sequence[Hit], place: Place) -> Passage:
    return next(hit.passage for hit in hits if _place(hit.passage) == place)


def _runs(hits: Sequence[Hit], known: Mapping[Place, Passage], growth: Growth) -> list[list[Place]]:
    """Places that belong together, in the order of their best hits."""
    runs: list[list[Place]] = []
    for hit in hits:
        place = _place(hit.passage)
        if any(place in run for run in runs):
            continue
        grown = _grown(place, hit, known, growth)
        touched = [run for run in runs if _touches(run, grown, known)]
        if not touched:
            runs.append(grown)
            continue
        touched[0][:] = sorted({*grown, *(place for run in touched for place in run)})
        runs = [run for run in runs if run is touched[0] or run not in touched]
    return runs


def _grown(place: Place, hit: Hit, known: Mapping[Place, Passage], growth: Growth) -> list[Place]:
    """The hit's place with its neighbours, what follows first, as long as there is room."""
    run = [place]
    room = growth.characters - len(hit.passage.text)
    open_ends = [1, -1] if place in known else []
    while open_ends:
        step = open_ends.pop(0)
        document_id, version, ordinal = run[-1] if step > 0 else run[0]
        beside = known.get((document_id, version, ordinal + step))
        if beside is None or beside.heading != hit.passage.heading or len(beside.text) > room:
            continue
        room -= len(beside.text)
        run.insert(len(run) if step > 0 else 0, _place(beside))
        open_ends.append(step)
    return run


def _touches(run: Sequence[Place], other: Sequence[Place], known: Mapping[Place, Passage]) -> bool:
    """Whether two runs overlap or follow each other directly under one heading."""
    if run[0][:2] != other[0][:2] or not (run[0] in known and other[0] in known):
        return False
    if run[0][2] > other[-1][2] + 1 or other[0][2] > run[-1][2] + 1:
        return False
    return known[run[0]].heading == known[other[0]].heading


def _sections(shelf: Shelf, parts: Sequence[Passage], hits: Sequence[Hit]) -> list[Section]:
    """The parts as one section; as their hits alone if the document was deleted meanwhile."""
    ids: set[PassageId] = {part.passage_id for part in parts}
    own = tuple(hit for hit in hits if hit.passage.passage_id in ids)
    if len(parts) == 1:
        return [alone(own[0])]
    best, first, last = own[0].passage, parts[0], parts[-1]
    try:
        text = shelf.quote(best.document_id, best.version, first.start, last.end)
    except NotFound:
        return [alone(hit) for hit in own]
    whole = replace(best, start=first.start, end=last.end, text=text, context=first.context, page=first.page)
    return [Section(whole, tuple(parts), own)]

"""What whoever composes an answer reads: the hits without near-duplicates, neighbours joined to sections."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from core.clock import Clock, utc_now
from core.errors import ZhidaError
from core.types import Hit, Query
from kb.index import Filter
from retrieval.diversity import collapse
from retrieval.expansion import Growth, Section, Shelf, alone, expand

log = logging.getLogger(__name__)


class EvidenceReader:
    """Turns hits into sections. What it can't read, it leaves as it was found."""

    def __init__(self, shelf: Shelf, *, growth: Growth | None = None, clock: Clock = utc_now) -> None:
        self._shelf = shelf
        self._growth = growth or Growth()
        self._clock = clock

    def sections(self, query: Query, hits: Sequence[Hit]) -> list[Section]:
        """The evidence for a query, best first. `query` says who reads, and as of when."""
        kept = collapse(query.text, hits)
        only = Filter(query.audience, query.as_of or self._clock().date())
        try:
            return expand(self._shelf, kept, only, self._growth)
        except ZhidaError:
            log.exception("What stands around the hits can't be read; they are used alone.")
            return [alone(hit) for hit in kept]

"""Companies, organisations, authorities and towns in English text, by endings and lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Final

from nlu.entities.lexicon import names
from nlu.entities.types import EntityCandidate, EntityType

_WORD: Final = r"[A-Z][A-Za-z0-9&.'’\-]{0,24}"
_LEAD: Final = rf"(?<![A-Za-z0-9.'’\-])(?:{_WORD} (?:(?:of|and|&|for|the) )?){{1,4}}"
_ENDINGS: Final = (
    (EntityType.COMPANY, "Inc|Incorporated|Ltd|Limited|LLC|Corp|Corporation|Company|Co|GmbH|AG|PLC|Plc|Group|Bank|Airlines|Airways|Insurance|Holdings|Technologies|Electronics|Motors|Pharmaceuticals|Logistics"),
    (EntityType.ORGANIZATION, "University|College|School|Institute|Hospital|Association|Foundation|Federation|Union|Club|Society|Museum|Library|Church"),
    (EntityType.GOVERNMENT, "Police|Police Department|Council|Ministry|Court|Parliament|Senate|Embassy|Consulate|Commission|Authority"),
)  # fmt: skip
_NAMED: Final = tuple((kind, re.compile(rf"{_LEAD}(?:{endings})(?![A-Za-z0-9])\.?")) for kind, endings in _ENDINGS)
_OF: Final = (
    (EntityType.ORGANIZATION, re.compile(rf"(?<![A-Za-z])University of {_WORD}(?: {_WORD})?")),
    (
        EntityType.GOVERNMENT,
        re.compile(rf"(?<![A-Za-z])(?:Department|Ministry|Bureau) of {_WORD}(?:(?: and)? {_WORD})?"),
    ),
)
_FIRST_OF_SENTENCE: Final = re.compile(
    r"(?:The|A|An|My|Your|Our|This|That|I|We|Is|Does|Do|Did|Was|Are|Can|Has|Have|From|To|At|In|For|With|Dear|Hi|Hello) "
)


def find_english(text: str, _now: datetime, /) -> Iterator[EntityCandidate]:
    """What begins with capitals and ends like a company; companies and towns of our lists."""
    for kind, pattern in (*_NAMED, *_OF):
        for match in pattern.finditer(text):
            start = match.start()
            while lead := _FIRST_OF_SENTENCE.match(text, start, match.end()):
                start = lead.end()
            if " " in text[start : match.end()]:
                yield _candidate(text, start, match.end(), kind, 2)
    for kind, pattern in _known():
        for match in pattern.finditer(text):
            yield _candidate(text, match.start(), match.end(), kind, 1)


def _candidate(text: str, start: int, end: int, kind: EntityType, rank: int) -> EntityCandidate:
    return EntityCandidate(start, end, kind, text[start:end], rank)


@cache
def _known() -> tuple[tuple[EntityType, re.Pattern[str]], ...]:
    lists = (
        (EntityType.ADDRESS, [name.replace("_", " ") for name in names("places_en")]),
        (
            EntityType.COMPANY,
            [name for name in names("companies") if name.isascii() and len(name) > 2 and name[0].isupper()],
        ),
        (
            EntityType.ORGANIZATION,
            [name for name in names("organizations") if name.isascii() and len(name) > 2 and name.isupper()],
        ),
    )
    return tuple((kind, _any(written)) for kind, written in lists)


def _any(written: list[str]) -> re.Pattern[str]:
    longest_first = sorted(written, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<![A-Za-z0-9'\-])(?:{'|'.join(map(re.escape, longest_first))})(?![A-Za-z0-9\-])")

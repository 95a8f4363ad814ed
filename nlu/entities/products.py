"""Products by the knowledge base's own vocabulary, and model numbers by their form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final, Protocol

from core.text import fold
from nlu.entities.types import EntityCandidate, EntityType

_MODEL: Final = re.compile(
    r"(?<![A-Za-z0-9\-])(?:[A-Z]{1,6}|[A-Z][a-z]{1,9}|i[A-Z][a-z]{1,8})[\- ]?\d{1,5}[A-Za-z]{0,3}(?:-\d{1,4})?"
    r"(?:[ \-]?(?:Pro|Max|Plus|Mini|Ultra|Lite|SE|Air|Turbo|Note)(?![a-z])){0,2}(?![A-Za-z0-9])"
)
_NO_MODEL: Final = re.compile(
    r"(?:MP[34]|A[0-6]|B[1-9]|F1|H\d+N\d+|COVID-19|(?:Nov|Dec|Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|November|December|January|February|March|April|August|September|October|Apt|Suite|No|Room|Page|Step|Day|Top|Chapter|In|At|On|Of|For|By|To|The|And|From|Within|After|Before|About|Over|Under|RMB|USD|CNY|EUR|GBP|HKD|JPY|SF|YT|JD|Article|Section|Question|Level|Gate|Flight|Order|Ticket|Case|Box|Is|It|My|Or|Was|Has|Got|Paid|QQ)[\- ]?\d+[A-Za-z]{0,3})",
    re.IGNORECASE,
)
_CODE_CUE: Final = re.compile(
    r"(?:错误码?|代码|故障码?|报错|编码|验证码|error|code|errors)\s?(?:是|为|:|：)?\s?$", re.IGNORECASE
)


class ProductNames(Protocol):
    """The products that the company's own vocabulary knows."""

    def names(self) -> Mapping[str, str]:
        """Every way to write a product, in the form of `core.text.fold`, and its first name."""
        ...


class ProductRecogniser:
    """Finds products by name. A change of the vocabulary counts with the next message."""

    def __init__(self, products: ProductNames) -> None:
        self._products = products

    def __call__(self, text: str, _now: datetime, /) -> Iterator[EntityCandidate]:
        """Yield products; the value is the first name of their entry."""
        names = self._products.names()
        if not names:
            return
        plain = fold(text)
        if len(plain) != len(text):
            return  # a character whose small letter is two: positions wouldn't be those of the text
        for match in _pattern(frozenset(names)).finditer(plain):
            yield EntityCandidate(match.start(), match.end(), EntityType.PRODUCT, names[match.group()], 7)


@lru_cache(maxsize=4)
def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile("|".join(_bounded(name) for name in longest_first))


def _bounded(name: str) -> str:
    """`rx-20` isn't in `rx-200`, though Chinese names touch what is around them."""
    before = "(?<![a-z0-9])" if re.match("[a-z0-9]", name) else ""
    after = "(?![a-z0-9])" if re.search("[a-z0-9]$", name) else ""
    return f"{before}{re.escape(name)}{after}"


def find_models(text: str, _now: datetime, /) -> Iterator[EntityCandidate]:
    """Model numbers such as `RX-200 Pro`. The value is in upper case without blanks or hyphens: `RX200PRO`."""
    for match in _MODEL.finditer(text):
        written = match.group()
        if _NO_MODEL.fullmatch(written) or _CODE_CUE.search(text, max(0, match.start() - 8), match.start()):
            continue
        yield EntityCandidate(match.start(), match.end(), EntityType.MODEL, re.sub(r"[ \-]", "", written).upper(), 2)

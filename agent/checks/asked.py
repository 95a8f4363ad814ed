"""What a question is about to the digit: its year and its models must be those of the source."""

from __future__ import annotations

import re
from typing import Final

from core.text import fold

_YEAR: Final = re.compile(r"(?<![\d.-])((?:19|20)\d\d)(?![\d.])(?=年|\D|$)")
_OWN: Final = re.compile(r"^年?.{0,8}?(?:我|买|购|下单|订购|注册|收到|bought|ordered|purchased)")
"""Behind a year that tells of the customer's own past, not of what is asked."""

_MODEL: Final = re.compile(r"(?<![a-z0-9])([a-z]{1,4})-?(\d{1,5})(?![a-z0-9])")


def asked_hold(question: str, source: str) -> bool:
    """Whether the source speaks of the year and the models that the question names.

    A source that names no year, or no model with these letters, holds for all of them.
    """
    asked, said = fold(question), fold(source)
    return _years_hold(asked, said) and _models_hold(asked, said)


def _years_hold(asked: str, said: str) -> bool:
    years = {match[1] for match in _YEAR.finditer(asked) if not _OWN.match(asked[match.end() :])}
    known = set(_YEAR.findall(said))
    return not years or not known or bool(years & known)


def _models_hold(asked: str, said: str) -> bool:
    known: dict[str, set[str]] = {}
    for letters, digits in _MODEL.findall(said):
        known.setdefault(letters, set()).add(digits)
    return all(digits in known.get(letters, {digits}) for letters, digits in _MODEL.findall(asked))

"""What a question is about to the digit: its year and its models must be those of the source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agent.citations import sentences, terms
from agent.numbers import available, stated
from core.text import comparable, fold
from retrieval.confidence import contains

BARE_TERMS: Final = 3
"""Words, or pairs of characters, of a claim that is nothing but a value or a name."""

AROUND: Final = 0.3
"""Share of the question's content that the sentences around a bare claim must have."""

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


def is_bare(claim: str) -> bool:
    """Whether a claim is nothing but a value or a name, such as «4», so that it says nothing of what it is the answer to."""
    return len(set(terms(claim))) <= BARE_TERMS


def bare_holds(claim: str, asked: Sequence[str], source: str) -> bool:
    """Whether a bare claim stands where the source speaks of what was asked: in such a sentence, or next to one.

    `asked` is the question's content. A question without any is answered by every sentence.
    """
    wanted = comparable(claim).strip("。.,，!！?？;；:：")
    if not asked or not wanted:
        return True
    spans = sentences(source)
    for at, (start, end) in enumerate(spans):
        if wanted not in comparable(source[start:end]) and not stated(claim):
            continue
        if not stated(claim) <= available(source[start:end]):
            continue
        around = source[spans[max(0, at - 1)][0] : spans[min(len(spans) - 1, at + 1)][1]]
        if sum(contains(around, list(asked))) >= AROUND * len(asked):
            return True
    return False


def _years_hold(asked: str, said: str) -> bool:
    years = {match[1] for match in _YEAR.finditer(asked) if not _OWN.match(asked[match.end() :])}
    known = set(_YEAR.findall(said))
    return not years or not known or bool(years & known)


def _models_hold(asked: str, said: str) -> bool:
    known: dict[str, set[str]] = {}
    for letters, digits in _MODEL.findall(said):
        known.setdefault(letters, set()).add(digits)
    return all(digits in known.get(letters, {digits}) for letters, digits in _MODEL.findall(asked))

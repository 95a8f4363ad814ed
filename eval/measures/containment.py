"""Whether an answer says what a reference says, word for word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from core.text import comparable, fold

References = Sequence[Sequence[str]]
"""Right answers, any of which will do; each is a list of parts that must all be said."""

_AT_ITS_ENDS: Final = re.compile(r"^[\s、，。！？；：,.!?;:]+|[\s、，。！？；：,.!?;:]+$")
_LETTER: Final = re.compile(r"[a-z]")


def says(answer: str, wording: str) -> bool:
    """Whether a wording stands in an answer, whatever the width, script, case, spacing and thousands separators.

    Punctuation at the wording's ends doesn't count. A number at either end must be the whole number:
    «5 天» isn't said by «15 天» or «2.5 天». A Latin word must begin where a word begins: «art» isn't
    said by «party», but «refund» is by «refunds». A wording without a letter or digit is never said.
    """
    wanted = comparable(_AT_ITS_ENDS.sub("", fold(wording)))
    if not any(letter.isalnum() for letter in wanted):
        return False
    said = re.sub(r"(?<=\d),(?=\d{3})", "", fold(answer))
    before = r"(?<!\d)(?<!\d\.)" if wanted[0].isdigit() else r"(?<![a-z])" if _LETTER.match(wanted) else ""
    after = r"(?!\d)(?!\.\d)" if wanted[-1].isdigit() else ""
    return re.search(before + r"\s*".join(map(re.escape, wanted)) + after, said) is not None


def contains(answer: str, references: References) -> bool:
    """Whether all parts of any reference are said. No references are never said, nor is one without parts.

    The accuracy of Chen et al., "Benchmarking Large Language Models in Retrieval-Augmented
    Generation" (RGB), AAAI 2024, with the strictness of `says` at the ends. It is for short
    references: nobody says a long one word for word.
    """
    return any(parts and all(says(answer, part) for part in parts) for parts in references)


def key_point_recall(answer: str, points: Sequence[str]) -> float | None:
    """Share of the key points that are said word for word, 0.0 to 1.0; `None` when there are none.

    After the completeness of Zhu et al., "RAGEval", 2024, which lets a language model judge; this
    one needs none, and is a lower bound where an answer words a point in its own way.
    """
    return sum(says(answer, point) for point in points) / len(points) if points else None

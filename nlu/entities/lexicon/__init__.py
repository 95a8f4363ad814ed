"""Short names and professions, written for Zhida: what no ending tells."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from nlu.word_lists import words_of

FOLDER: Final = Path(__file__).parent


@cache
def names(kind: str) -> frozenset[str]:
    """The names of `companies.txt`, `organizations.txt`, `governments.txt`, `positions.txt` or `places.txt`."""
    return words_of(FOLDER / f"{kind}.txt")

"""Short names and professions, written for Zhida: what no ending tells."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent


@cache
def names(kind: str) -> frozenset[str]:
    """The names of `companies.txt`, `organizations.txt`, `governments.txt` or `positions.txt`."""
    lines = (FOLDER / f"{kind}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())

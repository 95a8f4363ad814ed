"""Lists of words that ship beside the code: one or more a line, `#` begins a comment."""

from __future__ import annotations

from pathlib import Path


def words_of(path: Path) -> frozenset[str]:
    """The words of a file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())

"""Which words of letters are English words: those are never taken for a slip or for pinyin."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path

from core.errors import ConfigurationError
from kb.analysis import FUNCTION_WORDS, stem


def is_english(word: str) -> bool:
    """Whether the list has the word, or its form without the endings of plural and verb."""
    words = _words()
    return word in words or word in FUNCTION_WORDS or stem(word) in words


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """The 82,765 words of symspellpy's frequency dictionary, loaded at the first unknown word: 40 ms, 8 MB."""
    lines = _list().read_text(encoding="utf-8-sig").splitlines()
    return frozenset(line.partition(" ")[0] for line in lines)


def _list() -> Path:
    name = "symspellpy/frequency_dictionary_en_82_765.txt"
    path = Path(str(distribution("symspellpy").locate_file(name)))
    if not path.is_file():
        raise ConfigurationError(
            f"symspellpy's word list {path.name!r} is missing. Reinstall the package 'symspellpy'."
        )
    return path

"""The words that every library which takes a tokenizer is given."""

from __future__ import annotations

import logging

import jieba

jieba.setLogLevel(logging.WARNING)


def words(text: str) -> list[str]:
    """jieba's words in search mode (long words with their parts), lower case, without punctuation.

    The tokenizer that Chinese users of these libraries give them. jieba leaves English words and
    numbers whole.
    """
    return [word for word in jieba.lcut_for_search(text.lower()) if any(character.isalnum() for character in word)]


def spaced(text: str) -> str:
    """The words with spaces between them, for libraries that split at spaces or by a pattern only."""
    return " ".join(words(text))

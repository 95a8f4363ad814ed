"""Chinese names that nothing beside them announces, from a tagger's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from core.text import HAN
from models.lac_tagger import WordTagger
from nlu.personal_data.names import everywhere, is_chinese_name
from nlu.personal_data.types import Candidate

LONGEST: Final = 4000
"""Characters of a text that the tagger reads. Beyond, names are found by the words beside them."""

_HAN: Final = re.compile(f"[{HAN}]")


class TaggedNames:
    """Finds what the tagger takes for a person and whose first character is a surname; then every repetition."""

    def __init__(self, tagger: WordTagger) -> None:
        self._tagger = tagger

    def __call__(self, text: str, /) -> Iterator[Candidate]:
        """Yield names."""
        head = text[:LONGEST]
        if not _HAN.search(head):
            return
        names = {head[word.start : word.end] for word in self._tagger.words(head) if word.tag == "PER"}
        yield from everywhere(text, {name for name in names if is_chinese_name(name)})

"""What understanding needs to know of the knowledge base: which words it holds."""

from __future__ import annotations

from typing import Protocol

from kb.index import Filter


class Lexicon(Protocol):
    """The words of the indexed texts. `kb.indexes.Indexes` is one."""

    def refresh(self) -> None:
        """Catch up with what was published and deleted."""
        ...

    def frequency(self, token: str, /) -> int:
        """How many passages and wordings hold a token of `kb.analysis`; 0 means that the word is unknown."""
        ...

    def holds(self, text: str, only: Filter, /) -> bool:
        """Whether something that this reader may see holds every word of the text."""
        ...

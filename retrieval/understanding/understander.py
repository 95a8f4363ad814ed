"""From the customer's words to what is searched for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.text import fold
from core.types import Query, Understood
from kb.analysis import segmenter, word_tokens
from kb.index import Filter
from kb.vocabulary import Vocabulary
from retrieval.understanding import numerals
from retrieval.understanding.follow_ups import completed
from retrieval.understanding.lexicon import Lexicon
from retrieval.understanding.rewriting import Rewriter
from retrieval.understanding.spelling import Mended, mend
from retrieval.understanding.wordings import WordList


class Understander:
    """Mends slips, adds the manager's synonyms and other forms of numbers. Safe from several threads.

    Everything happens on the side of the question, so that a change of the vocabulary is effective
    with the next question and nothing is indexed anew.
    """

    def __init__(self, lexicon: Lexicon, vocabulary: Vocabulary, *, rewriter: Rewriter | None = None) -> None:
        self._lexicon = lexicon
        self._vocabulary = vocabulary
        self._rewriter = rewriter
        self._words = (-1, WordList(()))

    def readings(self, query: Query, only: Filter) -> Iterator[Understood]:
        """What the message may mean, the first guess first; a second one only if the first finds little.

        A message that can't stand alone is read with the conversation. Any other is read as it
        stands, and with the conversation after that.
        """
        completion = completed(query.text, query.history)
        if completion is None or not completion.certain:
            yield self.understand(query, only)
        if completion is not None:
            text = self._rewritten(query) or completion.text
            whole = self.understand(replace(query, text=text), only)
            yield replace(whole, asked=query.text, from_history=True)

    def understand(self, query: Query, only: Filter) -> Understood:
        """What to search for, for a question that stands alone; its history isn't read."""
        self._lexicon.refresh()
        words = self._current_words()
        mended = self._mended(query.text, only, words)
        wordings = words.of(mended.text)
        return Understood(
            asked=query.text,
            searched=mended.text,
            corrections=mended.corrections,
            expansions=(*mended.other_readings, *wordings.expansions, *numerals.forms(mended.text)),
            whole=wordings.whole,
        )

    def _rewritten(self, query: Query) -> str | None:
        return None if self._rewriter is None else self._rewriter.rewritten(query.text, query.history)

    def _current_words(self) -> WordList:
        version, entries = self._vocabulary.current()
        if self._words[0] != version:
            self._words = (version, WordList(entries))
        return self._words[1]

    def _mended(self, text: str, only: Filter, words: WordList) -> Mended:
        mended = mend(text, self._lexicon.frequency, dictionary=words.__contains__)
        if any(not self._readable(each.read_as, only, words) for each in mended.corrections):
            return Mended(text)  # a word of texts that this reader may not see isn't put into their mouth
        return mended

    def _readable(self, word: str, only: Filter, words: WordList) -> bool:
        """Whether everything in it that the knowledge base knows is known to this reader."""
        parts = [word] if word.isascii() else [part for part in segmenter().words(fold(word)) if len(part) > 1]
        known = [part for part in parts if any(map(self._lexicon.frequency, word_tokens(part)))]
        return word in words or (bool(known) and all(self._lexicon.holds(part, only) for part in known))

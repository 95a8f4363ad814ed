"""Text into the tokens of the lexical index.

Both sides are folded first (`core.text.fold`), so traditional and simplified characters, full and
half width, and upper and lower case meet. Then:

- Chinese gives every character, every pair of neighbours, and the longer words of jieba's
  dictionary as in its search mode. Pairs make short words findable inside any clause, however
  the words around them are cut.
- Letters and digits give codes such as `X100-Pro` or `SN20240513-001` whole, without their
  hyphens, and by their parts; English words lose plural and verb endings.

The question's tokens carry weights. Chosen on six public Chinese sets and three English ones: mean
nDCG@10 of the lexical index alone was .635 with words and pairs, .657 as it is here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import distribution
from math import log
from pathlib import Path
from typing import Final, Self

from core.errors import ConfigurationError
from core.text import HAN, fold

RULES: Final = "tokens-1"
"""Name of the rules below. It changes with them, and saved indexes of other rules are then rebuilt."""

_UNSPACED: Final = rf"{HAN}\u3005-\u3007\u3040-\u30ff"
"""Characters of scripts that put no spaces between words: Chinese, and Japanese kana likewise."""

_SPACED: Final = rf"(?:(?![{_UNSPACED}])[^\W_])"

_RUN: Final = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|{_SPACED}+(?:[-_./+#@:&]{_SPACED}+)*")
_SEPARATOR: Final = re.compile(r"[-_./+#@:&]")
_LETTERS_OR_DIGITS: Final = re.compile(r"\d+|[^\W\d]+")
_ENGLISH: Final = re.compile(r"[a-z]+")
_APOSTROPHE: Final = re.compile(r"(?<=[a-z])['’](?:s\b)?")
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

MAX_TOKEN: Final = 64
"""Longest part of a code that is indexed; more is no code but noise."""

FUNCTION_CHARACTERS: Final = frozenset("的了吗呢啊呀吧么是我你他她它们这那有在和与就都也要会能可以怎请问什哪几多少为")
"""Say nothing alone. Pairs with them are indexed, so 会员 and 多少 are found (+.004 nDCG@10)."""

_ENGLISH_FUNCTION_WORDS: Final = (
    "a an the of to in on at for and or is are was were be been do does did i you he she it we they my your our "
    "their this that these those what which who how when where why can could will would should may might with "
    "from by as if have has had not no me there any"
)
FUNCTION_WORDS: Final = frozenset(_ENGLISH_FUNCTION_WORDS.split())

CROSSING_WEIGHT: Final = 0.5
"""Of a pair that isn't a word of the question: 险保 in 保险保单 tells less than 保险 (+.004 nDCG@10)."""

LONG_WORD_WEIGHT: Final = 0.3
"""Of a word of three characters and more: its characters and pairs count already."""


def tokens(text: str) -> list[str]:
    """The tokens of an indexed text, with repetitions, because their number counts in BM25."""
    found: list[str] = []
    for run, unspaced in _runs(text):
        if unspaced:
            found += [character for character in run if character not in FUNCTION_CHARACTERS]
            found += _pairs(run)
            found += [word for word in segmenter().search_words(run) if len(word) > 2]
        else:
            found += _code_tokens(run)
    return found


def query_tokens(text: str) -> dict[str, float]:
    """The tokens of a question with their weights, in order of appearance.

    A token counts once, however often it comes: repeating oneself is no emphasis (measured: it
    changed nothing), and in a long message it would drown the words that matter.
    """
    weights: dict[str, float] = {}
    for run, unspaced in _runs(text):
        for token, weight in _weighted(run) if unspaced else ((token, 1.0) for token in _code_tokens(run)):
            weights[token] = max(weight, weights.get(token, 0.0))
    return weights


def word_tokens(text: str) -> list[str]:
    """The tokens without single Chinese characters, unless there is nothing else: what words to look for."""
    longer = [token for token in tokens(text) if len(token) > 1 or token.isascii()]
    return longer or tokens(text)


def spaced(text: str) -> str:
    """The text for an analyser that cuts Chinese by jieba and everything else at blanks.

    Runs of Chinese stay whole, followed by their characters one by one; the rest are the tokens of
    this module. With the characters the fused search stays within .007 nDCG@10 of these tokens on
    four Chinese sets, without them within .012.
    """
    found: list[str] = []
    for run, unspaced in _runs(text):
        if unspaced:
            found += [run, *(character for character in run if character not in FUNCTION_CHARACTERS)]
        else:
            found += _code_tokens(run)
    return " ".join(found)


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Runs of Chinese characters (with `True`) and of letters and digits (with `False`), folded."""
    plain = _THOUSANDS.sub("", _APOSTROPHE.sub("", fold(text)))
    for match in _RUN.finditer(plain):
        yield match.group(), match["unspaced"] is not None


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _weighted(run: str) -> Iterator[tuple[str, float]]:
    words = segmenter().search_words(run)
    known = set(words)
    yield from ((character, 1.0) for character in run if character not in FUNCTION_CHARACTERS)
    yield from ((pair, 1.0 if pair in known else CROSSING_WEIGHT) for pair in _pairs(run))
    yield from ((word, LONG_WORD_WEIGHT) for word in words if len(word) > 2)


def _code_tokens(run: str) -> list[str]:
    parts = [part[:MAX_TOKEN] for part in _SEPARATOR.split(run)]
    if len(parts) == 1:
        return _word_tokens(parts[0])
    whole = run[:MAX_TOKEN]
    joined = _SEPARATOR.sub("", whole)
    found = [whole]
    if not joined.isdigit() or "-" in run:  # 3.5 isn't 35
        found.append(joined)
    return found + [token for part in parts for token in _part_tokens(part)]


def _word_tokens(word: str) -> list[str]:
    if word in FUNCTION_WORDS:
        return []
    return _part_tokens(word)


def _part_tokens(part: str) -> list[str]:
    pieces = [stem(piece) for piece in _LETTERS_OR_DIGITS.findall(part)]
    return [part, *pieces] if len(pieces) > 1 else pieces


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """An English word without the endings of plural and verb forms (+.016 nDCG@10; Porter's: +.003)."""
    if len(word) <= 3 or not _ENGLISH.fullmatch(word):
        return word
    word = _singular(word)
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            word = _undoubled(word[: -len(ending)])
            break
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _undoubled(word: str) -> str:
    """`shipp` of `shipping` is `ship`; `bill` and `process` keep theirs."""
    return word[:-1] if word[-1] == word[-2] and word[-1] not in "lsz" else word


class Segmenter:
    """Cuts a run of Chinese characters into the words of a dictionary, as jieba does without its guesses.

    jieba itself isn't imported: it would keep its dictionary as a marshal file in the shared
    folder for temporary files and read it from there. Guessing unknown words by its hidden Markov
    model made the index no better (measured), as pairs cover them.

    Args:
        scores: each word's log probability. The most probable sequence of words wins.
        unknown: the log probability of a character that is no word.
    """

    def __init__(self, scores: dict[str, float], *, unknown: float) -> None:
        self._scores = scores
        self._unknown = unknown
        self._longest: dict[str, int] = {}
        for word in [word for word in scores if len(word) > 4]:
            self._longest[word[:4]] = max(len(word), self._longest.get(word[:4], 4))

    @classmethod
    def read(cls, listed: str) -> Self:
        """Read jieba's list: one word a line, with how often it occurs and its part of speech."""
        fields = listed.split()
        words, counts = fields[0::3], fields[1::3]
        total = log(sum(int(count) * times for count, times in Counter(counts).items()))
        # A few thousand different counts for 350,000 words: their logarithms are computed once each.
        scores = {count: log(int(count) or 1) - total for count in set(counts)}
        return cls(dict(zip(words, map(scores.__getitem__, counts), strict=True)), unknown=-total)

    def knows(self, word: str) -> bool:
        """Whether the dictionary has the word."""
        return word in self._scores

    def score(self, run: str) -> float:
        """Log probability of the run's most probable words."""
        return sum(self._scores.get(word, self._unknown) for word in self.words(run))

    def words(self, run: str) -> list[str]:
        """The most probable words, in order; joined they are `run`."""
        ends = self._ends(run)
        found: list[str] = []
        at = 0
        while at < len(run):
            found.append(run[at : ends[at]])
            at = ends[at]
        return found

    def search_words(self, run: str) -> list[str]:
        """The words, each after the dictionary words of two and three characters that it contains."""
        found: list[str] = []
        for word in self.words(run):
            for size in (2, 3):
                if len(word) > size:
                    inner = (word[at : at + size] for at in range(len(word) - size + 1))
                    found += [part for part in inner if part in self._scores]
            found.append(word)
        return found

    def _ends(self, run: str) -> list[int]:
        """For each position the end of the word that starts there on the best way to the run's end."""
        scores, size = self._scores, len(run)
        best = [0.0] * (size + 1)
        ends = [0] * size
        for at in range(size - 1, -1, -1):
            top, end = scores.get(run[at], self._unknown) + best[at + 1], at + 1
            limit = min(size, at + self._longest.get(run[at : at + 4], 4))
            for stop in range(at + 2, limit + 1):
                score = scores.get(run[at:stop])
                if score is not None and score + best[stop] >= top:
                    top, end = score + best[stop], stop
            best[at], ends[at] = top, end
        return ends


@lru_cache(maxsize=1)
def segmenter() -> Segmenter:
    """Loaded at the first Chinese text, not at import: about 0.3 s of processor time and 60 MB."""
    return Segmenter.read(_dictionary().read_text(encoding="utf-8"))


def _dictionary() -> Path:
    """jieba's word list."""
    path = Path(str(distribution("jieba").locate_file("jieba/dict.txt")))
    if not path.is_file():
        raise ConfigurationError("jieba's word list 'dict.txt' is missing. Reinstall the package 'jieba'.")
    return path

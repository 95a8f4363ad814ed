"""Which questions are one need: the meaning as a fitted metric sees it, with the rare words that they share.

An encoder tells wordings apart more readily than topics, and all questions of one company sound alike to it. So the
vectors are centred on the questions of the board itself and seen through a linear map that was fitted to keep what
different wordings of one intent share (Fukunaga 1990, chapter 10: whitened scatter within the classes, then the
directions in which the classes lie apart). Words that are rare on the board count beside it. A question belongs to
the group whose members are nearest on average: a nearest member alone chains needs together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.grouping import Group, nearest
from core.errors import ConfigurationError
from core.text import fold
from models.encoder import Vectors
from retrieval.pairs import negates
from retrieval.sameness import something_else

SAME_NEED: Final = 0.51
"""Mean likeness from which a question joins a group. See docs/figures-of-service.md for its measurement."""

MAYBE: Final = 0.36
"""From which two gaps are suggested to be the same need: a person decides."""

WORDS: Final = 0.45
"""Weight of shared words beside the meaning, which has 1."""

SHRINK: Final = 30
"""So many questions the fitted centre counts for beside those of the board, as long as these are few."""

FILE: Final = Path(__file__).with_name("needs.npz")

Numbers = NDArray[np.float32]

_WORD: Final = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_NOT_WORD: Final = re.compile(r"[\W_]+")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")
_ENDINGS: Final = ("ing", "ment", "ion", "ed", "es", "er", "ly", "s")
_LITTLE: Final = frozenset(
    [
        "i",
        "my",
        "me",
        "we",
        "our",
        "you",
        "your",
        "it",
        "its",
        "they",
        "them",
        "their",
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "am",
        "do",
        "does",
        "did",
        "have",
        "has",
        "had",
        "can",
        "could",
        "will",
        "would",
        "should",
        "may",
        "must",
        "not",
        "no",
        "of",
        "for",
        "on",
        "in",
        "with",
        "at",
        "from",
        "to",
        "by",
        "as",
        "up",
        "out",
        "about",
        "into",
        "if",
        "or",
        "and",
        "but",
        "so",
        "than",
        "then",
        "there",
        "here",
        "what",
        "which",
        "who",
        "whom",
        "how",
        "why",
        "when",
        "where",
        "any",
        "some",
        "all",
        "just",
        "please",
        "want",
        "need",
        "get",
        "got",
        "t",
        "s",
        "d",
        "ve",
        "ll",
        "m",
        "re",
        "im",
        "ive",
        "id",
        "dont",
        "doesnt",
        "isnt",
        "cant",
    ]
)
"""Words that say nothing of what is wanted."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A linear map of an encoder's question vectors. Those of another encoder mean nothing to it."""

    encoder_key: str
    centre: Numbers
    """Shape `(dimension,)`."""
    matrix: Numbers
    """Shape `(dimension, kept)`."""


@cache
def shipped() -> Metric:
    """The metric of the default encoder.

    Raises:
        ConfigurationError: the file isn't what this version writes.
    """
    try:
        with np.load(FILE, allow_pickle=False) as stored:
            centre, matrix = (stored[name].astype(np.float32) for name in ("centre", "matrix"))
            return Metric(str(stored["encoder_key"]), centre, matrix)
    except (OSError, KeyError, ValueError) as error:
        raise ConfigurationError(f"{FILE.name} can't be read. Install Zhida again.") from error


class Needs:
    """The groups of a board, to which questions are added one after another.

    With an encoder for which no metric is shipped, groups are those of `analytics.grouping`.
    """

    def __init__(
        self, groups: Sequence[Group], *, encoder_key: str, coming: Sequence[str] = (), metric: Metric | None = None
    ) -> None:
        """`coming` are the questions that are about to be added: they say which words are rare, too."""
        metric = shipped() if metric is None else metric
        self._metric = metric if metric.encoder_key == encoder_key else None
        self.groups = list(groups)
        self._texts = texts = [text for group in groups for text in group.texts]
        self._owner = [at for at, group in enumerate(groups) for _ in group.texts]
        self._said = {_read(text)[0]: at for at, text in zip(self._owner, texts, strict=True)}
        self._words = _Words([*texts, *coming])
        self._centre: Numbers = np.zeros(0, np.float32)
        self._meaning: Numbers = np.zeros((0, 0), np.float32)
        if self._metric is not None:
            rows = np.concatenate([group.vectors for group in groups]) if groups else np.zeros((0, 0), np.float32)
            own = rows.sum(axis=0) if len(rows) else np.zeros_like(self._metric.centre)
            centre = (own + SHRINK * self._metric.centre) / (len(rows) + SHRINK)
            self._centre = np.asarray(centre, np.float32)
            self._meaning = self._seen(rows) if len(rows) else np.zeros((0, self._metric.matrix.shape[1]), np.float32)
            for text in texts:
                self._words.add(text)

    def place(self, text: str, vector: Vectors, *, least: float = SAME_NEED) -> int | None:
        """Index of the group that a question belongs to; `None` if it is a need of its own.

        Equal words are always together. Other models, amounts or opposites never are, however near they seem.
        """
        if self._metric is None:
            return nearest(text, vector, self.groups)
        if not self.groups:
            return None
        if (same := self._said.get(_read(text)[0])) is not None:
            return same
        owners = np.array(self._owner)
        likeness = self._likeness(text, vector)
        counts = np.bincount(self._owner, minlength=len(self.groups))
        means = np.bincount(self._owner, likeness, minlength=len(self.groups)) / counts
        for at in np.argsort(-means, kind="stable").tolist():
            members = np.flatnonzero(owners == at)
            closest = self._texts[int(members[np.argmax(likeness[members])])]
            if means[at] < least:
                return None
            if not something_else(text, closest, [closest]) and negates(text) == negates(closest):
                return int(at)
        return None

    def add(self, text: str, vector: Vectors, at: int | None) -> int:
        """Put a question into a group, or into a new one; returns the group's index."""
        if at is None:
            self.groups.append(Group((text,), vector[None]))
            at = len(self.groups) - 1
        else:
            group = self.groups[at]
            self.groups[at] = Group((*group.texts, text), np.vstack([group.vectors, vector]))
        if self._metric is not None:
            self._owner.append(at)
            self._texts.append(text)
            self._said[_read(text)[0]] = at
            self._meaning = np.vstack([self._meaning, self._seen(vector[None])])
            self._words.add(text)
        return at

    def nearness(self, one: int) -> Numbers:
        """Mean likeness of a group's members with those of each group, or their cosine where no metric is shipped."""
        own = self.groups[one]
        if self._metric is None:
            found = [float((own.vectors @ each.vectors.T).mean()) for each in self.groups]
            return np.array(found, np.float32)
        likeness = [self._likeness(text, row) for text, row in zip(own.texts, own.vectors, strict=True)]
        sums = np.bincount(self._owner, np.mean(likeness, axis=0), minlength=len(self.groups))
        return np.asarray(sums / np.bincount(self._owner, minlength=len(self.groups)), np.float32)

    def maybe_same(self, closeness: float) -> bool:
        """Whether a person should look at two groups that are so near."""
        return self._metric is not None and closeness >= MAYBE

    def _likeness(self, text: str, vector: Vectors) -> Numbers:
        """Of a question with each member, at most 1."""
        meaning = self._meaning @ self._seen(vector[None])[0]
        return np.asarray((meaning + WORDS * self._words.likeness(text)) / (1 + WORDS), np.float32)

    def _seen(self, rows: Vectors) -> Numbers:
        assert self._metric is not None  # who calls has looked
        mapped = (rows - self._centre) @ self._metric.matrix
        return np.asarray(mapped / np.maximum(np.linalg.norm(mapped, axis=1, keepdims=True), 1e-9), np.float32)


class _Words:
    """Cosine of rare words with each text that was added."""

    def __init__(self, known: Sequence[str]) -> None:
        """`known` are the texts by which it is judged how rare a word is."""
        self._holding = Counter(word for text in known for word in frozenset(words(text)))
        self._of = len(known)
        self._texts: list[tuple[str, ...]] = []

    def add(self, text: str) -> None:
        """Add a text."""
        self._texts.append(words(text))

    def likeness(self, text: str) -> Numbers:
        """With each text, in the order in which they were added."""
        found = np.zeros(len(self._texts), np.float32)
        own = self._weights(words(text))
        asked = own.keys()
        for at, theirs in enumerate(self._texts):
            if not asked.isdisjoint(theirs):
                found[at] = sum(own[word] * weight for word, weight in self._weights(theirs).items() if word in own)
        return found

    def _weights(self, said: Sequence[str]) -> dict[str, float]:
        rarity = {word: log((self._of + 1) / max(1, self._holding[word])) for word in said}
        length = sum(value * value for value in rarity.values()) ** 0.5
        return {word: value / length for word, value in rarity.items()} if length else {}


def words(text: str) -> tuple[str, ...]:
    """English words without their endings and pairs of Chinese characters, as far as they say what is wanted."""
    return _read(text)[1]


def forget() -> None:
    """Drop the texts that are kept to be read once only."""
    _read.cache_clear()


@lru_cache(maxsize=20_000)
def _read(text: str) -> tuple[str, tuple[str, ...]]:
    """The letters of a text without all else, and its words. Kept, since a board is read with every new question."""
    plain = fold(text)
    found = [_stem(word) for word in _WORD.findall(plain) if word not in _LITTLE]
    found += [run[at : at + 2] for run in _HAN.findall(plain) for at in range(len(run) - 1)]
    return _NOT_WORD.sub("", plain), tuple(found)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e")

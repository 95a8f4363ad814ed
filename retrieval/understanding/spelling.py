"""Slips of the pen mended: letters that are pinyin, characters that sound alike, English words with a letter wrong.

What is right is told by the knowledge base's own words, never by a fixed list: a word is changed only
if the index doesn't know it and does know the other. Whoever asks about horses isn't told about houses:
a real English word, or a real Chinese one, is left alone even if nothing is known about it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import log1p
from typing import Final

from core.text import HAN, fold, nfkc
from core.types import Correction, CorrectionKind, Expansion
from kb.analysis import FUNCTION_CHARACTERS, FUNCTION_WORDS, segmenter, stem
from retrieval.understanding.english import is_english
from retrieval.understanding.pinyin import cuts, readings

LONGEST_QUESTION: Final = 200
"""Characters. A long message repeats itself and is found by the words that are spelt right."""

MAX_CORRECTIONS: Final = 4

OTHER_READING_WEIGHT: Final = 0.5
"""Of a second reading of pinyin that the knowledge base knows as well, such as 报修 beside 保修."""

_WORDS: Final = re.compile(
    rf"(?P<han>[{HAN}]+)|(?P<letters>(?<![A-Za-z0-9_./@+-])[A-Za-z]+(?:['’ ]?[A-Za-z]+)*(?![A-Za-z0-9_@/]|[.+-][A-Za-z0-9]))"
)
"""Letters that are part of a code, an address or a file name are neither pinyin nor misspelt."""

_LETTERS: Final = re.compile("[A-Za-z]+")

Frequency = Callable[[str], int]
"""How many texts hold a token; 0 for an unknown one."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A text without the slips that were found in it."""

    text: str
    corrections: tuple[Correction, ...] = ()
    other_readings: tuple[Expansion, ...] = ()


@dataclass(frozen=True, slots=True)
class _Change:
    start: int
    end: int
    read_as: str
    kind: CorrectionKind
    others: tuple[str, ...] = ()


def mend(text: str, frequency: Frequency, *, dictionary: Callable[[str], bool] = lambda _: False) -> Mended:
    """Correct what the knowledge base doesn't know and nearly does.

    Args:
        frequency: of a token of `kb.analysis` in the knowledge base.
        dictionary: whether a word is one of the knowledge manager's own.
    """
    if len(text) > LONGEST_QUESTION:
        return Mended(text)
    plain = nfkc(text)
    changes = sorted(_changes(plain, _Known(frequency, dictionary)), key=lambda change: change.start)[:MAX_CORRECTIONS]
    if not changes:
        return Mended(text)
    pieces, at = [], 0
    for change in changes:
        pieces += [plain[at : change.start], change.read_as]
        at = change.end
    return Mended(
        "".join([*pieces, plain[at:]]),
        tuple(Correction(plain[change.start : change.end], change.read_as, change.kind) for change in changes),
        tuple(
            Expansion(other, OTHER_READING_WEIGHT, plain[change.start : change.end])
            for change in changes
            for other in change.others
        ),
    )


class _Known:
    """What the knowledge base knows, remembered for one question."""

    def __init__(self, frequency: Frequency, dictionary: Callable[[str], bool]) -> None:
        self.frequency = frequency
        self.dictionary = dictionary
        self._seen: dict[str, int] = {}

    def count(self, token: str) -> int:
        found = self._seen.get(token)
        if found is None:
            found = self._seen[token] = self.frequency(token)
        return found

    def word(self, run: str) -> bool:
        """Every pair of neighbours is known, or the whole is in the dictionary."""
        if self.dictionary(run):
            return True
        return len(run) > 1 and all(self.count(run[at : at + 2]) for at in range(len(run) - 1))


def _changes(plain: str, known: _Known) -> Iterator[_Change]:
    for match in _WORDS.finditer(plain):
        start, end = match.span()
        if match["letters"]:
            yield from _in_letters(plain, start, end, known)
        else:
            folded = fold(match.group())
            if len(folded) == end - start > 1:
                yield from (
                    _Change(start + at, start + at + len(read), read, CorrectionKind.SOUND)
                    for at, read in _sounds(folded, known)
                )


# Letters


def _in_letters(plain: str, start: int, end: int, known: _Known) -> Iterator[_Change]:
    """Words of letters, several in a row where they may be the syllables of one pinyin word."""
    spans = [(start + match.start(), start + match.end()) for match in _LETTERS.finditer(plain[start:end])]
    at = 0
    while at < len(spans):
        taken = _pinyin_from(plain, spans, at, known)
        if taken is not None:
            change, at = taken
            yield change
            continue
        first, last = spans[at]
        word = plain[first:last]
        slip = _slip(word.lower(), known) if not word.isupper() else None
        if slip is not None:
            yield _Change(first, last, slip, CorrectionKind.SPELLING)
        at += 1


def _pinyin_from(plain: str, spans: list[tuple[int, int]], at: int, known: _Known) -> tuple[_Change, int] | None:
    """The longest row of words from here on that reads as pinyin of known words, and where it ends."""
    stop = at
    while stop < len(spans) and cuts(plain[slice(*spans[stop])].lower()):
        stop += 1
    while stop > at:
        words = [plain[slice(*span)].lower() for span in spans[at:stop]]
        if any(_foreign(word, known) for word in words):
            found = characters_of(words, known)
            if found:
                change = _Change(spans[at][0], spans[stop - 1][1], found[0], CorrectionKind.PINYIN, tuple(found[1:3]))
                return change, stop
        stop -= 1
    return None


def _foreign(word: str, known: _Known) -> bool:
    """Neither English nor a word of the knowledge base."""
    return len(word) > 1 and not is_english(word) and not known.count(stem(word)) and not known.count(word)


def _slip(word: str, known: _Known) -> str | None:
    """The known word that this one was meant to be: one letter away, or two in a long one."""
    base = stem(word)
    if (
        len(word) < SHORTEST_SLIP
        or word in FUNCTION_WORDS
        or known.count(base)
        or known.count(word)
        or is_english(word)
    ):
        return None
    edits = _edits(base, full=True)
    best = _commonest(edits, known)
    if best is None and len(base) >= LONG_WORD:
        twice = {second for first in _edits(base, full=False) for second in _edits(first, full=False)}
        best = _commonest(twice - {base}, known)
    if best is None:
        return None
    ending = word[len(base) :] if word.startswith(base) else ""
    whole = best + ending
    return whole if is_english(whole) or not is_english(best) else best


SHORTEST_SLIP: Final = 5
"""Letters. Shorter words are too often one letter away from another."""

LONG_WORD: Final = 8
"""Letters from which a word may have two slips."""

_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"
_VOWELS: Final = "aeiou"


def _edits(word: str, *, full: bool) -> set[str]:
    """Words one slip away: a letter left out, doubled, swapped with the next, or wrong.

    With `full` every letter may stand for every other and be added anywhere; without, only
    vowels are taken for each other. A first letter is hardly ever wrong and stays.
    """
    found: set[str] = set()
    letters = _ALPHABET if full else _VOWELS
    for at in range(1, len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            found.add(head + tail[1:])
            if full or tail[0] in _VOWELS:
                found.update(head + letter + tail[1:] for letter in letters)
        if len(tail) > 1:
            found.add(head + tail[1] + tail[0] + tail[2:])
        found.update(head + letter + tail for letter in (letters if full else word[at - 1]))
    if len(word) > 1:
        found.add(word[1] + word[0] + word[2:])
    found.discard(word)
    return found


def _commonest(words: set[str], known: _Known) -> str | None:
    """The best known of these; `None` if there is none."""
    counted = [(known.count(word), word) for word in words if len(word) >= SHORTEST_SLIP - 1]
    best = max(counted, key=lambda each: (each[0], each[1]), default=(0, ""))
    return best[1] if best[0] else None


# Pinyin

READINGS: Final = 3
"""Ways to write a pinyin word that are returned: many words sound alike."""

MAX_SYLLABLES: Final = 12
_CHOICES: Final = 14
"""Characters tried for a syllable: those that the knowledge base uses most."""

_COMMON: Final = 6
"""Characters tried because the language uses them most, for the words around those that are looked for."""

_BEAM: Final = 16
_WAYS: Final = 3
_SECOND_READING: Final = -4.0
"""Of a syllable that is not the character's usual one: 期 is hardly ever read `ji`."""

_UNKNOWN_PAIR: Final = -3.0
_INDEX_SHARE: Final = 2.0
"""What a pair's frequency in the knowledge base counts beside that in the language."""


def characters_of(words: list[str], known: _Known) -> list[str]:
    """What words of pinyin say, best first, in characters that the knowledge base knows; `[]` if nothing fits."""
    ways: list[tuple[str, ...]] = [()]
    for word in words:
        ways = [(*way, *cut) for way in ways for cut in _plausible(cuts(word), alone=len(words) == 1)][:_WAYS]
    scored: dict[str, float] = {}
    for way in ways:
        if 1 < len(way) <= MAX_SYLLABLES:
            for run, score in _written(way, known):
                scored[run] = max(score, scored.get(run, score))
    good = sorted((run for run in scored if _covered(run, known)), key=lambda run: (-scored[run], run))
    if not good:
        return []
    # A second reading is worth searching for only if the knowledge base knows it about as well
    return [run for run in good[:READINGS] if scored[run] > scored[good[0]] - _INDEX_SHARE]


def _plausible(ways: tuple[tuple[str, ...], ...], *, alone: bool) -> list[tuple[str, ...]]:
    """The ways with the fewest syllables; a word that stands alone has two at least: `xian` is 西安."""
    fewest = min((len(way) for way in ways if len(way) > 1 or not alone), default=0)
    return [way for way in ways if len(way) == fewest]


def _written(way: tuple[str, ...], known: _Known) -> list[tuple[str, float]]:
    """The likeliest ways to write these syllables: a beam over characters, judged by pairs of neighbours."""
    beam = [(character, score) for character, score in _choices(way[0], known)]
    for syllable in way[1:]:
        choices = _choices(syllable, known)
        longer = [
            (run + character, score + rarity + _pair(run[-1] + character, known))
            for run, score in beam
            for character, rarity in choices
        ]
        beam = sorted(longer, key=lambda each: -each[1])[:_BEAM]
    return [(run, score + segmenter().score(run)) for run, score in beam]


def _choices(syllable: str, known: _Known) -> list[tuple[str, float]]:
    """Characters of a syllable that the knowledge base uses, and particles, which aren't indexed alone."""
    table = readings()
    counted = [(known.count(character), character) for character in table.characters[syllable]]
    used = sorted((each for each in counted if each[0]), key=lambda each: -each[0])[:_CHOICES]
    common = table.characters[syllable][:_COMMON]
    particles = [each for _, each in counted if each in FUNCTION_CHARACTERS]
    chosen = dict.fromkeys([*(each for _, each in used), *common, *particles])
    return [(each, 0.0 if table.syllables[each][0] == syllable else _SECOND_READING) for each in chosen]


def _pair(pair: str, known: _Known) -> float:
    count = known.count(pair)
    if count:
        return _INDEX_SHARE * log1p(count)
    return 0.0 if segmenter().knows(pair) else _UNKNOWN_PAIR


def _covered(run: str, known: _Known) -> bool:
    """Whether the words of the run are real ones, and one that says something is known to the knowledge base."""
    words = segmenter().words(run)
    single = sum(len(word) == 1 and word not in FUNCTION_CHARACTERS for word in words)
    telling = [word for word in words if len(word) > 1 and known.word(word)]
    return known.word(run) or 2 * single < sum(map(len, telling))


# Characters

_LEAST_GAIN: Final = 5.9
"""How much more probable the run must become (natural logarithm) for a character to be changed."""

_LEAST_BINDING: Final = 4.0
"""Of a word that a slip is mended to: 会员 is one, 能不 only looks so."""

_EVERYWHERE: Final = -7.4
"""Log probability of a character that stands everywhere, like 是 and 于: nothing is found by putting it in."""


def _sounds(run: str, known: _Known) -> Iterator[tuple[int, str]]:
    """Positions and words to put there, where a character was taken for one that sounds alike."""
    words = segmenter().words(run)
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word)
    alone = [start for start, word in zip(starts, words, strict=True) if len(word) == 1]
    done = -1
    for at in alone:
        if at <= done or run[at] in FUNCTION_CHARACTERS or segmenter().score(run[at]) > _EVERYWHERE:
            continue
        best = max(_readings_at(run, at, known), default=None)
        if best is not None and best[0] >= _LEAST_GAIN:
            yield best[1], best[2]
            done = best[1] + len(best[2]) - 1


def _readings_at(run: str, at: int, known: _Known) -> Iterator[tuple[float, int, str]]:
    """Pairs with another character at this place: gain, position, pair."""
    for start in (at - 1, at):
        pair = run[start : start + 2] if start >= 0 else ""
        if len(pair) < 2 or known.count(pair) or segmenter().knows(pair):
            continue
        for character in _sounding_like(run[at]):
            other = character + pair[1] if start == at else pair[0] + character
            if not _is_word(other, known):
                continue
            gain = segmenter().score(run[:start] + other + run[start + 2 :]) - segmenter().score(run)
            if known.dictionary(other):
                gain += 2 * _LEAST_GAIN  # a name that the language may not have
            yield gain + log1p(known.count(other)), start, other


@lru_cache(maxsize=10_000)
def _sounding_like(character: str) -> str:
    """Characters that may have been meant, without those that stand everywhere."""
    return "".join(each for each in readings().alike(character) if segmenter().score(each) <= _EVERYWHERE)


def _is_word(pair: str, known: _Known) -> bool:
    if known.dictionary(pair):
        return True
    return segmenter().knows(pair) and known.count(pair) > 0 and _binding(pair) >= _LEAST_BINDING


def _binding(pair: str) -> float:
    """How much likelier the pair is as a word than as two that happen to meet (natural logarithm)."""
    return segmenter().score(pair) - sum(segmenter().score(character) for character in pair)

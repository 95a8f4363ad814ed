"""Pinyin without tones: which syllables a character has, which characters a syllable, and words of letters cut up.

The readings are those of the package `pypinyin`, of which only the table is read.
"""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from core.errors import ConfigurationError
from kb.analysis import segmenter

COMMON: Final = range(0x4E00, 0xA000)
"""Code points of the characters that are read: the block that holds all of everyday use."""

LONGEST: Final = 6
"""Letters of `zhuang`, `chuang`, `shuang`."""

USUAL: Final = 2
"""Readings of a character that people think of; a dictionary has many more."""

MAX_CUTS: Final = 12
"""Ways to cut a word of letters that are looked at, those with the fewest syllables first."""

_SOUNDS_LIKE: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"), ("ang", "an"))
"""Pairs that much of the country doesn't tell apart, and input methods therefore take for each other."""


@dataclass(frozen=True, slots=True)
class Readings:
    """The table in both directions. Syllables have no tones; `ü` is written `v`."""

    syllables: dict[str, tuple[str, ...]]
    """Of each character, the commonest reading first."""
    characters: dict[str, str]
    """Of each syllable, the commonest character first."""

    def alike(self, character: str) -> str:
        """Characters that sound like this one, near sounds after equal ones, without itself."""
        own = self.syllables.get(character, ())[:USUAL]
        near = dict.fromkeys(other for syllable in own for other in _near(syllable) if other not in own)
        found = dict.fromkeys("".join(self.characters.get(syllable, "") for syllable in (*own, *near)))
        found.pop(character, None)
        return "".join(found)


@lru_cache(maxsize=1)
def readings() -> Readings:
    """Loaded when the first word has to be guessed, not at import: about 0.2 s and 10 MB."""
    raw = json.loads(_table().read_text(encoding="utf-8"))
    dictionary = segmenter()
    syllables: dict[str, tuple[str, ...]] = {}
    characters: defaultdict[str, list[str]] = defaultdict(list)
    for code in COMMON:
        listed = raw.get(str(code))
        if listed:
            character = chr(code)
            syllables[character] = tuple(dict.fromkeys(plain_syllable(each) for each in listed.split(",")))
            for syllable in syllables[character]:
                characters[syllable].append(character)
    for found in characters.values():
        found.sort(key=lambda character: -dictionary.score(character))
    return Readings(syllables, {syllable: "".join(found) for syllable, found in characters.items()})


def plain_syllable(marked: str) -> str:
    """`lǜ` is `lv`, `tuì` is `tui`."""
    letters = unicodedata.normalize("NFD", marked.replace("ü", "v").replace("ǖ", "v").replace("ǘ", "v"))
    letters = letters.replace("u\u0308", "v")
    return "".join(letter for letter in letters if letter.isascii())


@lru_cache(maxsize=1_000)
def cuts(word: str) -> tuple[tuple[str, ...], ...]:
    """The ways to read letters as syllables, those with the fewest first; none if they aren't pinyin."""
    known = readings().characters
    ways: list[list[tuple[str, ...]]] = [[()]]
    for end in range(1, len(word) + 1):
        here: list[tuple[str, ...]] = []
        for start in range(max(0, end - LONGEST), end):
            syllable = word[start:end]
            if syllable in known and syllable not in _INTERJECTIONS:
                here += [(*way, syllable) for way in ways[start]]
        ways.append(sorted(here, key=len)[:MAX_CUTS])
    return tuple(ways[-1])


_INTERJECTIONS: Final = frozenset({"m", "n", "ng", "hm", "hng", "o", "ê", "yo", "lo", "eng", "ei", "r"})
"""Readings of no word that anybody would look for; with them, most letters would be pinyin."""


def _near(syllable: str) -> list[str]:
    found = [syllable]
    for one, other in _SOUNDS_LIKE[:3]:
        if syllable.startswith(one):
            found.append(other + syllable[len(one) :])
        elif syllable.startswith(other):
            found.append(one + syllable[len(other) :])
    for one, other in _SOUNDS_LIKE[3:]:
        for each in tuple(found):
            if each.endswith(one):
                found.append(each[: -len(one)] + other)
            elif each.endswith(other):
                found.append(each[: -len(other)] + one)
    if syllable[0] in "ln":
        found.append(("n" if syllable[0] == "l" else "l") + syllable[1:])
    return found[1:]


def _table() -> Path:
    """pypinyin's readings of single characters."""
    path = Path(str(distribution("pypinyin").locate_file("pypinyin/pinyin_dict.json")))
    if not path.is_file():
        raise ConfigurationError("pypinyin's table 'pinyin_dict.json' is missing. Reinstall the package 'pypinyin'.")
    return path

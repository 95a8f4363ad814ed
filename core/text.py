"""Plain facts about text in Chinese and English: form, script, sentences, language."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

import opencc

from core.language import Language

HAN: Final = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
"""Character class of Chinese characters, for use inside brackets of a pattern."""

_HAN: Final = re.compile(f"[{HAN}]")
_ENGLISH_WORD: Final = re.compile(r"(?<![A-Za-z0-9])[a-z]{2,}(?![A-Za-z0-9])")

RADICALS: Final = str.maketrans(
    "⺟⺠⻁⻃⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⻑⻭⻯⻲⻫⺩⺫⺼⺮⻂⻌⻍",
    "母民虎覀西见角贝车长门青韦页风飞食飠饣马骨鬼鱼鸟卤麦黄齐齿龙龟長歯竜亀斉王目月竹衤辶辶",
)
"""Radicals that PDF files hold where the character is meant. NFKC maps the Kangxi ones but not these
(Unicode Character Database, EquivalentUnifiedIdeograph)."""

_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Soft hyphens, zero-width and direction marks, variation selectors, tag characters, halves of a broken pair."""

_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|No|Nos|Fig|Eq|Dr|Mr|Mrs|Ms|Prof|St|Inc|Ltd|Co|Corp|Dept|Vol|pp|cf|al|[A-Z]))\.$"
)
LONGEST_ABBREVIATION: Final = 6
"""Letters of `approx`. Looking back further would make a text of nothing but abbreviations quadratic."""

_CLOSERS: Final = "」』”’\"')）】》〉]｝}"
_SENTENCE_END: Final = re.compile(
    rf"(?:[。！？!?；;…]+|\.+(?=[\s{re.escape(_CLOSERS)}]|$))[{re.escape(_CLOSERS)}]*|\n+"
)


def nfkc(text: str) -> str:
    """Full-width to half-width and compatibility forms to plain ones, without invisible characters."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text.translate(RADICALS)))


def fold(text: str) -> str:
    """One form for comparing: NFKC, lower case, simplified characters. Not for showing.

    The mapping to simplified is by character, so that `fold` treats a part as it treats the whole.
    """
    folded: str = _simplifier().convert(nfkc(text).lower())
    return folded


def comparable(text: str) -> str:
    """`fold` without blanks and thousands separators: two texts that say the same to a reader are the same."""
    return _INSIGNIFICANT.sub("", fold(text))


_INSIGNIFICANT: Final = re.compile(r"\s|(?<=\d),(?=\d{3})")


@lru_cache(maxsize=1)
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def detect_language(text: str) -> Language:
    """The language that most of the text is in.

    Three Chinese characters weigh as much as two English words. Only plain lower-case words count
    as English: a Chinese question is full of names such as «RX-200 Pro» and «Wi-Fi».
    """
    han = len(_HAN.findall(text))
    words = len(_ENGLISH_WORD.findall(text))
    return Language.ZH if han > 0 and 2 * han >= 3 * words else Language.EN


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Cut a text where sentences of Chinese or English end; a line break ends one as well.

    Returns `(start, end)` pairs in order, without surrounding white space and without empty ones.
    A full stop inside a number (`3.5`), a version or a common abbreviation ends nothing.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        mark = match.group()
        earliest = max(start, match.start() - LONGEST_ABBREVIATION)
        if mark.startswith(".") and _ABBREVIATION.search(text, earliest, match.start() + 1):
            continue
        _append_stripped(spans, text, start, match.end())
        start = match.end()
    _append_stripped(spans, text, start, len(text))
    return spans


def _append_stripped(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))

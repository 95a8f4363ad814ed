"""Numbers that Word draws but doesn't store: «第三条», «2.1», «(a)», counted as Word counts them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACEHOLDER: Final = re.compile(r"%([1-9])")
_CHINESE_DIGITS: Final = "零一二三四五六七八九"
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered."""

    format: str
    text: str
    start: int


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far each is counted. `label` must be called in document order."""

    levels: Mapping[str, Mapping[int, Level]]
    """By list id and level."""
    abstract: Mapping[str, str]
    """Lists of one definition go on counting together."""
    restarts: dict[str, dict[int, int]] = field(default_factory=dict)
    """By list id and level: where this list starts anew when it is first used."""
    counts: dict[str, list[int]] = field(default_factory=dict)

    def label(self, list_id: str, level: int) -> str | None:
        """The next label of a list: "" for a bullet, `None` when there is no such list."""
        levels = self.levels.get(list_id)
        if levels is None or level not in levels:
            return None
        counts = self.counts.setdefault(self.abstract[list_id], [])
        while len(counts) <= level:
            position = len(counts)
            counts.append(levels[position].start - 1 if position in levels else 0)
        restart = self.restarts.get(list_id, {}).pop(level, None)
        counts[level] = counts[level] + 1 if restart is None else restart
        del counts[level + 1 :]
        if levels[level].format in {"bullet", "none"}:
            return ""
        return _PLACEHOLDER.sub(lambda match: self._part(levels, counts, int(match.group(1)) - 1), levels[level].text)

    @staticmethod
    def _part(levels: Mapping[int, Level], counts: list[int], level: int) -> str:
        if level >= len(counts) or level not in levels:
            return ""
        # A list that begins at a deeper level shows the ones above it as at their start.
        return number_text(max(counts[level], levels[level].start), levels[level].format)


def read_numbering(root: Any) -> Numbering:
    """Read a numbering part (its `w:numbering` element); `None` gives a document without lists."""
    levels: dict[str, dict[int, Level]] = {}
    abstract: dict[str, str] = {}
    restarts: dict[str, dict[int, int]] = {}
    if root is not None:
        definitions = {each.get(f"{_W}abstractNumId"): _levels(each) for each in root.iter(f"{_W}abstractNum")}
        for number in root.iter(f"{_W}num"):
            link = number.find(f"{_W}abstractNumId")
            definition = link.get(f"{_W}val") if link is not None else None
            list_id = number.get(f"{_W}numId")
            if list_id and definition in definitions:
                levels[list_id] = definitions[definition]
                abstract[list_id] = str(definition)
                restarts[list_id] = {
                    _integer(change.get(f"{_W}ilvl"), 0): _integer(_value(change, "startOverride"), 1)
                    for change in number.iter(f"{_W}lvlOverride")
                    if change.find(f"{_W}startOverride") is not None
                }
    return Numbering(levels, abstract, restarts)


def _levels(definition: Any) -> dict[int, Level]:
    levels: dict[int, Level] = {}
    for level in definition.iter(f"{_W}lvl"):
        position = _integer(level.get(f"{_W}ilvl"), 0)
        levels[position] = Level(
            _value(level, "numFmt") or "decimal", _value(level, "lvlText") or "", _integer(_value(level, "start"), 1)
        )
    return levels


def _value(element: Any, name: str) -> str | None:
    child = element.find(f"{_W}{name}")
    value: str | None = child.get(f"{_W}val") if child is not None else None
    return value


def _integer(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 6 else default


def number_text(number: int, format_: str) -> str:
    """A number in one of Word's formats; unknown ones are written as digits."""
    if format_ in {
        "chineseCounting",
        "chineseCountingThousand",
        "ideographDigital",
        "taiwaneseCountingThousand",
        "japaneseCounting",
    }:
        return chinese_number(number)
    if format_ == "ideographTraditional":
        return _STEMS[(number - 1) % 10]
    if format_ in {"lowerLetter", "upperLetter"}:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if format_ == "upperLetter" else letter
    if format_ in {"lowerRoman", "upperRoman"}:
        return _roman(number).upper() if format_ == "upperRoman" else _roman(number)
    if format_ == "decimalZero":
        return f"{number:02d}"
    return str(number)


def chinese_number(number: int) -> str:
    """1 to 9999 as it is counted in Chinese: 十二, 一百零三."""
    if not 0 < number < 10_000:
        return str(number)
    digits = [int(digit) for digit in str(number)]
    text = ""
    for unit, digit in zip("千百十 "[4 - len(digits) :], digits, strict=True):
        if digit:
            text += _CHINESE_DIGITS[digit] + unit.strip()
        elif text and not text.endswith("零"):
            text += "零"
    text = text.rstrip("零")
    return text[1:] if text.startswith("一十") else text


def _roman(number: int) -> str:
    text = ""
    for value, sign in (
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ):
        text += sign * (number // value)
        number %= value
    return text

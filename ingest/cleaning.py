"""Make text readable and searchable without changing what it says. Pure, and the same when done twice.

Widths and forms. Plain NFKC would turn «，» into «,», «…» into «...», «①» into «1» and «10²» into «102».
So only characters that mean the same in their plain form are mapped: full-width letters, digits and
symbols (but not the marks `，：；？！（）`, which belong to Chinese), half-width kana, ligatures, Kangxi radicals
and compatibility ideographs (which PDF files are full of), units in one character, odd blanks. The
indexes fold the rest for comparing; what people read stays as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from core.text import HAN, RADICALS
from ingest.parsed import Block, BlockKind, ParsedDocument, ParsedPair

_PLAIN_FORMS: Final = (
    (0x2F00, 0x2FDF),  # Kangxi radicals
    (0x3000, 0x3000),  # ideographic space
    (0x3300, 0x33FF),  # units in one character
    (0x2100, 0x213A),  # ℃ ℡ №
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0xFB00, 0xFB06),  # Latin ligatures
    (0xFE10, 0xFE4F),  # marks of vertical text
    (0xFF01, 0xFF9F),  # full and half width
    (0xFFE0, 0xFFE6),  # full-width currency
    (0x1D400, 0x1D7FF),  # mathematical letters
    (0x00A0, 0x00A0),
    (0x2000, 0x200A),
    (0x202F, 0x202F),
    (0x205F, 0x205F),  # blanks of all widths
)
_KEPT_MARKS: Final = frozenset("，：；？！（）")


def _plain_form_table() -> dict[int, str]:
    table: dict[int, str] = {code: chr(plain) for code, plain in RADICALS.items()}
    for first, last in _PLAIN_FORMS:
        for code in range(first, last + 1):
            plain = unicodedata.normalize("NFKC", chr(code))
            if chr(code) not in _KEPT_MARKS and plain != chr(code):
                table[code] = plain
    return table


_PLAIN: Final = _plain_form_table()

_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
"""Invisible characters that typesetting leaves behind: soft hyphens, variation selectors, byte order marks."""

_SMUGGLED: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\U000e0000-\U000e00ff]")
"""Invisible characters that can carry or reorder text: zero width, direction marks, tag characters."""

_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ue000-\uf8ff\ufffe\uffff]")
"""Control characters, halves of characters, and private-use ones, which only their own font can show."""

_BREAK: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS: Final = re.compile(r"[^\S\n]+")
_BLANK_LINES: Final = re.compile(r"\n{3,}")

_TONED: Final = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_INITIAL: Final = "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
_SYLLABLE: Final = rf"(?:{_INITIAL}[aeiouüv]{{0,2}}[{_TONED}][aeiouü]?(?:ng|n|r|o|i|u)?)"
"""One pinyin syllable with its tone mark. It need not be one that exists: the mark is what tells."""

_INJECTED: Final = re.compile(
    rf"(?<=[{HAN}])(?:[ ]?[(（][ ]?{_SYLLABLE}(?:[ '’]?{_SYLLABLE}){{0,7}}[ ]?[)）])+", re.IGNORECASE
)
"""Pinyin in brackets after a Chinese character: «企業(yè)». Sites put it there so that copies can be told."""


def clean(document: ParsedDocument) -> ParsedDocument:
    """The document with every text cleaned; what is empty then is dropped, and hidden characters reported."""
    hidden = sum(len(_SMUGGLED.findall(text)) for text in _texts(document))
    warnings = [clean_text(warning) for warning in document.warnings]
    if hidden:
        warnings.append(hidden_text_warning(f"{hidden} × U+200B…"))
    return replace(
        document,
        blocks=tuple(block for block in map(_clean_block, document.blocks) if block.text),
        pairs=tuple(pair for pair in map(_clean_pair, document.pairs) if pair.question and pair.answer),
        title=(clean_line(document.title) or None) if document.title else None,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def hidden_text_warning(what: str) -> str:
    """Tell a person that the file shows its reader less than it holds."""
    return f"隐藏文字已忽略 / hidden text was ignored: {what}"


def clean_text(text: str) -> str:
    """Running text: plain forms, no invisible characters, no injected pinyin, single blanks, at most one empty line."""
    text = _INJECTED.sub("", _plain(text))
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def clean_line(text: str) -> str:
    """Text that has to stand on one line, like a heading or a table cell."""
    return " ".join(clean_text(text).split())


def clean_code(text: str) -> str:
    """Code: its blanks, indents and widths are kept, what can't be seen is not."""
    text = _BREAK.sub("\n", _CONTROL.sub("", _SMUGGLED.sub("", _UNSEEN.sub("", text))))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def _plain(text: str) -> str:
    """Characters in their plain form.

    Removing comes before and after composing: a mark between two parts of a character keeps them
    apart, and a letter may compose only when it is gone.
    """
    text = _BREAK.sub("\n", text).translate(_PLAIN)
    text = _CONTROL.sub("", _SMUGGLED.sub("", _UNSEEN.sub("", text)))
    return unicodedata.normalize("NFC", text)


def _clean_block(block: Block) -> Block:
    if block.kind is BlockKind.CODE:
        return replace(block, text=clean_code(block.text))
    if block.kind in {BlockKind.HEADING, BlockKind.ROW}:
        return replace(block, text=clean_line(block.text))
    return replace(block, text=clean_text(block.text))


def _clean_pair(pair: ParsedPair) -> ParsedPair:
    question = clean_line(pair.question)
    negative = _distinct(pair.negative, without=())
    return replace(
        pair,
        question=question,
        answer=clean_text(pair.answer),
        similar=_distinct(pair.similar, without=(question, *negative)),
        negative=negative,
        product=(clean_line(pair.product) or None) if pair.product else None,
    )


def _distinct(texts: Iterable[str], *, without: tuple[str, ...]) -> tuple[str, ...]:
    kept = dict.fromkeys(map(clean_line, texts))
    return tuple(text for text in kept if text and text not in without)


def _texts(document: ParsedDocument) -> Iterable[str]:
    yield document.title or ""
    for block in document.blocks:
        yield block.text
    for pair in document.pairs:
        yield from (pair.question, pair.answer, *pair.similar, *pair.negative)

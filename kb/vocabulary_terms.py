"""Which terms a vocabulary takes, and the file it is exchanged in: one entry a line, CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Final

from core.errors import InvalidInput
from core.text import fold, nfkc
from core.vocabulary import VocabularyEntry, VocabularyKind
from kb.analysis import tokens

MAX_ENTRIES: Final = 5_000
MAX_TERMS: Final = 20
"""Of one entry. Each is searched for when another of them is asked for."""

MAX_TERM: Final = 40
"""Characters of a term."""

LONGEST_CELL: Final = 10_000
"""Characters of a cell of an imported table; a term has far fewer, so that more is a broken file."""

MIN_TERM: Final = 2
"""A single character stands in too many other words."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd]")
_SPACES: Final = re.compile(r"\s+")
_MARKUP: Final = re.compile(r"[<>]|&#?\w+;")
_FORMULA: Final = ("=", "+", "-", "@")
"""Spreadsheets take a cell that begins so for a formula, and may run it when an export is opened."""


def checked_terms(kind: VocabularyKind, terms: Iterable[str]) -> tuple[str, ...]:
    """The terms in the form in which they are stored: plain width, single spaces.

    Raises:
        InvalidInput: too few or too many, one twice, or one that can't be a term.
    """
    plain = tuple(_checked(term) for term in terms if term.strip())
    if kind is VocabularyKind.WORD and len(plain) != 1:
        raise InvalidInput(f"A word that stays whole is one term, not {len(plain)}. Make an entry for each.")
    if kind is not VocabularyKind.WORD and len(plain) < 2:
        raise InvalidInput("Synonyms are two terms or more. Add the other wording, or enter a word that stays whole.")
    if len(plain) > MAX_TERMS:
        raise InvalidInput(f"{len(plain)} terms are too many for one entry, the limit is {MAX_TERMS}. Split it.")
    seen: dict[str, str] = {}
    for term in plain:
        same = seen.setdefault(fold(term), term)
        if same is not term:
            raise InvalidInput(f"{same!r} and {term!r} are the same term to the search. Leave one out.")
    return plain


def _checked(term: str) -> str:
    plain = _SPACES.sub(" ", nfkc(term)).strip()
    if _CONTROL.search(plain):
        raise InvalidInput(f"The term {plain!r} holds control characters. Type it again.")
    if len(plain) > MAX_TERM:
        raise InvalidInput(f"The term {plain[:MAX_TERM]!r}… has {len(plain)} characters, the limit is {MAX_TERM}.")
    if _MARKUP.search(plain):
        raise InvalidInput(f"The term {plain!r} holds markup. Enter plain words.")
    if plain.startswith(_FORMULA):
        raise InvalidInput(
            f"The term {plain!r} begins with a sign that spreadsheets take for a formula. Leave the sign out."
        )
    if len(fold(plain)) < MIN_TERM or not tokens(plain):
        raise InvalidInput(
            f"The term {plain!r} is too short to search for. Enter two characters or more that say something."
        )
    return plain


def same_entry(kind: VocabularyKind, terms: Iterable[str]) -> tuple[object, ...]:
    """Equal for two entries that say the same; the order of synonyms doesn't count."""
    folded = [fold(term) for term in terms]
    if kind is VocabularyKind.MEANS:
        return kind, folded[0], frozenset(folded[1:])
    return kind, frozenset(folded)


def to_csv(entries: Iterable[VocabularyEntry]) -> str:
    """One entry a line: its kind, then its terms. With a byte order mark, so that Excel reads it as UTF-8."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(["kind", "terms"])
    for entry in entries:
        writer.writerow([entry.kind.value, *entry.terms])
    return "\ufeff" + page.getvalue()


def from_csv(text: str) -> Iterator[tuple[int, VocabularyKind | None, list[str]]]:
    """Lines as `(number, kind, terms)`, without the heading. The kind is `None` where it isn't one.

    Raises:
        InvalidInput: the text isn't CSV.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        for row in reader:
            if any(len(cell) > LONGEST_CELL for cell in row):  # nearly always a quotation mark that nobody closed
                raise InvalidInput(
                    f"Line {reader.line_num} has a cell of more than {LONGEST_CELL} characters. "
                    "Look for a quotation mark that isn't closed, and save the table as CSV in UTF-8."
                )
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].lower() == "kind":
                continue
            kind = VocabularyKind(cells[0].lower()) if cells[0].lower() in set(VocabularyKind) else None
            yield reader.line_num, kind, cells[1:]
    except csv.Error as error:
        raise InvalidInput(f"Line {reader.line_num} isn't CSV ({error}). Save the table as CSV in UTF-8.") from None

"""The stored form of a gold question, and what makes two the same."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from core.database import storable
from core.errors import InvalidInput, TooLarge
from core.gold import MAX_FACT, MAX_FACTS, MAX_SOURCES, MAX_TEXT, GoldEntry, GoldResult, GoldSource
from core.text import comparable


def text_key(asked: GoldEntry | GoldResult) -> str:
    """What makes a question the same, in every knowledge base: who asks, and the text as compared."""
    return hashlib.sha256(f"{asked.audience}\n{comparable(storable(asked.text))}".encode()).hexdigest()


def checked(entry: GoldEntry) -> GoldEntry:
    """The entry in its stored form.

    Raises:
        InvalidInput: a field is empty or too long, or nothing says what a right answer is.
    """
    text = _within(entry.text, MAX_TEXT, "The question")
    if not comparable(text):
        raise InvalidInput("The question is empty. Write what a customer would ask.")
    if len(entry.facts) > MAX_FACTS or len(entry.sources) > MAX_SOURCES:
        raise InvalidInput(f"A question has at most {MAX_FACTS} facts and {MAX_SOURCES} sources.")
    facts = tuple(fact for each in entry.facts if (fact := _within(each, MAX_FACT, "A fact")))
    sources = tuple(source for each in entry.sources if (source := _source(each)) != GoldSource())
    if not all(comparable(fact.replace("|", "")) for fact in facts):
        raise InvalidInput("A fact has no word in it. Write what a right answer must contain, such as «15 天».")
    if not entry.answerable:
        facts, sources = (), ()
    elif not facts and not sources:
        raise InvalidInput(
            "Nothing says what a right answer is. Name its source or a fact that it must contain, "
            "or say that the question can't be answered."
        )
    note = _within(entry.note, MAX_TEXT, "The note")
    return replace(entry, text=text, facts=facts, sources=sources, note=note)


def _source(source: GoldSource) -> GoldSource:
    return GoldSource(
        _within(source.document, MAX_TEXT, "The name of a document"), _within(source.quote, MAX_TEXT, "A quote")
    )


def _within(text: str, limit: int, what: str) -> str:
    stripped = storable(text.strip())
    if len(stripped) > limit:
        raise TooLarge(f"{what} has {len(stripped)} characters; at most {limit} are stored. Shorten it.")
    return stripped

"""What understanding a message takes, joined: recognisers, the tagger, and the company's own vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.clock import Clock
from core.text import fold
from core.vocabulary import VocabularyEntry, VocabularyKind
from models.lac_tagger import LacTagger
from nlu.analyzer import Analyzer
from nlu.entities.finder import RULES as ENTITY_RULES
from nlu.entities.finder import EntityFinder
from nlu.entities.named import NamedEntities
from nlu.entities.products import ProductRecogniser
from nlu.personal_data.finder import RULES as PERSONAL_RULES
from nlu.personal_data.finder import PersonalDataRecogniser
from nlu.personal_data.tagged_names import TaggedNames

if TYPE_CHECKING:
    from kb.vocabulary import Vocabulary
    from models.encoder import Encoder
    from models.lac_tagger import WordTagger


class VocabularyProducts:
    """The products of a knowledge base: its whole words, and what means the same."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._read: tuple[int, Mapping[str, str]] = (-1, {})

    def names(self) -> Mapping[str, str]:
        """Every way to write a product, folded, and its first name; read anew only when something changed."""
        version, entries = self._vocabulary.current()
        read = self._read
        if read[0] != version:
            read = self._read = version, product_names(entries)
        return read[1]


def product_names(entries: tuple[VocabularyEntry, ...]) -> Mapping[str, str]:
    """Whole words stand for themselves; their synonyms stand for them."""
    words = {fold(term): term for entry in entries if entry.kind is VocabularyKind.WORD for term in entry.terms}
    names = dict(words)
    for entry in entries:
        if entry.kind is VocabularyKind.SYNONYMS:
            product = next((words[fold(term)] for term in entry.terms if fold(term) in words), None)
            names |= {fold(term): product for term in entry.terms if product is not None and fold(term) not in words}
    return names


def make_tagger() -> LacTagger:
    """The tagger of Chinese words and names."""
    return LacTagger()


def make_recogniser(tagger: WordTagger) -> PersonalDataRecogniser:
    """Personal data by all that Zhida has."""
    return PersonalDataRecogniser((*PERSONAL_RULES, TaggedNames(tagger)))


def make_analyzer(
    encoder: Encoder,
    tagger: WordTagger,
    personal_data: PersonalDataRecogniser,
    vocabulary: Vocabulary,
    *,
    home: Path,
    clock: Clock,
) -> Analyzer:
    """One pass over a message, with the models of `home` where the operator has learnt some."""
    from nlu.trained import readers_for

    finder = EntityFinder((*ENTITY_RULES, ProductRecogniser(VocabularyProducts(vocabulary)), NamedEntities(tagger)))
    readers = readers_for(encoder.identity.key, home)
    return Analyzer(
        encoder,
        personal_data=personal_data,
        entities=finder,
        intents=readers.intents,
        sentiment=readers.sentiment,
        escalation=readers.escalation,
        clock=clock,
    )

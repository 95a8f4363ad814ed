"""From one encoder to another: every text gets a vector of the new one, then those of the old one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from kb.index import Collection
from kb.records import MissingVector
from kb.store import KnowledgeBase
from models.encoder import Encoder, Vectors

PAGE: Final = 256
"""Texts encoded and stored at once: enough for batches of like length, little enough to lose when killed."""


def reembed(kb: KnowledgeBase, encoder: Encoder, *, progress: Callable[[int, int], None]) -> int:
    """Compute every vector that the knowledge base lacks for this encoder, then drop all others.

    Each page is stored as soon as it is computed, so an interrupted run goes on where it was.

    Args:
        kb: whose texts are encoded.
        encoder: the new encoder.
        progress: called with the number of vectors computed so far and of all that were lacking.

    Returns:
        How many vectors were computed.
    """
    key = encoder.identity.key
    total = sum(len(page) for page in _pages(kb, key))
    done = 0
    for page in _pages(kb, key):
        for collection, texts in groupby(page, key=lambda text: text.collection):
            done += _encode(kb, encoder, collection, list(texts))
        progress(done, max(total, done))
    kb.drop_other_vectors(key)
    return done


def _pages(kb: KnowledgeBase, encoder_key: str) -> Iterator[list[MissingVector]]:
    last: MissingVector | None = None
    while page := kb.missing_vectors(encoder_key, after=last, limit=PAGE):
        yield page
        last = page[-1]


def _encode(kb: KnowledgeBase, encoder: Encoder, collection: Collection, missing: list[MissingVector]) -> int:
    texts = [text.text for text in missing]
    passages = collection is Collection.PASSAGES
    vectors: Vectors = encoder.encode_passages(texts) if passages else encoder.encode_questions(texts)
    hashes = (text.text_hash for text in missing)
    kb.add_vectors(collection, encoder.identity.key, dict(zip(hashes, vectors, strict=True)))
    return len(texts)

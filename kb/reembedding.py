"""From one encoder to another: every text gets a vector of the new one, then those of the old one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from kb.index import Collection
from kb.prepared import PreparedTokens
from kb.records import MissingVector
from kb.store import KnowledgeBase
from models.encoder import Encoder, TokenEncoder, Vectors

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
    tokens_key = encoder.tokens_key if isinstance(encoder, TokenEncoder) else None
    key = encoder.identity.key
    total = sum(len(page) for page in _pages(kb, key, tokens_key))
    done = 0
    for page in _pages(kb, key, tokens_key):
        for collection, texts in groupby(page, key=lambda text: text.collection):
            done += _encode(kb, encoder, collection, list(texts))
        progress(done, max(total, done))
    kb.drop_other_vectors(key, tokens_key=tokens_key)
    return done


def _pages(kb: KnowledgeBase, encoder_key: str, tokens_key: str | None) -> Iterator[list[MissingVector]]:
    last: MissingVector | None = None
    while page := kb.missing_vectors(encoder_key, tokens_key=tokens_key, after=last, limit=PAGE):
        yield page
        last = page[-1]


def _encode(kb: KnowledgeBase, encoder: Encoder, collection: Collection, missing: list[MissingVector]) -> int:
    texts = [text.text for text in missing]
    hashes = [text.text_hash for text in missing]
    tokens: PreparedTokens | None = None
    vectors: Vectors
    if collection is Collection.QUESTIONS:
        vectors = encoder.encode_questions(texts)
    elif isinstance(encoder, TokenEncoder):
        vectors, codes = encoder.encode_passage_tokens(texts)
        tokens = PreparedTokens(encoder.tokens_key, dict(zip(hashes, codes, strict=True)))
    else:
        vectors = encoder.encode_passages(texts)
    kb.add_vectors(collection, encoder.identity.key, dict(zip(hashes, vectors, strict=True)), tokens=tokens)
    return len(texts)

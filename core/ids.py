"""The keys by which documents, passages, pairs, conversations, messages and tickets are known."""

from __future__ import annotations

from typing import NewType

DocumentId = NewType("DocumentId", str)
"""128 random bits in hex. Not a secret, and not guessable either."""

PassageId = NewType("PassageId", int)
"""Positive 63-bit integer, given by SQL in rising order and never used twice."""

QAPairId = NewType("QAPairId", int)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
TicketId = NewType("TicketId", int)

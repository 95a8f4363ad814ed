"""Segments of answers: written with the answer, read when it is looked at again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from core.types import Answer, Check, MessageId, Segment
from desk.verification.tables import segments


def add_segments(connection: Connection, message_id: MessageId, answer: Answer) -> None:
    """Write what each part of an answer rests on, in the transaction that writes the answer."""
    rows = [
        {
            "message_id": message_id,
            "ordinal": ordinal,
            "text": segment.text,
            "span_start": segment.start,
            "span_end": segment.end,
            "citations": tuple(str(number) for number in segment.citations),
            "failed": tuple(check.value for check in segment.failed),
            "cover": segment.cover,
            "similarity": segment.similarity,
        }
        for ordinal, segment in enumerate(answer.segments)
    ]
    if rows:
        connection.execute(insert(segments), rows)


def read_segments(connection: Connection, message_ids: Sequence[MessageId]) -> dict[MessageId, list[Segment]]:
    """The segments of messages, in the order of each answer; none for a message without any."""
    query = select(segments).where(segments.c.message_id.in_(message_ids))
    found: dict[MessageId, list[Segment]] = {}
    for row in connection.execute(query.order_by(segments.c.message_id, segments.c.ordinal)):
        segment = Segment(
            row.text,
            row.span_start,
            row.span_end,
            tuple(int(number) for number in row.citations),
            tuple(Check(name) for name in row.failed),
            row.cover,
            row.similarity,
        )
        found.setdefault(MessageId(row.message_id), []).append(segment)
    return found

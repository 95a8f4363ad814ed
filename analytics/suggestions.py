"""What agents made of the drafts that they were shown."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Engine, select

from analytics.facts import SuggestionFacts, Use
from core.database import reading
from core.learning import MAX_ANSWER, MAX_QUESTION, Finding, Origin
from core.masking import Mask
from core.suggestions import SuggestionState
from core.types import ConversationId, MessageId
from desk.tables import conversations, messages
from desk.verification.tables import suggestions

USES: Final = {
    SuggestionState.SHOWN: Use.SHOWN,
    SuggestionState.ACCEPTED: Use.ACCEPTED,
    SuggestionState.EDITED: Use.EDITED,
    SuggestionState.DISMISSED: Use.DISMISSED,
}

LEAST: Final = 8
"""Characters of an answer worth keeping."""


class SuggestionsRead:
    """Reads the drafts from the desk's tables."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._told: set[int] = set()
        """Edited drafts that were given out already; masking each of them again with every look would cost too much."""

    def facts(self) -> list[SuggestionFacts]:
        """Every draft that was shown, with what became of it."""
        names = ("id", "state", "shown_at", "decided_at", "shown_to")
        with reading(self._engine) as connection:
            return [
                SuggestionFacts(
                    suggestion_id=str(row.id),
                    shown_at=row.shown_at,
                    use=USES[row.state],
                    used_at=row.decided_at,
                    shown_to=row.shown_to or "",
                )
                for row in connection.execute(select(*(suggestions.c[name] for name in names)))
            ]

    def edited(self, mask: Mask) -> list[Finding]:
        """The drafts that a person changed before sending them, each once: the customer's question, and what was sent.

        A new process gives all of them again; who takes them in knows what it has.
        """
        query = (
            select(
                suggestions.c.id,
                suggestions.c.message_id,
                suggestions.c.edited,
                suggestions.c.decided_at,
                messages.c.text,
                conversations.c.id.label("conversation_id"),
                conversations.c.audience,
                conversations.c.customer_id,
            )
            .join(messages, messages.c.id == suggestions.c.message_id)
            .join(conversations, conversations.c.id == suggestions.c.conversation_id)
            .where(suggestions.c.state == SuggestionState.EDITED)
        )
        with reading(self._engine) as connection:
            rows = [row for row in connection.execute(query) if row.id not in self._told]
        self._told.update(row.id for row in rows)
        return [
            Finding(
                origin=Origin.SUGGESTION,
                key=str(row.id),
                conversation_id=ConversationId(row.conversation_id),
                message_ids=(MessageId(row.message_id),),
                customer=f"visitor {row.conversation_id}" if row.customer_id is None else f"customer {row.customer_id}",
                question=mask(row.text.strip())[:MAX_QUESTION],
                answer=mask(row.edited.strip())[:MAX_ANSWER],
                audience=row.audience,
                found_at=row.decided_at,
            )
            for row in rows
            if row.edited and len(row.edited.strip()) >= LEAST and row.decided_at is not None
        ]

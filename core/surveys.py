"""The words of surveys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from core.accounts import AccountId
    from core.actors import CustomerId
    from core.episodes import EpisodeId
    from core.ids import ConversationId, TicketId

SurveyId = NewType("SurveyId", int)


class SurveyKind(StrEnum):
    """What is asked, and on which scale."""

    CSAT = "csat"
    """How satisfied, 1 to 5; 4 and 5 count as satisfied."""
    NPS = "nps"
    """Would recommend, 0 to 10; at most once in 90 days."""

    @property
    def scale(self) -> tuple[int, int]:
        """Lowest and highest score."""
        return (1, 5) if self is SurveyKind.CSAT else (0, 10)


class Involvement(StrEnum):
    """Who took part in what is rated."""

    ASSISTANT = "assistant"
    """The assistant alone."""
    ASSISTED = "assisted"
    """The assistant first, then a person."""
    AGENT = "agent"
    """Only people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A question to a customer, whether it reached them, and what they said."""

    survey_id: SurveyId
    conversation_id: ConversationId
    episode_id: EpisodeId | None
    ticket_id: TicketId | None
    customer_id: CustomerId | None
    kind: SurveyKind
    delivered: bool
    reason: str
    """Why it couldn't be delivered."""
    involvement: Involvement
    assignee_at_resolution: AccountId | None
    """Whom the rating is about, whoever has the conversation now."""
    asked_at: datetime
    score: int | None
    comment: str
    rated_at: datetime | None

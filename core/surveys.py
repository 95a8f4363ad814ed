"""The words of surveys."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

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

"""When the assistant may speak for the company, and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

VERBATIM_CONFIDENCE: Final = 0.9
"""Least probability given to an approved answer whose question was recognised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPolicy:
    """The assistant's limits. Cosines are those of the default encoder; another one needs its own."""

    candidates: int = 10
    """Passages and Q&A pairs looked at."""
    verbatim_threshold: float = 0.955
    """Cosine from which a Q&A pair's wording counts as the same question. High on purpose: below it the
    pair's answer is still found and quoted, but then beside other evidence and with its probability."""
    negative_margin: float = 0.01
    """How much nearer the wording must be than the nearest one that must not get this answer."""
    tie_margin: float = 0.004
    """Two pairs with different answers that are this close to each other are asked back about."""
    answer_threshold: float = 0.35
    """Probability that the evidence answers, below which a person is offered instead. On the suites of
    `retrieval/confidence.json`, each left out in turn, 0.35 answers 78 % of the questions whose evidence was
    found, and 78 % of all answers rest on it; 0.5 answers 68 % with 85 %."""
    model_deadline_s: float = 20.0
    """Seconds for a language model's whole reply; then the sources are quoted."""
    evidence: int = 6
    """Passages shown to a language model."""
    evidence_characters: int = 6000
    """Length of all passages shown to it: about 4,000 tokens of Chinese, half of that in English."""
    min_support: float = 0.3
    """Share of a generated sentence's words that its cited passage must have, where both are in one language."""

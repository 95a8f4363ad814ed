"""Fits the answer threshold to the gold questions, as they score on what is published now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.errors import Conflict
from core.gold import GoldEntry
from core.risk import RiskReport

if TYPE_CHECKING:
    from api.composition import Services


def calibrate_on_gold(
    services: Services,
    entries: Sequence[GoldEntry] | None = None,
    *,
    heard: Callable[[int], None] = lambda _: None,
    pause: Callable[[float], bool] = lambda _: False,
) -> RiskReport:
    """Ask the gold set, or `entries` in its place, and store the calibration that follows.

    Answers are composed by quoting, also where a language model is configured: what is calibrated
    is the confidence in the evidence, which is the same for both, and a run then costs no money.

    Raises:
        Conflict: there is no question to ask.
        Interrupted: `pause` returned true; nothing is stored.
        ZhidaError: the search or the database failed; nothing is stored.
    """
    from agent.assistant import Assistant
    from eval.calibrating import numbered, score_gold
    from retrieval.calibration.limit import EVERYTHING

    questions = services.gold.questions(enabled=True) if entries is None else numbered(entries)
    if not questions:
        raise Conflict("There is no gold question to calibrate on. Add some, or give a file with --gold.")
    assistant = Assistant(services.retriever, services.encoder, limit=lambda: EVERYTHING)
    scored = score_gold(questions, assistant, services.kb, heard=heard, pause=pause)
    if not scored:
        raise Conflict("The expected quotes of all gold questions are gone from their documents. Edit the questions.")
    return services.risk.recalibrate(scored)

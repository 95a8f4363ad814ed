"""The calibration that comes with Zhida: made from other people's questions, so it promises less than one's own.

`python -m eval.benchmarks.fit_calibration SUITE… --write` makes it; `docs/calibration.md` says how
far each set was off when it was left out.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from retrieval.calibration.fitting import Calibration, from_text
from retrieval.calibration.limit import AnswerLimit

SHIPPED_FILE: Final = Path(__file__).with_name("shipped.json")


@lru_cache(maxsize=1)
def shipped() -> Calibration:
    """Read it."""
    return from_text(SHIPPED_FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def shipped_limit() -> AnswerLimit:
    """What holds until somebody says what is tolerated."""
    return shipped().start_limit()

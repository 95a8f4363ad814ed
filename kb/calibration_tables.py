"""Tables of the operator's tolerance for wrong answers and of the calibrations that were fitted."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Float, Integer, String, Table

from core.database import TABLE_OPTIONS, BigId, Choice, StoredText, UtcDateTime, metadata
from core.risk import RiskOf

tolerances: Final = Table(
    "tolerances",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("share", Float, nullable=False),
    Column("share_of", Choice(RiskOf), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    **TABLE_OPTIONS,
)
"""Every choice that was made; the newest one holds. Without a row the default does."""

calibrations: Final = Table(
    "calibrations",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("encoder_key", StoredText(200), nullable=False),
    # The confidence model whose scores it reads: another one's scores mean something else.
    Column("score_key", String(64), nullable=False),
    Column("questions", Integer, nullable=False),
    Column("fitted_at", UtcDateTime, nullable=False),
    Column("fitted", StoredText(), nullable=False),
    **TABLE_OPTIONS,
)
"""Calibrations, as JSON of `retrieval.calibration`. The newest one that fits the encoder and the model counts."""

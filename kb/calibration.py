"""What the operator tolerates, and the calibrations of this knowledge base, in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from sqlalchemy import Engine, insert, select

from core.clock import Clock, utc_now
from core.database import reading, writing
from core.errors import InvalidInput
from core.risk import LEAST_TOLERATED, MOST_TOLERATED, RiskOf, Tolerance
from kb.calibration_tables import calibrations, tolerances


@dataclass(frozen=True, slots=True)
class StoredCalibration:
    """A calibration as it is stored. `retrieval.calibration` writes and reads `fitted`."""

    encoder_key: str
    score_key: str
    questions: int
    fitted_at: datetime
    fitted: str


class CalibrationStore:
    """Tolerances and calibrations. Nothing is overwritten, so that it stays known what held when."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def tolerance(self) -> Tolerance:
        """The newest choice; the default where there is none."""
        query = select(tolerances).order_by(tolerances.c.id.desc()).limit(1)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return Tolerance() if row is None else Tolerance(row.share, row.share_of, row.set_at)

    def tolerate(self, share: float, of: RiskOf) -> Tolerance:
        """Set the tolerated share of wrong answers.

        Raises:
            InvalidInput: the share isn't one that can be promised.
        """
        if not (isfinite(share) and LEAST_TOLERATED <= share <= MOST_TOLERATED):
            raise InvalidInput(
                f"A tolerated share of {share!r} can't be set. Give a number from {LEAST_TOLERATED} to "
                f"{MOST_TOLERATED}: 0.05 is five in a hundred."
            )
        now = self._clock()
        with writing(self._engine) as connection:
            connection.execute(insert(tolerances).values(share=share, share_of=of, set_at=now))
        return Tolerance(share, of, now)

    def add(self, calibration: StoredCalibration) -> None:
        """Store a calibration; from now on it is the newest one."""
        with writing(self._engine) as connection:
            connection.execute(
                insert(calibrations).values(
                    encoder_key=calibration.encoder_key,
                    score_key=calibration.score_key,
                    questions=calibration.questions,
                    fitted_at=calibration.fitted_at,
                    fitted=calibration.fitted,
                )
            )

    def newest(self, *, encoder_key: str, score_key: str) -> StoredCalibration | None:
        """The newest calibration of these scores; `None` when there is none."""
        fits = (calibrations.c.encoder_key == encoder_key) & (calibrations.c.score_key == score_key)
        query = select(calibrations).where(fits).order_by(calibrations.c.id.desc()).limit(1)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return (
            None
            if row is None
            else StoredCalibration(row.encoder_key, row.score_key, row.questions, row.fitted_at, row.fitted)
        )

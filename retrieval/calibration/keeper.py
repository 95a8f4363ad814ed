"""The calibration in force: the operator's tolerance and the knowledge base's own fit, or the shipped one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Final

from core.clock import Clock, utc_now
from core.risk import CalibrationSource, Outlook, RiskOf, RiskReport, Tolerance
from kb.calibration import CalibrationStore, StoredCalibration
from retrieval.calibration.curve import Scored
from retrieval.calibration.fitting import (
    UNANSWERABLE_NEEDED,
    Calibration,
    calibrate,
    from_text,
    score_key,
    to_text,
)
from retrieval.calibration.limit import AnswerLimit
from retrieval.calibration.risk import questions_needed
from retrieval.calibration.shipped import shipped

FRESH_S: Final = 2.0
"""Seconds for which a limit is kept: another process may have changed the tolerance or calibrated anew."""

CHOICES: Final = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3)
"""Tolerated shares whose consequences a report shows."""

GOLD: Final = "gold"
"""Name of the knowledge base's own set of questions."""


@dataclass(frozen=True, slots=True)
class _InForce:
    tolerance: Tolerance
    calibration: Calibration
    source: CalibrationSource
    own: Calibration | None
    """The newest one of this knowledge base, in force or not."""

    def limit(self) -> AnswerLimit:
        if self.source is CalibrationSource.START:
            return self.calibration.start_limit()
        return self.calibration.limit(self.tolerance.share, self.tolerance.of)

    def outlook(self) -> Outlook:
        if self.source is CalibrationSource.START:
            return self.calibration.start(self.tolerance)
        return self.calibration.outlook(self.tolerance.share, self.tolerance.of)


class RiskKeeper:
    """Knows from which confidence on the assistant may answer. Safe from several threads.

    Args:
        store: tolerances and calibrations.
        encoder_key: asked when it is first needed; a calibration of another encoder doesn't count.
    """

    def __init__(self, store: CalibrationStore, encoder_key: Callable[[], str], *, clock: Clock = utc_now) -> None:
        self._store = store
        self._encoder_key = encoder_key
        self._clock = clock
        self._lock = Lock()
        self._kept: tuple[float, AnswerLimit] | None = None

    def limit(self) -> AnswerLimit:
        """What the assistant goes by now. Costs two small queries every two seconds at most."""
        with self._lock:
            if self._kept is None or monotonic() - self._kept[0] > FRESH_S:
                self._kept = (monotonic(), self._in_force().limit())
            return self._kept[1]

    def report(self) -> RiskReport:
        """The tolerance, the threshold that follows, and what both mean."""
        found = self._in_force()
        tolerance, calibration = found.tolerance, found.calibration
        outlook = found.outlook()
        threshold = outlook.threshold
        return RiskReport(
            tolerance=tolerance,
            outlook=outlook,
            probability=None if threshold is None else calibration.probabilities.probability(threshold),
            source=found.source,
            questions=calibration.curve.questions,
            right=calibration.curve.right,
            own_questions=found.own.curve.questions if found.own else 0,
            questions_needed=questions_needed(tolerance.share),
            unanswerable_needed=UNANSWERABLE_NEEDED,
            fitted_at=calibration.fitted_at,
            version=calibration.zhida_version,
            encoder_key=calibration.encoder_key,
            reliability=calibration.reliability,
            choices=tuple(
                calibration.outlook(share, of) for of in RiskOf for share in sorted({*CHOICES, tolerance.share})
            ),
        )

    def tolerate(self, share: float, of: RiskOf) -> RiskReport:
        """Set what is tolerated. It holds from the next message on; in other processes within two seconds.

        Raises:
            InvalidInput: the share isn't one that can be promised.
        """
        self._store.tolerate(share, of)
        return self._anew()

    def recalibrate(self, scored: Sequence[Scored]) -> RiskReport:
        """Fit anew on the gold questions, as they score on what is published now, and store it.

        `scored` has one entry for each question: the raw score (ask an assistant whose limit is
        `EVERYTHING`), and whether that answer is right. It is stored however few there are, and
        takes effect once they suffice for the tolerated share; until then the shipped calibration
        holds, which the report says.

        Raises:
            InvalidInput: there is no question, or a score isn't a number from 0 to 1.
        """
        fitted = calibrate({GOLD: scored}, encoder_key=self._encoder_key(), now=self._clock())
        self._store.add(
            StoredCalibration(
                fitted.encoder_key, fitted.score_key, fitted.curve.questions, fitted.fitted_at, to_text(fitted)
            )
        )
        return self._anew()

    def _anew(self) -> RiskReport:
        with self._lock:
            self._kept = None
        return self.report()

    def _in_force(self) -> _InForce:
        tolerance = self._store.tolerance()
        stored = self._store.newest(encoder_key=self._encoder_key(), score_key=score_key())
        own = from_text(stored.fitted) if stored else None
        if own is not None and own.suffices(tolerance.share):
            return _InForce(tolerance, own, CalibrationSource.OWN, own)
        said = tolerance.updated_at is not None
        return _InForce(tolerance, shipped(), CalibrationSource.SHIPPED if said else CalibrationSource.START, own)

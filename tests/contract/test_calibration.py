"""Tolerances and calibrations in SQL, on every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from core.errors import InvalidInput
from core.risk import DEFAULT_TOLERATED, RiskOf
from kb.calibration import CalibrationStore, StoredCalibration

NOW = datetime(2026, 11, 23, 8, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def store(database: Engine) -> CalibrationStore:
    return CalibrationStore(database, clock=lambda: NOW)


def calibration(fitted: str, *, encoder: str = "e5", score: str = "s1", days: int = 0) -> StoredCalibration:
    return StoredCalibration(encoder, score, 127, NOW + timedelta(days=days), fitted)


class TestTolerance:
    def test_is_the_default_until_somebody_sets_it(self, store: CalibrationStore) -> None:
        """Five in a hundred questions, and no date."""
        found = store.tolerance()

        assert (found.share, found.of, found.updated_at) == (DEFAULT_TOLERATED, RiskOf.QUESTIONS, None)

    def test_the_newest_choice_holds(self, store: CalibrationStore) -> None:
        """As it was given, with the time of the choice."""
        store.tolerate(0.2, RiskOf.QUESTIONS)
        store.tolerate(0.03, RiskOf.ANSWERS)

        found = store.tolerance()

        assert found.share == pytest.approx(0.03)
        assert (found.of, found.updated_at) == (RiskOf.ANSWERS, NOW)

    @pytest.mark.parametrize("share", [0.0, -0.1, 0.6, float("nan"), float("inf")])
    def test_a_share_that_can_t_be_promised_changes_nothing(self, store: CalibrationStore, share: float) -> None:
        """The message says what can."""
        store.tolerate(0.1, RiskOf.QUESTIONS)

        with pytest.raises(InvalidInput, match="five in a hundred"):
            store.tolerate(share, RiskOf.QUESTIONS)

        assert store.tolerance().share == pytest.approx(0.1)


class TestCalibrations:
    def test_come_back_as_they_were_stored(self, store: CalibrationStore) -> None:
        """Also long ones: a curve takes some kilobytes."""
        kept = calibration("{" + "准" * 70_000 + "}")

        store.add(kept)

        assert store.newest(encoder_key="e5", score_key="s1") == kept

    def test_the_newest_that_fits_counts(self, store: CalibrationStore) -> None:
        """One of another encoder or another confidence model is newer, but its scores mean something else."""
        store.add(calibration("old", days=5))
        store.add(calibration("new"))
        store.add(calibration("other encoder", encoder="bge", days=9))
        store.add(calibration("other scores", score="s2", days=9))

        found = store.newest(encoder_key="e5", score_key="s1")

        assert found is not None
        assert found.fitted == "new"

    def test_there_is_none_at_first(self, store: CalibrationStore) -> None:
        """Then the shipped calibration holds."""
        assert store.newest(encoder_key="e5", score_key="s1") is None

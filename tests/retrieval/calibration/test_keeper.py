"""Which calibration is in force, and what follows from a change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from math import inf
from pathlib import Path

import pytest

from core.database import open_engine
from core.errors import InvalidInput, StorageError
from core.migrations import migrate
from core.risk import CalibrationSource, RiskOf
from kb.calibration import CalibrationStore, StoredCalibration
from retrieval.calibration.curve import Scored
from retrieval.calibration.fitting import START_THRESHOLD, calibrate, from_text, score_key, to_text
from retrieval.calibration.keeper import RiskKeeper
from retrieval.calibration.limit import EVERYTHING, SILENT, AnswerLimit
from retrieval.calibration.shipped import SHIPPED_FILE, shipped

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CalibrationStore]:
    engine = open_engine(f"sqlite:///{tmp_path / 'zhida.db'}")
    migrate(engine)
    yield CalibrationStore(engine, clock=lambda: NOW)
    engine.dispose()


@pytest.fixture
def keeper(store: CalibrationStore) -> RiskKeeper:
    return RiskKeeper(store, lambda: "e5", clock=lambda: NOW)


def gold(right: int, wrong: int) -> list[Scored]:
    """Questions whose answers are right with sure scores, and ones with none that get low scores."""
    return [Scored(0.6 + 0.39 * at / max(1, right), True) for at in range(right)] + [
        Scored(0.5 * at / max(1, wrong), False) for at in range(wrong)
    ]


class TestInForce:
    def test_a_start_value_holds_at_first(self, keeper: RiskKeeper) -> None:
        """The report says so, and how many gold questions are missing."""
        report = keeper.report()

        assert report.source is CalibrationSource.START
        assert (report.own_questions, report.questions_needed) == (0, 79)
        assert keeper.limit().threshold == report.outlook.threshold == START_THRESHOLD

    def test_the_shipped_calibration_holds_once_the_operator_says_what_is_tolerated(self, keeper: RiskKeeper) -> None:
        """Also if it is what stood there before: now it was said."""
        report = keeper.tolerate(0.05, RiskOf.QUESTIONS)

        assert report.source is CalibrationSource.SHIPPED
        assert report.outlook.wrong_of_questions <= 0.05
        assert keeper.limit().threshold == report.outlook.threshold
        assert keeper.limit().threshold > START_THRESHOLD

    def test_enough_gold_questions_take_over_at_once(self, keeper: RiskKeeper) -> None:
        """Eighty of them at five in a hundred, and the threshold is theirs."""
        before = keeper.limit()

        report = keeper.recalibrate(gold(60, 25))

        assert report.source is CalibrationSource.OWN
        assert (report.questions, report.right) == (85, 60)
        assert keeper.limit() != before
        assert keeper.limit().threshold == report.outlook.threshold

    @pytest.mark.parametrize(("right", "wrong"), [(50, 28), (200, 19), (0, 5)])
    def test_too_few_of_either_kind_are_stored_but_don_t_count_yet(
        self, keeper: RiskKeeper, right: int, wrong: int
    ) -> None:
        """78 in all, or 19 that can't be answered: what held before goes on."""
        report = keeper.recalibrate(gold(right, wrong))

        assert report.source is CalibrationSource.START
        assert report.own_questions == right + wrong

    def test_a_stricter_tolerance_needs_more_questions(self, keeper: RiskKeeper) -> None:
        """What suffices for five in a hundred says nothing about one in a hundred."""
        keeper.recalibrate(gold(60, 25))

        report = keeper.tolerate(0.01, RiskOf.QUESTIONS)

        assert (report.source, report.questions_needed) == (CalibrationSource.SHIPPED, 399)

    def test_the_newest_calibration_replaces_the_one_before(self, keeper: RiskKeeper) -> None:
        """The knowledge base has changed, and so have the scores."""
        keeper.recalibrate(gold(60, 25))

        report = keeper.recalibrate(gold(60, 25) + [Scored(0.97, False)] * 10)

        assert report.questions == 95
        assert report.outlook.threshold is not None
        assert report.outlook.threshold > 0.97

    def test_one_of_another_encoder_doesn_t_count(self, store: CalibrationStore) -> None:
        """After a change of the encoder, until the gold set has been run again."""
        RiskKeeper(store, lambda: "bge").recalibrate(gold(60, 25))

        assert RiskKeeper(store, lambda: "e5").report().source is CalibrationSource.START

    def test_nothing_to_calibrate_on_is_refused(self, keeper: RiskKeeper) -> None:
        """The message says what to do."""
        with pytest.raises(InvalidInput, match="Add questions"):
            keeper.recalibrate([])


class TestTolerate:
    def test_tolerating_more_answers_more(self, keeper: RiskKeeper) -> None:
        """From the next message on."""
        strict = keeper.tolerate(0.02, RiskOf.QUESTIONS)
        loose = keeper.tolerate(0.3, RiskOf.QUESTIONS)

        assert loose.outlook.answered > strict.outlook.answered
        assert keeper.limit().threshold == loose.outlook.threshold

    def test_another_process_s_change_is_seen(self, store: CalibrationStore, keeper: RiskKeeper) -> None:
        """At the latest after two seconds; the report looks at once."""
        RiskKeeper(store, lambda: "e5").tolerate(0.3, RiskOf.QUESTIONS)

        assert keeper.report().tolerance.share == 0.3

    def test_what_can_t_be_promised_answers_nothing_from_passages(self, keeper: RiskKeeper) -> None:
        """A hundred gold questions that are all wrong."""
        report = keeper.recalibrate([Scored(1.0, False)] * 100)

        assert report.outlook.threshold is None
        assert report.probability is None
        assert keeper.limit().threshold == inf
        assert not keeper.limit().allows(1.0)


class TestReport:
    def test_shows_what_other_choices_would_mean(self, keeper: RiskKeeper) -> None:
        """For both meanings, from the least to the most, the one in force among them."""
        report = keeper.tolerate(0.07, RiskOf.QUESTIONS)

        for of in RiskOf:
            shares = [choice.tolerated for choice in report.choices if choice.of is of]
            answered = [choice.answered for choice in report.choices if choice.of is of]
            assert shares == sorted(shares)
            assert answered == sorted(answered)
        assert report.outlook in report.choices

    def test_the_reliability_curve_covers_every_question(self, keeper: RiskKeeper) -> None:
        """In bins of rising probability."""
        bins = keeper.recalibrate(gold(60, 25)).reliability

        assert sum(each.questions for each in bins) == 85
        assert [each.mean_probability for each in bins] == sorted(each.mean_probability for each in bins)


class TestStored:
    def test_a_calibration_is_read_as_it_was_written(self) -> None:
        """Its text, since coefficients are rounded on the way."""
        text = to_text(calibrate({"a": gold(30, 20), "b": gold(5, 9)}, encoder_key="e5", now=NOW))

        assert to_text(from_text(text)) == text

    @pytest.mark.parametrize("text", ["", "{}", "[]", '{"answered": [1]}'])
    def test_anything_else_is_refused(self, text: str) -> None:
        """A row that was edited by hand doesn't silently decide what customers are told."""
        with pytest.raises(StorageError, match="zhida eval calibrate"):
            from_text(text)

    def test_a_curve_that_rises_is_refused(self, store: CalibrationStore, keeper: RiskKeeper) -> None:
        """Also when it comes out of the database."""
        good = calibrate({"a": gold(60, 25)}, encoder_key="e5", now=NOW)
        bad = replace(good, curve=replace(good.curve, wrong=tuple(reversed(good.curve.wrong))))
        store.add(StoredCalibration("e5", score_key(), 85, NOW, to_text(bad)))

        with pytest.raises(StorageError, match="can't be read"):
            keeper.report()


class TestShipped:
    def test_was_fitted_on_the_scores_of_the_current_confidence_model(self) -> None:
        """Else: python -m eval.benchmarks.fit_calibration SUITE… --write."""
        assert shipped().score_key == score_key()

    def test_is_written_as_the_script_writes_it(self) -> None:
        """Nobody has edited it by hand."""
        assert to_text(shipped()) == SHIPPED_FILE.read_text(encoding="utf-8")


class TestLimit:
    def test_no_evidence_is_no_answer_to_a_customer_at_any_tolerance(self) -> None:
        """The probability of nothing is nothing, whatever the map says of small scores."""
        assert AnswerLimit(0.2, shipped().probabilities).probability(0.0) == 0.0

    def test_for_measuring_there_is_one_that_allows_all_and_one_that_allows_nothing(self) -> None:
        """Neither bends the scores."""
        assert (EVERYTHING.allows(0.0), SILENT.allows(1.0)) == (True, False)
        assert EVERYTHING.probability(0.37) == SILENT.probability(0.37) == pytest.approx(0.37)

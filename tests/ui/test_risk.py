"""The panel on wrong answers: what it shows, and what its buttons do."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest

from api.client import Client
from core.errors import Conflict, InvalidInput, Unauthorized, ZhidaError
from core.risk import CalibrationSource, Outlook, ReliabilityBin, RiskOf, RiskReport, Tolerance
from core.settings import Secret
from core.types import Language
from ui import risk
from ui.render_risk import risk_panel
from ui.view import ManagerView

VIEW = ManagerView(Language.EN, key=Secret("key"))


def outlook(share: float, of: RiskOf = RiskOf.QUESTIONS, *, threshold: float | None = 0.6) -> Outlook:
    return Outlook(share, of, threshold, 0.624, 0.81, 0.045, 0.072)


REPORT = RiskReport(
    tolerance=Tolerance(),
    outlook=outlook(0.05),
    probability=0.7,
    source=CalibrationSource.SHIPPED,
    questions=1234,
    right=600,
    own_questions=12,
    questions_needed=79,
    unanswerable_needed=20,
    fitted_at=datetime(2026, 11, 23, tzinfo=UTC),
    version="0.1.0",
    encoder_key="e5",
    reliability=(ReliabilityBin(400, 0.12, 0.1), ReliabilityBin(100, 0.55, 0.5), ReliabilityBin(25, 0.93, 0.9)),
    choices=tuple(outlook(share, of) for of in RiskOf for share in (0.02, 0.05, 0.1)),
)


class FakeRisk:
    """The three calls. Remembers what was set."""

    def __init__(self, failure: ZhidaError | None = None) -> None:
        self.report = REPORT
        self.failure = failure

    def risk(self) -> RiskReport:
        if isinstance(self.failure, Unauthorized):
            raise self.failure
        return self.report

    def tolerate(self, share: float, of: RiskOf = RiskOf.QUESTIONS) -> RiskReport:
        if share < 0:
            raise InvalidInput("A tolerated share of -1.0 can't be set.")
        self.report = replace(REPORT, tolerance=Tolerance(share, of))
        return self.report

    def recalibrate(self) -> RiskReport:
        if self.failure is not None:
            raise self.failure
        return replace(REPORT, own_questions=90)


def client(fake: FakeRisk) -> Client:
    return cast("Client", fake)


class TestPanel:
    @pytest.mark.parametrize("language", Language)
    def test_shows_one_outlook_and_holds_the_others_ready(self, language: Language) -> None:
        """The slider needs no server to show what another choice would mean."""
        html = risk_panel(REPORT, language)

        shown = re.findall(r'<div class="zd-risk-outlook"[^>]*>', html)
        assert len(shown) == 6
        assert [tag for tag in shown if " hidden" not in tag] == [
            '<div class="zd-risk-outlook" data-at="1" data-of="questions" data-share="0.05">'
        ]

    def test_the_slider_stands_on_what_is_set(self) -> None:
        """At the second of three shares."""
        assert 'min="0" max="2" step="1" value="1"' in risk_panel(REPORT, Language.EN)

    def test_says_what_is_answered_wrong_and_handed_over(self) -> None:
        """Three parts of the whole."""
        html = risk_panel(REPORT, Language.EN)

        assert "58 % answered rightly" in html
        assert "4.5 % answered wrongly" in html
        assert "38 % handed over" in html

    def test_says_when_no_threshold_can_promise_it(self) -> None:
        """Rather than a bar that looks like a failure."""
        report = replace(REPORT, choices=tuple(replace(each, threshold=None) for each in REPORT.choices))

        assert "no threshold can promise that" in risk_panel(report, Language.EN)

    def test_says_how_many_gold_questions_are_missing(self) -> None:
        """While the shipped calibration holds; with an own one, when it was made."""
        own = replace(REPORT, source=CalibrationSource.OWN)

        assert "With 79 gold questions, at least 20" in risk_panel(REPORT, Language.EN)
        assert "2026-11-23" in risk_panel(own, Language.EN)
        assert "With 79" not in risk_panel(own, Language.EN)

    def test_draws_a_dot_for_each_bin_with_its_numbers_in_words(self) -> None:
        """Larger for more questions, and inside the square."""
        html = risk_panel(REPORT, Language.EN)

        radii = [float(found) for found in re.findall(r'<circle [^>]* r="([\d.]+)"', html)]
        assert len(radii) == 3
        assert radii[0] > radii[1] > radii[2] > 0
        assert "400 questions: confidence 12 %, right 10 %" in html

    def test_no_questions_draw_no_dots(self) -> None:
        """The diagonal stands alone."""
        assert "<circle" not in risk_panel(replace(REPORT, reliability=()), Language.EN)


class TestActs:
    def test_saving_sets_what_the_slider_stands_on(self) -> None:
        """And says so."""
        fake = FakeRisk()

        html = risk.tolerated(VIEW, "0.1", "answers", client(fake))

        assert fake.report.tolerance == Tolerance(0.1, RiskOf.ANSWERS)
        assert "Saved" in html

    @pytest.mark.parametrize("share", ["", "much", "-1"])
    def test_what_isn_t_a_share_is_answered_with_the_server_s_sentence(self, share: str) -> None:
        """The browser may send anything."""
        fake = FakeRisk()

        html = risk.tolerated(VIEW, share, "questions", client(fake))

        assert escape_free(html, "can't be set")
        assert fake.report.tolerance == Tolerance()

    def test_fitting_anew_says_on_how_many(self) -> None:
        """Ninety of them."""
        assert "90 gold questions" in risk.recalibrated(VIEW, client(FakeRisk()))

    def test_a_failure_leaves_the_panel_in_place(self) -> None:
        """With the reason above it."""
        html = risk.recalibrated(VIEW, client(FakeRisk(Conflict("There is no gold question to calibrate on."))))

        assert "There is no gold question" in html
        assert "zd-risk-form" in html

    def test_without_a_key_there_is_a_note_and_no_panel(self) -> None:
        """The server has started anew, for example."""
        html = risk.panel(VIEW, client(FakeRisk(Unauthorized("no"))))

        assert "zd-risk-form" not in html


def escape_free(html: str, text: str) -> bool:
    """Whether the text is there, in whichever way the apostrophe is written."""
    return text in html.replace("&#x27;", "'")

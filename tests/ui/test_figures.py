"""The figures page: every number with its definition, its cohort and its cases, and nothing where there are too few."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from analytics.facts import Category, Facts, Handed
from analytics.report import report
from core.figures import FiguresReport
from core.types import HandoverCode, Language
from tests.analytics.samples import MARCH, answered, asked, at, episode, over, ticket, wrote
from ui.render_figures import figures_header, figures_page
from ui.render_plots import duration


def told(count: int) -> FiguresReport:
    """A desk where every second customer was handed over, one of them still waits."""
    alone = [episode(n, asked(n), answered(n + 1), ended=over(n + 2)) for n in range(count)]
    handed = (Handed(at(5), HandoverCode.MISSING_KNOWLEDGE),)
    helped = [episode(1000 + n, asked(0), answered(1), wrote(65), handed=handed) for n in range(count)]
    waits = episode(5000, asked(0), handed=handed)
    tickets = tuple(ticket(n, (0, Category.ACTIVE)) for n in range(count))
    return report(Facts(now=at(60 * 24 * 20), episodes=(*alone, *helped, waits), tickets=tickets), MARCH)


class TestAPage:
    @pytest.mark.parametrize("language", Language)
    def test_has_every_figure_with_its_words_and_its_number_of_cases(self, language: Language) -> None:
        """In both languages."""
        shown = figures_page(told(30), language, days=30)
        at_ = 0 if language is Language.ZH else 1

        for group in told(30).groups:
            for tile in group.tiles:
                assert tile.title[at_] in shown
                assert f'data-figure="{tile.figure.name}"' in shown
        assert ("样本 61" if language is Language.ZH else "n = 61") in shown

    def test_shows_shares_with_their_interval_and_times_with_median_p90_and_mean(self) -> None:
        """A mean over open cases is only a lower end, and says so."""
        shown = figures_page(told(30), Language.EN, days=30)

        assert "95 % interval" in shown
        assert "median" in shown
        assert "mean at least" in shown

    def test_hides_what_stands_on_too_few_cases(self) -> None:
        """Two customers aren't a rate."""
        shown = figures_page(told(1), Language.EN, days=30)

        assert "Fewer than 20 cases" in shown
        assert "100.0%" not in shown

    def test_of_an_empty_desk_says_that_there_is_nothing_yet(self) -> None:
        """Rather than a row of zeros."""
        nothing = report(Facts(now=datetime(2026, 3, 9, tzinfo=UTC)), MARCH)

        assert "还没有数据" in figures_page(nothing, Language.ZH, days=30)

    def test_plots_say_their_numbers(self) -> None:
        """Neither a colour nor a length carries one alone."""
        shown = figures_page(told(30), Language.EN, days=30)

        assert "Missing knowledge" in shown
        assert "<title>2026-03-02: confirmed 30, assumed 0" in shown
        assert "No person has replied yet: 31" in shown

    def test_the_header_names_who_has_signed_in(self) -> None:
        """Escaped, as every name is."""
        shown = figures_header(Language.EN, signed_in=True, account="<b>Lin</b>")

        assert "&lt;b&gt;Lin" in shown
        assert "<b>Lin" not in shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0 s"), (59, "59 s"), (90, "1.5 min"), (600, "10 min"), (5400, "1.5 h"), (86_400, "24 h"), (259_200, "3 d")],
)
def test_times_are_told_in_their_natural_unit(seconds: float, shown: str) -> None:
    """Nothing is rounded to whole hours or days."""
    assert duration(seconds, Language.EN) == shown

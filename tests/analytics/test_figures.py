"""What each figure counts: the definitions, one situation at a time, and what holds for any desk."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.facts import By, Category, Deadline, Ending, Facts, Handed, SurveyFacts, SurveyKind, Vote
from analytics.figures.cases import Case, Measure, figure, summed_up
from analytics.figures.catalogue import BY_CODE, MEASURES, cases_of, figures, named
from analytics.figures.definitions import CODES, DEFINITIONS, definition_of
from analytics.figures.statistics import Sample, mean_interval, share_interval, spread
from core.errors import NotFound
from core.figures import MIN_CASES, Cohort, FigureKind
from core.types import HandoverCode, Language
from tests.analytics.samples import MARCH, answered, asked, at, desks, episode, over, thanks, ticket, wrote

DAYS = 60 * 24
LATER = at(20 * DAYS)


def value(name: str, *episodes: object, **more: object) -> list[float]:
    """What a measure finds, case by case."""
    facts = Facts(now=LATER, episodes=episodes, **more)  # type: ignore[arg-type]
    return [case.value for case in cases_of(name, facts, MARCH)]


class TestTheAssistantsShares:
    def test_a_customer_who_confirms_is_resolved_confirmed_and_contained(self) -> None:
        """Silence adds nothing to it."""
        each = episode(1, asked(0), answered(1), ended=over(2))

        assert value("containment", each) == [1]
        assert value("autonomous_resolution", each) == [1]
        assert value("confirmed_resolution", each) == [1]
        assert value("assumed_resolution", each) == [0]

    def test_silence_is_assumed_and_never_confirmed(self) -> None:
        """Published apart."""
        each = episode(1, asked(0), answered(1), ended=over(DAYS, "assumed_no_reply"))

        assert value("assumed_resolution", each) == [1]
        assert value("confirmed_resolution", each) == [0]

    def test_silence_after_a_bad_vote_isnt_even_assumed(self) -> None:
        """The customer did say something."""
        each = episode(1, asked(0), answered(1), votes=(Vote(at(2), False),), ended=over(DAYS, "assumed_no_reply"))

        assert value("assumed_resolution", each) == [0]

    def test_who_leaves_is_contained_and_not_resolved(self) -> None:
        """Containment isn't resolution."""
        each = episode(1, asked(0), answered(1), ended=over(30, "", Ending.ABANDONED))

        assert value("containment", each) == [1]
        assert value("abandonment", each) == [1]
        assert value("autonomous_resolution", each) == [0]

    def test_a_persons_message_ends_containment(self) -> None:
        """Whatever came before it."""
        each = episode(1, asked(0), answered(1), wrote(5), ended=over(6, "agent_solved"))

        assert value("containment", each) == [0]
        assert value("autonomous_resolution", each) == [0]

    def test_a_hand_over_for_a_spent_budget_involves_nobody(self) -> None:
        """It is no failure of the assistant, so it is in no denominator."""
        limited = episode(1, asked(0), handed=(Handed(at(1), HandoverCode.USAGE_LIMIT),))
        missing = episode(2, asked(0), handed=(Handed(at(1), HandoverCode.MISSING_KNOWLEDGE),))

        assert value("assistant_involved", limited, missing) == [0, 1]
        assert value("handover", limited, missing) == [1]
        assert value("handover.missing_knowledge", limited, missing) == [1]

    def test_durable_asks_only_about_those_whose_week_is_over(self) -> None:
        """Yesterday's success isn't one yet, and a return within the week undoes last week's."""
        stayed = episode(1, asked(0), answered(1), ended=over(2))
        returned = episode(2, asked(0), answered(1), ended=over(2), again_at=at(3 * DAYS))
        much_later = episode(3, asked(0), answered(1), ended=over(2), again_at=at(9 * DAYS))
        fresh = episode(4, asked(19 * DAYS), answered(19 * DAYS + 1), ended=over(19 * DAYS + 2))

        assert value("durable_resolution", stayed, returned, much_later, fresh) == [1, 0, 1]

    def test_deflection_is_confirmed_or_only_potential(self) -> None:
        """A ticket within a day undoes both."""
        said_so = episode(1, asked(0), answered(1), ended=over(2))
        silent = episode(2, asked(0), answered(1))
        ticketed = episode(3, asked(0), answered(1), votes=(Vote(at(2), True),))
        tickets = (ticket(3, (60, Category.ACTIVE)),)

        assert value("deflection", said_so, silent, ticketed, tickets=tickets) == [1, 0, 0]
        assert value("potential_deflection", said_so, silent, ticketed, tickets=tickets) == [1, 1, 0]


class TestWaiting:
    def test_first_response_counts_from_the_hand_over_and_ignores_the_assistant(self) -> None:
        """The assistant's quick answer can't hide a slow person."""
        each = episode(1, asked(0), answered(1), wrote(31), handed=(Handed(at(11), HandoverCode.CUSTOMER_REQUEST),))

        assert value("first_response_agent", each) == [20 * 60]
        assert value("first_response_any", each) == [60]

    def test_who_still_waits_counts_with_the_time_so_far(self) -> None:
        """Leaving the unanswered out would praise a team for what it hasn't touched."""
        facts = Facts(
            now=at(100),
            episodes=(episode(1, asked(0), handed=(Handed(at(10), HandoverCode.CUSTOMER_REQUEST),)),),
        )

        assert cases_of("first_response_agent", facts, MARCH) == [Case("episode 1", 90 * 60, open=True)]

    def test_next_response_counts_each_turn_from_its_first_message(self) -> None:
        """Two messages in a row are one wait; thanks start none."""
        each = episode(1, wrote(0), asked(10), asked(12), wrote(20), thanks(21), asked(30), wrote(35), ended=over(40))

        assert value("next_response", each) == [10 * 60, 5 * 60]

    def test_resolution_times_tell_first_from_last_and_ours_from_the_customers(self) -> None:
        """Reopened means not solved, and waiting for the customer isn't our time."""
        solved = ticket(
            1,
            (0, Category.ACTIVE),
            (10, Category.CUSTOMER),
            (40, Category.ACTIVE),
            (50, Category.DONE),
            (60, Category.ACTIVE, By.CUSTOMER),
            (80, Category.DONE),
        )

        assert value("first_resolution", tickets=(solved,)) == [50 * 60]
        assert value("full_resolution", tickets=(solved,)) == [80 * 60]
        assert value("agent_resolution", tickets=(solved,)) == [50 * 60]
        assert value("agent_wait", tickets=(solved,)) == [30 * 60]
        assert value("requester_wait", tickets=(solved,)) == [40 * 60]


class TestPromises:
    def test_open_past_its_deadline_is_missed_and_ahead_of_it_isnt_counted(self) -> None:
        """Averaging over what was met would leave out the worst."""
        due, future = at(60), at(25 * DAYS)
        deadlines = (
            Deadline(clock="first", due_at=due, met_at=at(30)),
            Deadline(clock="first", due_at=due, met_at=at(90)),
            Deadline(clock="first", due_at=due),
            Deadline(clock="first", due_at=due, paused=True),
            Deadline(clock="first", due_at=future, met_at=at(5)),
        )

        assert value("sla_attainment", tickets=(ticket(1, (0, Category.ACTIVE), deadlines=deadlines),)) == [1, 0, 0]

    def test_reopened_by_the_customer_within_a_week(self) -> None:
        """An agent who looks again, or a customer after ten days, isn't meant."""
        by_customer = ticket(1, (0, Category.ACTIVE), (10, Category.DONE), (20, Category.ACTIVE, By.CUSTOMER))
        by_agent = ticket(2, (0, Category.ACTIVE), (10, Category.DONE), (20, Category.ACTIVE, By.AGENT))
        late = ticket(3, (0, Category.ACTIVE), (10, Category.DONE), (9 * DAYS, Category.ACTIVE, By.CUSTOMER))

        assert value("reopened", tickets=(by_customer, by_agent, late)) == [1, 0, 0]

    def test_backlog_is_what_waits_for_us_with_its_age(self) -> None:
        """What waits for the customer isn't in it."""
        waiting = ticket(1, (19 * DAYS, Category.ACTIVE))
        asked_back = ticket(2, (19 * DAYS, Category.ACTIVE), (19.5 * DAYS, Category.CUSTOMER))
        told = figure(named("backlog"), Facts(now=LATER, tickets=(waiting, asked_back)), MARCH)

        assert (told.value, told.median) == (1, 86400)


class TestRatings:
    def test_csat_counts_fours_and_fives_by_day_of_rating_and_by_who_helped(self) -> None:
        """A survey that wasn't answered is in the response rate alone."""
        alone = episode(1, asked(0), answered(1))
        helped = episode(2, asked(0), answered(1), wrote(9))

        def survey(number: int, about: str, score: int | None) -> SurveyFacts:
            rated = None if score is None else at(50)
            return SurveyFacts(
                survey_id=str(number),
                kind=SurveyKind.CSAT,
                customer="c",
                episode_id=about,
                delivered_at=at(40),
                rated_at=rated,
                score=score,
            )

        surveys = (survey(1, "1", 5), survey(2, "2", 3), survey(3, "2", None))

        assert value("csat", alone, helped, surveys=surveys) == [1, 0]
        assert value("csat_assistant", alone, helped, surveys=surveys) == [1]
        assert value("csat_assisted", alone, helped, surveys=surveys) == [0]
        assert value("csat_response", alone, helped, surveys=surveys) == [1, 1, 0]

    def test_nps_is_promoters_less_detractors(self) -> None:
        """9 and 10 promote, 6 and less detract, 7 and 8 only count."""
        surveys = tuple(
            SurveyFacts(
                survey_id=str(n),
                kind=SurveyKind.NPS,
                customer="c",
                episode_id=None,
                delivered_at=at(0),
                rated_at=at(1),
                score=score,
            )
            for n, score in enumerate([10, 9, 8, 7, 6, 0] * 5)
        )
        told = figure(named("nps"), Facts(now=LATER, surveys=surveys), MARCH)

        assert told.value == pytest.approx(0.0)
        assert told.low is not None
        assert told.low < 0 < (told.high or 0)


class TestAnyDesk:
    @settings(max_examples=25, deadline=None)
    @given(facts=desks)
    def test_shares_stay_between_nothing_and_all_and_never_cross(self, facts: Facts) -> None:
        """Containment is at least what was resolved autonomously, which is at least each kind of it."""

        def hits(name: str) -> float:
            return sum(case.value for case in cases_of(name, facts, MARCH))

        for measure in [*MEASURES.values(), *BY_CODE.values()]:
            cases = measure.cases(facts, MARCH)
            told = summed_up(measure, cases)
            if measure.kind is FigureKind.SHARE:
                assert {case.value for case in cases} <= {0.0, 1.0}
            if measure.kind in {FigureKind.DURATION, FigureKind.COUNT}:
                assert all(case.value >= 0 for case in cases)
            if told.value is not None and measure.kind is FigureKind.SHARE:
                assert 0 <= (told.low or 0) <= told.value <= (told.high or 0) <= 1
        kinds = hits("confirmed_resolution"), hits("assumed_resolution"), hits("verified_resolution")
        assert hits("containment") >= hits("autonomous_resolution") >= max(kinds)
        assert hits("confirmed_resolution") + hits("assumed_resolution") <= hits("autonomous_resolution")
        assert hits("potential_deflection") >= hits("deflection")
        assert hits("suggestion_acceptance") >= hits("suggestion_as_is")

    @settings(max_examples=12, deadline=None)
    @given(facts=desks)
    def test_one_set_is_the_denominator_of_the_assistants_shares(self, facts: Facts) -> None:
        """Two shares with different denominators can't be compared."""
        shared = ["containment", "autonomous_resolution", "confirmed_resolution", "assumed_resolution", "abandonment"]
        among = [[case.case_id for case in cases_of(name, facts, MARCH)] for name in [*shared, "handover"]]

        assert all(each == among[0] for each in among)

    @given(count=st.integers(0, 40))
    def test_few_cases_show_their_number_and_nothing_else(self, count: int) -> None:
        """A share of three customers says more about chance than about the service."""
        measure = Measure("containment", FigureKind.SHARE, Cohort.STARTED, lambda *_: [])
        told = summed_up(measure, [Case(str(n), 1.0) for n in range(count)])

        assert told.n == count
        assert (told.value is None) == told.hidden == (count < MIN_CASES)


class TestStatistics:
    def test_a_percentile_that_lies_among_the_open_cases_isnt_known(self) -> None:
        """Half are over within two seconds; nobody knows when the slowest tenth will be."""
        told = spread([Sample(1), Sample(2), Sample(9, open=True), Sample(9, open=True)])

        assert (told.n, told.open, told.median, told.p90) == (4, 2, 2, None)

    @given(times=st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
    def test_without_open_cases_it_is_the_plain_mean_and_the_usual_percentile(self, times: list[float]) -> None:
        """The least time by which that share is over."""
        told, ordered = spread([Sample(each) for each in times]), sorted(times)

        assert told.mean == pytest.approx(sum(times) / len(times), rel=1e-6, abs=1e-6)
        assert told.median == ordered[(len(times) + 1) // 2 - 1]
        assert told.p90 == ordered[-(len(times) // 10) - 1]

    @given(times=st.lists(st.floats(0, 1e6), min_size=1, max_size=50), waiting=st.integers(1, 20))
    def test_open_cases_never_make_a_team_look_faster(self, times: list[float], waiting: int) -> None:
        """Work that lies about longer than any other moves the median up, or out of sight."""
        without = spread([Sample(each) for each in times])
        told = spread([Sample(each) for each in times] + [Sample(2e6, open=True)] * waiting)

        assert without.median is not None
        assert told.median is None or told.median >= without.median

    @given(n=st.integers(1, 1000), data=st.data())
    def test_the_interval_of_a_share_holds_it(self, n: int, data: st.DataObject) -> None:
        """And stays between 0 and 1."""
        hits = data.draw(st.integers(0, n))
        low, high = share_interval(hits, n)

        assert 0 <= low <= hits / n <= high <= 1

    def test_an_interval_of_one_point_doesnt_exist(self) -> None:
        """One rating has no spread."""
        assert mean_interval([4.0]) is None


class TestWords:
    def test_every_figure_says_what_it_is_in_both_languages(self) -> None:
        """A number without its definition can't be read."""
        assert set(DEFINITIONS) == set(MEASURES)
        assert set(CODES) == set(HandoverCode)
        for name in [*MEASURES, *(measure.name for measure in BY_CODE.values())]:
            for language in Language:
                assert all(definition_of(name).said(language))

    def test_an_unknown_figure_is_told(self) -> None:
        """Rather than an empty one."""
        with pytest.raises(NotFound, match="happiness"):
            named("happiness")

    def test_all_figures_of_an_empty_desk_are_there_and_hidden(self) -> None:
        """Nothing has happened yet, which isn't an error."""
        told = figures(Facts(now=LATER), MARCH)

        assert [each.name for each in told] == list(MEASURES)
        assert all(each.n == 0 and not each.value for each in told)

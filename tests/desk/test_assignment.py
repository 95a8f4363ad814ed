"""Whom a conversation is given to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.accounts import AccountId
from core.staff import DeskAgent, Presence, Team, TeamId
from desk.assignment import choose_agent, choose_team, present

NOW = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
FOR = timedelta(minutes=3)
ANNA = DeskAgent(
    account_id=AccountId(1), name="Anna", presence=Presence.ONLINE, seen_at=NOW, cap=2, skills=("invoices",),
    languages=(), teams=(), load=0,
)  # fmt: skip

AGENTS = st.lists(
    st.builds(
        DeskAgent,
        account_id=st.integers(1, 9).map(AccountId),
        name=st.just("x"),
        presence=st.sampled_from(Presence),
        seen_at=st.timedeltas(timedelta(0), timedelta(minutes=9)).map(lambda ago: NOW - ago),
        cap=st.integers(0, 4),
        skills=st.sets(st.sampled_from(["invoices", "phones"])).map(tuple),
        languages=st.sets(st.sampled_from(["zh", "en"])).map(tuple),
        teams=st.just(()),
        load=st.integers(0, 5),
    ),
    unique_by=lambda agent: agent.account_id,
)


@given(AGENTS, st.sets(st.sampled_from(["invoices", "phones"])), st.none() | st.sampled_from(["zh", "en"]))
def test_whoever_gets_it_is_there_free_and_able_and_has_the_least_to_do(
    agents: list[DeskAgent], skills: set[str], language: str | None
) -> None:
    """And if nobody gets it, nobody could have."""
    able = [
        each
        for each in agents
        if present(each, NOW, FOR)
        and each.load < each.cap
        and skills <= set(each.skills)
        and (language is None or not each.languages or language in each.languages)
    ]

    chosen = choose_agent(agents, now=NOW, present_for=FOR, skills=skills, language=language)

    assert (chosen is None) == (not able)
    if chosen is not None:
        assert chosen in {each.account_id for each in able}
        load = next(each.load for each in agents if each.account_id == chosen)
        assert load == min(each.load for each in able)


def test_online_counts_only_with_a_sign_of_life() -> None:
    """A closed laptop still says "online"."""
    gone = replace(ANNA, seen_at=NOW - timedelta(minutes=4))

    assert choose_agent([ANNA], now=NOW, present_for=FOR) == ANNA.account_id
    assert choose_agent([gone], now=NOW, present_for=FOR) is None


def test_the_one_who_had_it_gets_it_again_if_there() -> None:
    """Also with more to do than others; but never into an empty room."""
    busy = replace(ANNA, account_id=AccountId(2), load=1)

    assert choose_agent([ANNA, busy], now=NOW, present_for=FOR, prefer=busy.account_id) == busy.account_id
    away = replace(busy, presence=Presence.AWAY)
    assert choose_agent([ANNA, away], now=NOW, present_for=FOR, prefer=away.account_id) == ANNA.account_id


def test_the_team_is_that_of_the_first_topic_that_any_has() -> None:
    """By its name or its topics; the fallback gets the rest."""
    billing = Team(team_id=TeamId(1), name="Billing", topics=("invoice",), fallback=False, calendar_id=None)
    rest = Team(team_id=TeamId(2), name="Rest", topics=(), fallback=True, calendar_id=None)

    assert choose_team([rest, billing], ["missing_knowledge", "invoice"]) == billing
    assert choose_team([rest, billing], ["Billing"]) == billing
    assert choose_team([rest, billing], ["refund"]) == rest
    assert choose_team([billing], ["refund"]) is None

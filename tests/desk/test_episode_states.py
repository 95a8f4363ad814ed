"""An episode's life: whatever happens in whatever order, the rules of the table hold."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from core.actors import ActorKind
from core.episodes import EpisodeState
from core.errors import Conflict
from core.tickets import CloseReason
from desk.episode_states import ALLOWED, TRANSITIONS, Trigger, move

STEPS = st.lists(
    st.tuples(st.sampled_from(Trigger), st.sampled_from(ActorKind), st.none() | st.sampled_from(CloseReason)),
    max_size=40,
)


def walk(steps: list[tuple[Trigger, ActorKind, CloseReason | None]]) -> list[tuple[EpisodeState, Trigger, ActorKind]]:
    """What the episode went through: each state with the trigger and actor that left it. Refused steps do nothing."""
    state, path = EpisodeState.ASSISTANT, []
    for trigger, actor, reason in steps:
        try:
            taken = move(state, trigger, actor, reason=reason)
        except Conflict:
            continue
        path.append((state, trigger, actor))
        state = taken.new
    return [*path, (state, Trigger.LEFT, ActorKind.SYSTEM)]


@given(STEPS)
def test_what_has_ended_stays_so(steps: list[tuple[Trigger, ActorKind, CloseReason | None]]) -> None:
    """The customer's next word begins another episode instead."""
    states = [state for state, _, _ in walk(steps)]

    assert not any(state.ended for state in states[:-1])


@given(STEPS)
def test_the_assistant_never_takes_the_turn_back(steps: list[tuple[Trigger, ActorKind, CloseReason | None]]) -> None:
    """From a person or the queue it gets the turn from the customer, from a person, or by the policy."""
    path = walk(steps)
    for (state, _, actor), (after, _, _) in itertools.pairwise(path):
        if after.assistant_speaks and not state.assistant_speaks:
            assert actor is not ActorKind.ASSISTANT


@given(STEPS)
def test_a_person_has_the_turn_only_after_somebody_wanted_one(
    steps: list[tuple[Trigger, ActorKind, CloseReason | None]],
) -> None:
    """Each turn of a person comes out of the queue, a ticket or a nap, so its wait can be measured."""
    path = walk(steps)
    for (state, _, _), (after, _, _) in itertools.pairwise(path):
        if after is EpisodeState.AGENT:
            assert state in {EpisodeState.QUEUED, EpisodeState.TICKETED, EpisodeState.SNOOZED}


@given(
    st.sampled_from(EpisodeState), st.sampled_from(Trigger), st.sampled_from(ActorKind), st.sampled_from(CloseReason)
)
def test_a_reason_goes_with_what_is_resolved_and_with_nothing_else(
    state: EpisodeState, trigger: Trigger, actor: ActorKind, reason: CloseReason
) -> None:
    """Who leaves without an answer is abandoned, which is never counted as solved."""
    try:
        taken = move(state, trigger, actor, reason=reason)
    except Conflict:
        return
    assert (taken.reason is not None) == (taken.new is EpisodeState.RESOLVED)


def test_silence_is_a_solution_only_after_an_answer() -> None:
    """Seen elsewhere: every silent customer was counted as helped."""
    assert move(EpisodeState.ASSISTANT, Trigger.LEFT, ActorKind.SYSTEM).new is EpisodeState.ABANDONED
    assert move(EpisodeState.CONFIRMING, Trigger.ASSUMED, ActorKind.SYSTEM).reason is CloseReason.ASSUMED_NO_REPLY
    assert Trigger.ASSUMED not in TRANSITIONS[EpisodeState.ASSISTANT]


def test_every_trigger_leads_somewhere_and_has_somebody_who_pulls_it() -> None:
    """A trigger without either would be dead."""
    used = {trigger for steps in TRANSITIONS.values() for trigger in steps}

    assert used == set(Trigger) == set(ALLOWED)
    assert set(TRANSITIONS) == set(EpisodeState)


def test_every_state_can_be_reached_and_left() -> None:
    """Nobody is stuck: from each state that hasn't ended there is a way to an end."""
    reached, frontier = {EpisodeState.ASSISTANT}, [EpisodeState.ASSISTANT]
    while frontier:
        for after in TRANSITIONS[frontier.pop()].values():
            if after not in reached:
                reached.add(after)
                frontier.append(after)

    assert reached == set(EpisodeState)
    for state in EpisodeState:
        assert state.ended or TRANSITIONS[state]

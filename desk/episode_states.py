"""The life of an episode as a table: which state a trigger leads to, and who may pull it. Pure; knows no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.actors import ActorKind
from core.episodes import EpisodeState
from core.errors import Conflict
from core.tickets import CloseReason


class Trigger(StrEnum):
    """What moves an episode."""

    ANSWERED = "answered"
    """The assistant answered with evidence and asked whether that helped."""
    CONFIRMED = "confirmed"
    """The customer says that it did."""
    DENIED = "denied"
    """The customer says that it didn't."""
    ASKED_ON = "asked_on"
    """The customer asks something else instead of saying yes or no."""
    LEFT = "left"
    """Silence after a turn that was no answer."""
    ASSUMED = "assumed"
    """Silence after an answer."""
    HANDED_OVER = "handed_over"
    TAKEN_OVER = "taken_over"
    """A person stepped in though nobody had asked for one."""
    CLAIMED = "claimed"
    UNATTENDED = "unattended"
    """Nobody is there, or nobody came in time."""
    WITHDRAWN = "withdrawn"
    """The customer doesn't want a person any more."""
    RESUMED = "resumed"
    """No person came or went on, and the policy lets the assistant go on."""
    SOLVED = "solved"
    """A person says that it is done."""
    SNOOZED = "snoozed"
    WOKEN = "woken"
    """To the person who snoozed it."""
    WOKEN_ALONE = "woken_alone"
    """That person isn't there any more."""
    TRANSFERRED = "transferred"
    HANDED_BACK = "handed_back"
    """A person gives the turn back to the assistant."""


_S = EpisodeState
_T = Trigger
_BY = ActorKind

TRANSITIONS: Final[Mapping[EpisodeState, Mapping[Trigger, EpisodeState]]] = {
    _S.ASSISTANT: {
        _T.ANSWERED: _S.CONFIRMING,
        _T.HANDED_OVER: _S.QUEUED,
        _T.TAKEN_OVER: _S.QUEUED,
        _T.LEFT: _S.ABANDONED,
    },
    _S.CONFIRMING: {
        _T.CONFIRMED: _S.RESOLVED,
        _T.ASSUMED: _S.RESOLVED,
        _T.DENIED: _S.ASSISTANT,
        _T.ASKED_ON: _S.ASSISTANT,
        _T.TAKEN_OVER: _S.QUEUED,
    },
    _S.QUEUED: {
        _T.CLAIMED: _S.AGENT,
        _T.UNATTENDED: _S.TICKETED,
        _T.WITHDRAWN: _S.ASSISTANT,
        _T.RESUMED: _S.ASSISTANT,
    },
    _S.AGENT: {
        _T.SOLVED: _S.RESOLVED,
        _T.SNOOZED: _S.SNOOZED,
        _T.TRANSFERRED: _S.QUEUED,
        _T.HANDED_BACK: _S.ASSISTANT,
        _T.RESUMED: _S.ASSISTANT,
    },
    _S.SNOOZED: {_T.WOKEN: _S.AGENT, _T.WOKEN_ALONE: _S.QUEUED},
    _S.TICKETED: {_T.CLAIMED: _S.AGENT, _T.SOLVED: _S.RESOLVED},
    _S.RESOLVED: {},
    _S.ABANDONED: {},
}
"""Ended states have no way out: what the customer writes next begins another episode."""

ALLOWED: Final[Mapping[Trigger, frozenset[ActorKind]]] = {
    _T.ANSWERED: frozenset({_BY.ASSISTANT}),
    _T.CONFIRMED: frozenset({_BY.CUSTOMER}),
    _T.DENIED: frozenset({_BY.CUSTOMER}),
    _T.ASKED_ON: frozenset({_BY.CUSTOMER}),
    _T.LEFT: frozenset({_BY.SYSTEM}),
    _T.ASSUMED: frozenset({_BY.SYSTEM}),
    _T.HANDED_OVER: frozenset({_BY.ASSISTANT, _BY.SYSTEM}),
    _T.TAKEN_OVER: frozenset({_BY.AGENT}),
    _T.CLAIMED: frozenset({_BY.AGENT, _BY.SYSTEM}),
    _T.UNATTENDED: frozenset({_BY.SYSTEM}),
    _T.WITHDRAWN: frozenset({_BY.CUSTOMER}),
    _T.RESUMED: frozenset({_BY.SYSTEM}),
    _T.SOLVED: frozenset({_BY.AGENT, _BY.SYSTEM, _BY.CUSTOMER}),
    _T.SNOOZED: frozenset({_BY.AGENT}),
    _T.WOKEN: frozenset({_BY.SYSTEM, _BY.CUSTOMER, _BY.AGENT}),
    _T.WOKEN_ALONE: frozenset({_BY.SYSTEM, _BY.CUSTOMER}),
    _T.TRANSFERRED: frozenset({_BY.AGENT, _BY.SYSTEM}),
    _T.HANDED_BACK: frozenset({_BY.AGENT}),
}
"""Who may pull a trigger. The assistant can never take the turn back by itself."""

REASONS: Final[Mapping[Trigger, CloseReason]] = {
    _T.CONFIRMED: CloseReason.CUSTOMER_CONFIRMED,
    _T.ASSUMED: CloseReason.ASSUMED_NO_REPLY,
}
"""Of triggers that end an episode as resolved; `SOLVED` brings its own."""


@dataclass(frozen=True, slots=True)
class Move:
    """A step that is allowed."""

    old: EpisodeState
    new: EpisodeState
    trigger: Trigger
    reason: CloseReason | None = None
    """Present where the episode becomes resolved, and nowhere else: who leaves isn't counted as helped."""


def move(state: EpisodeState, trigger: Trigger, by: ActorKind, *, reason: CloseReason | None = None) -> Move:
    """The step that `trigger` means in `state`.

    Raises:
        Conflict: the state has no such step, this actor may not take it, or it resolves without a reason.
    """
    new = TRANSITIONS[state].get(trigger)
    if new is None:
        raise Conflict(f"A conversation that is {state.value!r} can't be {trigger.value!r}. Look at it again.")
    if by not in ALLOWED[trigger]:
        raise Conflict(f"{by.value!r} can't make a conversation {trigger.value!r}.")
    why = REASONS.get(trigger, reason) if new is EpisodeState.RESOLVED else None
    if new is EpisodeState.RESOLVED and why is None:
        raise Conflict("To resolve, say why: one of " + ", ".join(each.value for each in CloseReason) + ".")
    return Move(state, new, trigger, why)

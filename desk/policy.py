"""How long the desk waits for whom, and what it does by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from core.tickets import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPolicy:
    """The operator's choices. The values here are those of a new installation."""

    left_after: timedelta = timedelta(minutes=30)
    """T1: silence after a turn that was no answer, then the episode is abandoned."""
    assumed_after: timedelta = timedelta(hours=24)
    """T2: silence after an answer, then the episode is resolved, as an assumption."""
    queue_wait: timedelta = timedelta(minutes=10)
    """T3: nobody took the conversation, then it goes on as a ticket."""
    reopen_window: timedelta = timedelta(days=7)
    """How long a resolved ticket can be opened again; then it is closed."""
    undo_window: timedelta = timedelta(hours=24)
    """How long a merge of tickets can be undone."""
    resume_after: timedelta | None = None
    """If set: when a person was silent for so long and the customer writes again, the assistant goes on."""
    present_for: timedelta = timedelta(minutes=3)
    """An agent who says "online" is there for so long after the last sign of life."""
    auto_assign: bool = False
    """Whether waiting conversations are given to agents, instead of being taken by them."""
    survey_window: timedelta | None = None
    """How long after the customer's last message a survey can still be delivered; `None` means always."""
    nps_every: timedelta = timedelta(days=90)
    """A customer is asked at most once in so long whether they would recommend us."""
    good_rating: int = 4
    """CSAT from which on a customer counts as satisfied."""
    reopening_rating: int = 2
    """CSAT down to which a rating opens the ticket again."""
    repeat_contacts: int = 3
    """So many contacts of one customer about one topic open a ticket by themselves."""
    repeat_within: timedelta = timedelta(days=7)
    """The time in which these contacts are counted."""
    complaint_anger: float = 0.5
    """Least anger with which a complaint opens a ticket even where its words aren't negative."""
    wait_urgent: timedelta = timedelta(minutes=1)
    """How long a customer in a conversation may wait for a person before the ticket's priority rises, by priority."""
    wait_high: timedelta = timedelta(minutes=5)
    wait_medium: timedelta = timedelta(minutes=15)
    wait_low: timedelta = timedelta(minutes=30)

    def live_wait(self, priority: Priority) -> timedelta:
        """How long a customer may wait for a person in a conversation of this priority."""
        return {
            Priority.URGENT: self.wait_urgent,
            Priority.HIGH: self.wait_high,
            Priority.MEDIUM: self.wait_medium,
            Priority.LOW: self.wait_low,
        }[priority]


PolicySource = DeskPolicy | Callable[[], DeskPolicy]
"""A policy, or what says which one holds now."""


class Governed:
    """A part of the desk that goes by the policy as it is at the moment."""

    def __init__(self, policy: PolicySource | None) -> None:
        self._policy_now: Callable[[], DeskPolicy]
        if policy is None or isinstance(policy, DeskPolicy):
            fixed = policy or DeskPolicy()
            self._policy_now = lambda: fixed
        else:
            self._policy_now = policy

    @property
    def _policy(self) -> DeskPolicy:
        return self._policy_now()

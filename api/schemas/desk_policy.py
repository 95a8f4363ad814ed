"""The desk's policy over HTTP: how long it waits for whom, and what it does by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.schemas.common import example
from api.schemas.desk_records import Seconds

Count = Annotated[int, Field(ge=0, le=10**8)]


class DeskPolicyValues(BaseModel):
    """What the desk does by itself, and when. Names that end in `_s` are seconds."""

    model_config = example(queue_wait_s=600, auto_assign=False)

    left_after_s: Seconds = 1_800
    """Silence after a turn that was no answer, then the episode is abandoned."""
    assumed_after_s: Seconds = 86_400
    """Silence after an answer, then the episode counts as resolved."""
    queue_wait_s: Seconds = 600
    """Nobody took the conversation, then it goes on as a ticket."""
    reopen_window_s: Count = 604_800
    """How long a resolved ticket can be opened again."""
    undo_window_s: Count = 86_400
    """How long a merge of tickets can be undone."""
    resume_after_s: Seconds | None = None
    """When a person was silent for so long and the customer writes again, the assistant goes on; never if null."""
    present_for_s: Seconds = 180
    """An agent who says "online" is there for so long after the last sign of life."""
    auto_assign: bool = False
    """Whether waiting conversations are given to agents, instead of being taken by them."""
    survey_window_s: Seconds | None = None
    """How long after the customer's last message a survey can still be delivered; always if null."""
    nps_every_s: Seconds = 7_776_000
    """A customer is asked at most once in so long whether they would recommend you."""
    good_rating: Count = 4
    """Rating from which on a customer counts as satisfied."""
    reopening_rating: Count = 2
    """Rating down to which the ticket is opened again."""
    repeat_contacts: Count = 3
    """So many contacts of one customer about one topic open a ticket by themselves."""
    repeat_within_s: Seconds = 604_800
    """The time in which these contacts are counted."""
    complaint_anger: float = 0.5
    """Least anger with which a complaint opens a ticket even where its words aren't negative."""
    wait_urgent_s: Seconds = 60
    """How long a customer in a conversation may wait for a person before the ticket's priority rises, by priority."""
    wait_high_s: Seconds = 300
    wait_medium_s: Seconds = 900
    wait_low_s: Seconds = 1_800


class DeskPolicyChange(BaseModel):
    """What is to change; what isn't named stays. A value out of its bounds is refused with a sentence that gives them."""

    model_config = example(policy={"queue_wait_s": 300}, note="午休无人", instead_of=0)

    policy: DeskPolicyValues
    note: Annotated[str, Field(max_length=200)] = ""
    """Why it is changed."""
    instead_of: int | None = None
    """The version that was edited. If another one holds by now, nothing is changed."""


class DeskPolicy(BaseModel):
    """A state of the desk's policy."""

    model_config = example(
        number=1, policy={"queue_wait_s": 300}, note="午休无人", author="lin", created_at="2026-03-05T08:00:00Z"
    )

    number: int
    """0 is the one that Zhida comes with."""
    policy: DeskPolicyValues
    note: str
    author: str
    created_at: datetime | None

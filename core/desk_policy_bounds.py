"""What each value of the desk's policy may be. One table for the check, the API and the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a number of the policy may be. Names that end in `_s` are seconds."""

    least: float
    most: float
    may_be_null: bool = False


BOUNDS: Final[Mapping[str, Bounds]] = {
    "left_after_s": Bounds(MINUTE, 7 * DAY),
    "assumed_after_s": Bounds(MINUTE, 30 * DAY),
    "queue_wait_s": Bounds(10, DAY),
    "reopen_window_s": Bounds(0, 365 * DAY),
    "undo_window_s": Bounds(0, 30 * DAY),
    "resume_after_s": Bounds(MINUTE, 30 * DAY, may_be_null=True),
    "present_for_s": Bounds(30, HOUR),
    "survey_window_s": Bounds(MINUTE, 365 * DAY, may_be_null=True),
    "nps_every_s": Bounds(DAY, 3650 * DAY),
    "good_rating": Bounds(1, 5),
    "reopening_rating": Bounds(0, 4),
    "repeat_contacts": Bounds(2, 100),
    "repeat_within_s": Bounds(HOUR, 365 * DAY),
    "complaint_anger": Bounds(0, 1),
    "wait_urgent_s": Bounds(10, DAY),
    "wait_high_s": Bounds(10, DAY),
    "wait_medium_s": Bounds(10, DAY),
    "wait_low_s": Bounds(10, DAY),
}
"""All that may be set besides `auto_assign`, which is true or false."""

ANGER: Final = "complaint_anger"
"""The only one that isn't a whole number."""

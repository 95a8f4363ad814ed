"""The desk's policy as plain values that may be edited, and the check of what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any, Final

from core.errors import InvalidInput
from desk.policy import DeskPolicy

Value = int | float | bool | None

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

_SHARE: Final = "complaint_anger"
_WAITS: Final = ("wait_urgent_s", "wait_high_s", "wait_medium_s", "wait_low_s")


def to_values(policy: DeskPolicy) -> dict[str, Value]:
    """The policy as plain values."""
    values: dict[str, Value] = {}
    for field in fields(policy):
        value = getattr(policy, field.name)
        name = field.name if f"{field.name}_s" not in BOUNDS else f"{field.name}_s"
        values[name] = int(value.total_seconds()) if isinstance(value, timedelta) else value
    return values


def from_values(values: Mapping[str, Any], *, instead_of: DeskPolicy) -> DeskPolicy:
    """The policy that such values say; what they leave out stays as it was.

    Raises:
        InvalidInput: a name that means nothing, a value out of its bounds, or two that contradict each other.
    """
    known = to_values(instead_of)
    for name, value in values.items():
        if name not in known:
            raise InvalidInput(f"The desk's policy has no {name!r}. It has {', '.join(sorted(known))}.")
        _check(name, value)
    merged = {**known, **values}
    _agree(merged)
    changed = {name.removesuffix("_s") if name in BOUNDS else name: _inner(name, merged[name]) for name in values}
    return replace(instead_of, **changed)


def to_json(policy: DeskPolicy) -> str:
    """The policy as one line of JSON."""
    return json.dumps(to_values(policy))


def from_json(text: str) -> DeskPolicy:
    """Read what `to_json` wrote. What an older version of Zhida didn't know is as shipped."""
    shipped = to_values(DeskPolicy())
    read = {name: value for name, value in json.loads(text).items() if name in shipped}
    changed = {name.removesuffix("_s") if name in BOUNDS else name: _inner(name, value) for name, value in read.items()}
    return replace(DeskPolicy(), **changed)


def _check(name: str, value: object) -> None:
    if name == "auto_assign":
        if not isinstance(value, bool):
            raise InvalidInput("`auto_assign` is true or false.")
        return
    bounds = BOUNDS[name]
    if value is None and bounds.may_be_null:
        return
    unit = " seconds" if name.endswith("_s") else ""
    kind = "a number" if name == _SHARE else "a whole number"
    least, most = f"{bounds.least:g}", f"{bounds.most:.0f}"
    wanted = f"`{name}` is {kind} from {least} to {most}{unit}{', or null' if bounds.may_be_null else ''}."
    if isinstance(value, bool) or not isinstance(value, int | float) or not bounds.least <= value <= bounds.most:
        raise InvalidInput(wanted)
    if name != _SHARE and value != int(value):
        raise InvalidInput(wanted)


def _agree(values: Mapping[str, Any]) -> None:
    if values["reopening_rating"] >= values["good_rating"]:
        raise InvalidInput(
            f"A rating of {values['reopening_rating']} can't both satisfy and open the ticket again: "
            "`reopening_rating` must be below `good_rating`."
        )
    waits = [values[name] for name in _WAITS]
    if waits != sorted(waits):
        raise InvalidInput(
            "Who is more urgent can't wait longer: `wait_urgent_s`, `wait_high_s`, `wait_medium_s`, `wait_low_s` must rise."
        )


def _inner(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if name.endswith("_s"):
        return timedelta(seconds=int(value))
    return float(value) if name == _SHARE else int(value)

"""The desk's policy as plain values that may be edited, and the check of what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any, Final

from core.desk_policy_bounds import ANGER, BOUNDS
from core.errors import InvalidInput
from desk.policy import DeskPolicy

Value = int | float | bool | None

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
    kind = "a number" if name == ANGER else "a whole number"
    least, most = f"{bounds.least:g}", f"{bounds.most:.0f}"
    wanted = f"`{name}` is {kind} from {least} to {most}{unit}{', or null' if bounds.may_be_null else ''}."
    if isinstance(value, bool) or not isinstance(value, int | float) or not bounds.least <= value <= bounds.most:
        raise InvalidInput(wanted)
    if name != ANGER and value != int(value):
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
    return float(value) if name == ANGER else int(value)

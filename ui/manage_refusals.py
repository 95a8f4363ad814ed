"""Why the server refused a setting: in the words of the page's language, and beside which field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from core.errors import Conflict, ZhidaError
from core.types import Language
from ui.forms import Refusal
from ui.texts import say

_FASTER: Final = (
    re.compile(r"^The policy was changed meanwhile(?: by (?P<who>.+?))?: version "),
    re.compile(r"^(?:(?P<who>.+) was faster: the|The) (?:team|agent|macro|policy|calendar|account) was changed "),
)

_KNOWN: Final = tuple(
    (key, field, re.compile(pattern))
    for key, field, pattern in (
        ("taken", "name", r"^There is an? \w+ (?:named )?'(?P<name>.*)' already\."),
        ("team_name", "name", r"^'(?P<name>.*)' can't be the name of a team"),
        ("macro", "text", r"^A macro needs a name and a text of at most (?P<most>\d+) characters"),
        ("nothing_measured", "first_s", r"^A policy needs a name and a time for at least one clock"),
        ("too_long", "first_s", r"^Times are from 1 second to a year"),
        ("zone", "time_zone", r"^There is no time zone '(?P<name>.*)'"),
        ("no_hours", "mon", r"^A calendar needs a name and at least one time"),
        ("hours", "mon", r"^'(?P<name>.*)' (?:isn't a time of a weekday|ends before it begins)"),
        ("calendar_used", "", r"^The calendar is used by a policy or a team"),
        ("account_name", "name", r"^'(?P<name>.*)' can't be an account's name"),
        (
            "password_length",
            "password",
            r"^The password has (?P<count>\d+) characters; use (?P<least>\d+) to (?P<most>\d+)",
        ),
        ("password_easy", "password", r"^The password is easy to guess"),
        ("ratings", "reopening_rating", r"`reopening_rating` must be below `good_rating`"),
        ("waits", "wait_urgent_s", r"must rise\.$"),
        ("note", "note", r"^The note has (?P<count>\d+) characters; give at most (?P<most>\d+)"),
    )
)

_FIELD: Final = re.compile(r"^The request isn't as described: body\.(?P<path>[\w.]+): (?P<why>[^;]+)")


def faster(error: Conflict) -> str | None:
    """Who has changed a thing since it was read; empty where that isn't known, `None` if it is another conflict."""
    for pattern in _FASTER:
        if found := pattern.search(str(error)):
            return found["who"] or ""
    return None


def located(error: ZhidaError, language: Language) -> Refusal:
    """What was wrong, and with which field. What isn't known stays the server's own sentence."""
    sentence = str(error)
    for key, field, pattern in _KNOWN:
        if found := pattern.search(sentence):
            return Refusal(say(f"manage.bad.{key}", language, **_values(found.groupdict())), field)
    if found := _FIELD.search(sentence):
        path = [part for part in found["path"].split(".") if not part.isdigit() and part not in ("policy", "actions")]
        field = path[0] if path else ""
        return Refusal(say("manage.bad.field", language, why=found["why"].rstrip(".")), field)
    return Refusal(sentence)


def _values(found: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value or "" for name, value in found.items()}

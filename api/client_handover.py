"""The client's calls about the table of hand-over rules. `api.client.Client` has them all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.client_reading import read
from api.wire import plain
from core.handover_rules import HandoverRules, HandoverRuleVersion
from core.settings import Secret


@dataclass(frozen=True, slots=True)
class RulesChange:
    """A line of the table's history."""

    number: int
    note: str
    author: str
    created_at: datetime | None


class HandoverRuleCalls:
    """The calls. A mixin: it needs `Client`'s way of sending."""

    _key: Secret | None

    def _json(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> Any:
        raise NotImplementedError

    def handover_rules(self) -> HandoverRuleVersion:
        """The table that holds."""
        return _version(self._json("GET", "/handover-rules", key=self._key))

    def handover_rules_at(self, number: int) -> HandoverRuleVersion:
        """An earlier table; 0 is the one that Zhida comes with. Raises `NotFound`."""
        return _version(self._json("GET", f"/handover-rules/versions/{number}", key=self._key))

    def handover_rule_changes(self, *, limit: int = 50) -> list[RulesChange]:
        """Who changed the table when, the newest first."""
        return read(
            list[RulesChange],
            self._json("GET", "/handover-rules/versions", key=self._key, params={"limit": limit}),
        )

    def save_handover_rules(self, rules: HandoverRules, *, instead_of: int, note: str = "") -> HandoverRuleVersion:
        """Replace the table, effective with the next message.

        Raises:
            InvalidInput: the table can't be used; the sentence says what would do.
            Conflict: `instead_of`, the version that was edited, doesn't hold any more.
        """
        body = {"table": plain(rules), "note": note, "instead_of": instead_of}
        return _version(self._json("PUT", "/handover-rules", key=self._key, json=body))


def _version(raw: Any) -> HandoverRuleVersion:
    line = read(RulesChange, {name: raw[name] for name in ("number", "note", "author", "created_at")})
    return HandoverRuleVersion(line.number, read(HandoverRules, raw["table"]), line.note, line.author, line.created_at)


__all__ = ["HandoverRuleCalls", "RulesChange"]

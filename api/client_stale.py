"""The client's calls about past answers that a change of the knowledge makes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.client_reading import read
from core.segments import StaleAnswer
from core.settings import Secret
from core.types import MessageId


@dataclass(frozen=True, slots=True)
class StalePage:
    """A page of them, and how many nobody has seen to."""

    waiting: int
    items: tuple[StaleAnswer, ...]


class StaleCalls:
    """The calls. A mixin: it needs `Client`'s way of sending."""

    _key: Secret | None

    def _json(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> Any:
        raise NotImplementedError

    def stale_answers(self, *, open_only: bool = True, offset: int = 0, limit: int = 50) -> StalePage:
        """Past answers that don't hold any more, the latest given first."""
        query = {"open": open_only, "offset": offset, "limit": limit}
        return read(StalePage, self._json("GET", "/stale-answers", key=self._key, params=query))

    def handle_stale_answer(self, message_id: MessageId, note: str = "") -> StaleAnswer:
        """Note that somebody has seen to it. Raises `NotFound`."""
        body = {"note": note}
        return read(StaleAnswer, self._json("POST", f"/stale-answers/{message_id}", key=self._key, json=body))

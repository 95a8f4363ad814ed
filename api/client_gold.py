"""The client's calls about the gold set. `api.client.Client` has them all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from api.client_reading import read
from core.gold import (
    ChangeKind,
    GoldChange,
    GoldEntry,
    GoldId,
    GoldQuestion,
    GoldResult,
    GoldRun,
    GoldRunId,
    GoldSource,
    Verdict,
)
from core.settings import Secret
from core.types import Audience, MessageId, Tier


@dataclass(frozen=True, slots=True)
class GoldItem:
    """A question with what the last run found; `None` when it wasn't asked."""

    question: GoldQuestion
    last: GoldResult | None


@dataclass(frozen=True, slots=True)
class GoldCounts:
    """How many questions there are, by what the last run made of them."""

    questions: int = 0
    off: int = 0
    new: int = 0
    stale: int = 0
    right: int = 0
    wrong: int = 0
    missed: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class GoldPage:
    """A page of the questions, with the counts of all."""

    counts: GoldCounts
    items: tuple[GoldItem, ...]


@dataclass(frozen=True, slots=True)
class GoldImported:
    """What became of imported questions."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class AskedMessage:
    """What a customer wrote and how it was answered, with personal data masked."""

    message_id: MessageId
    text: str
    audience: Audience
    outcome: str
    answer: str
    tier: Tier | None
    confidence: float
    created_at: datetime


@dataclass(frozen=True, slots=True)
class GoldComparison:
    """A run beside the one before it; `against` is `None` when there is none."""

    run: GoldRun
    against: GoldRun | None
    counts: dict[ChangeKind, int]
    """Of all changes."""
    changes: tuple[GoldChange, ...]
    """A page of them, the most serious first, with the cited texts."""


class GoldCalls:
    """The calls. A mixin: it needs `Client`'s way of sending."""

    _key: Secret | None

    def _json(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> Any:
        raise NotImplementedError

    def _send(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> Any:
        raise NotImplementedError

    def gold(self, *, show: str = "all", offset: int = 0, limit: int = 100) -> GoldPage:
        """Gold questions, the last added first.

        `show` is `all`, a verdict, `stale`, `new` (not asked yet) or `off`.
        """
        raw = self._json("GET", "/gold", key=self._key, params={"show": show, "offset": offset, "limit": limit})
        items = tuple(_item(each) for each in raw["items"])
        return GoldPage(read(GoldCounts, raw["counts"]), items)

    def gold_question(self, gold_id: GoldId) -> GoldItem:
        """One question with what the last run found."""
        return _item(self._json("GET", f"/gold/{gold_id}", key=self._key))

    def add_gold(self, entry: GoldEntry, *, message_id: MessageId | None = None) -> GoldQuestion:
        """Add a question; with `message_id` it counts as made from a conversation.

        Raises:
            InvalidInput: it can't be judged; the message says what is missing.
            Conflict: it is in the set already.
            TooLarge: the set is full.
        """
        body = {**asdict(entry), "message_id": message_id}
        return read(GoldQuestion, self._json("POST", "/gold", key=self._key, json=body))

    def edit_gold(self, gold_id: GoldId, entry: GoldEntry) -> GoldQuestion:
        """Replace what is stated about a question. Errors as with `add_gold`."""
        return read(GoldQuestion, self._json("PUT", f"/gold/{gold_id}", key=self._key, json=asdict(entry)))

    def delete_gold(self, gold_id: GoldId) -> None:
        """Delete a question. What runs found about it stays in their history."""
        self._send("DELETE", f"/gold/{gold_id}", key=self._key)

    def import_gold(self, content: bytes, *, form: str = "jsonl") -> GoldImported:
        """Take in a file of questions (`jsonl` or `csv`), all or none.

        Raises:
            InvalidInput: a line can't be used; the message says which.
        """
        raw = self._json("POST", "/gold/import", key=self._key, params={"format": form}, content=content)
        return read(GoldImported, raw)

    def export_gold(self, *, form: str = "jsonl") -> bytes:
        """All questions as a file that `import_gold` reads."""
        content: bytes = self._send("GET", "/gold/export", key=self._key, params={"format": form}).content
        return content

    def asked_messages(self, *, unanswered: bool = False, offset: int = 0, limit: int = 50) -> list[AskedMessage]:
        """What customers asked lately, newest first, to choose gold questions from."""
        query = {"unanswered": unanswered, "offset": offset, "limit": limit}
        return read(list[AskedMessage], self._json("GET", "/gold/messages", key=self._key, params=query))

    def propose_gold(self, message_id: MessageId) -> GoldEntry:
        """A draft of a gold question from a customer's message."""
        return read(GoldEntry, self._json("GET", f"/gold/messages/{message_id}", key=self._key))

    def gold_runs(self, *, offset: int = 0, limit: int = 50) -> list[GoldRun]:
        """The runs over the gold set, the newest first."""
        query = {"offset": offset, "limit": limit}
        return read(list[GoldRun], self._json("GET", "/gold/runs", key=self._key, params=query))

    def run_gold(self) -> GoldRun:
        """Ask for a run, which the server makes in the background.

        Raises:
            Conflict: there is no question to ask.
        """
        return read(GoldRun, self._json("POST", "/gold/runs", key=self._key))

    def gold_run(
        self, run_id: GoldRunId, *, against: GoldRunId | None = None, offset: int = 0, limit: int = 100
    ) -> GoldComparison:
        """A run, and what was answered differently before."""
        query = {"offset": offset, "limit": limit} | ({} if against is None else {"against": against})
        return read(GoldComparison, self._json("GET", f"/gold/runs/{run_id}", key=self._key, params=query))

    def gold_results(
        self, run_id: GoldRunId, *, verdict: Verdict | None = None, offset: int = 0, limit: int = 100
    ) -> list[GoldResult]:
        """What a run found, by number of the question."""
        query = {"offset": offset, "limit": limit} | ({} if verdict is None else {"verdict": verdict})
        return read(list[GoldResult], self._json("GET", f"/gold/runs/{run_id}/results", key=self._key, params=query))


def _item(raw: Any) -> GoldItem:
    return read(GoldItem, {"question": raw, "last": raw["last"]})


__all__ = [
    "AskedMessage",
    "GoldCalls",
    "GoldComparison",
    "GoldCounts",
    "GoldImported",
    "GoldItem",
    "GoldPage",
    "GoldSource",
]

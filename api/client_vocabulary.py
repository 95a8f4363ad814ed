"""The client's calls about the knowledge manager's words. `api.client.Client` has them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from api.client_reading import read
from core.settings import Secret
from core.types import Understood
from core.vocabulary import VocabularyEntry, VocabularyImport, VocabularyKind


class VocabularyCalls:
    """The calls. A mixin: it needs `Client`'s way of sending."""

    _key: Secret | None

    def _json(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> Any:
        raise NotImplementedError

    def _send(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> httpx.Response:
        raise NotImplementedError

    def vocabulary(self) -> list[VocabularyEntry]:
        """All entries, oldest first."""
        return read(list[VocabularyEntry], self._json("GET", "/vocabulary", key=self._key))

    def add_words(self, kind: VocabularyKind, terms: Sequence[str]) -> VocabularyEntry:
        """Add an entry, effective with the next question.

        Raises:
            InvalidInput: terms that can't be used.
            Conflict: an entry says the same already.
        """
        body = {"kind": kind, "terms": list(terms)}
        return read(VocabularyEntry, self._json("POST", "/vocabulary", key=self._key, json=body))

    def change_words(self, entry_id: int, kind: VocabularyKind, terms: Sequence[str]) -> VocabularyEntry:
        """Replace an entry. Raises `NotFound`, and as `add_words`."""
        body = {"kind": kind, "terms": list(terms)}
        return read(VocabularyEntry, self._json("PUT", f"/vocabulary/{entry_id}", key=self._key, json=body))

    def remove_words(self, entry_id: int) -> None:
        """Delete an entry. Raises `NotFound`."""
        self._send("DELETE", f"/vocabulary/{entry_id}", key=self._key)

    def import_words(self, csv: str) -> VocabularyImport:
        """Add the entries of a CSV file: one a line, its kind and then its terms."""
        return read(VocabularyImport, self._json("POST", "/vocabulary/import", key=self._key, json={"csv": csv}))

    def export_words(self) -> str:
        """All entries as CSV."""
        return self._send("GET", "/vocabulary/export", key=self._key).content.decode("utf-8")

    def understand(self, text: str) -> Understood:
        """What a question is taken to mean. Nothing is searched for."""
        return read(Understood, self._json("POST", "/vocabulary/trial", key=self._key, json={"text": text}))


__all__ = ["VocabularyCalls"]

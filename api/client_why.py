"""The client's calls about what isn't shown, and about the days of a version. `api.client.Client` has them all."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.client_reading import read, read_why_not
from core.explanations import WhyNot
from core.settings import Secret
from core.types import Audience, DocumentId, DocumentVersion, PassageId


class WhyCalls:
    """The calls. A mixin: it needs `Client`'s way of sending."""

    _key: Secret | None

    def _json(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> Any:
        raise NotImplementedError

    def why_not(
        self,
        text: str,
        *,
        passage_id: PassageId | None = None,
        document_id: DocumentId | None = None,
        audience: Audience = Audience.PUBLIC,
        as_of: date | None = None,
        k: int = 10,
    ) -> WhyNot:
        """Why a passage, or any of a document, isn't among the `k` shown for a question.

        Raises:
            InvalidInput: neither or both of passage and document are given.
            NotFound: no such passage or document.
        """
        body = {
            "text": text,
            "passage_id": passage_id,
            "document_id": document_id,
            "audience": audience,
            "as_of": as_of.isoformat() if as_of else None,
            "k": k,
        }
        return read_why_not(self._json("POST", "/why-not", key=self._key, json=body))

    def set_dates(
        self, document_id: DocumentId, version: int, *, effective_from: date | None, expires_on: date | None
    ) -> DocumentVersion:
        """Set the days between which a version may answer, effective with the next question.

        Raises:
            InvalidInput: `expires_on` isn't after `effective_from`.
            NotFound: no such document or version.
        """
        body = {
            "effective_from": effective_from.isoformat() if effective_from else None,
            "expires_on": expires_on.isoformat() if expires_on else None,
        }
        path = f"/documents/{document_id}/versions/{version}/dates"
        return read(DocumentVersion, self._json("PUT", path, key=self._key, json=body))

"""The days between which a version may answer. They can be changed at any time; nothing is embedded anew."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, select, update

from core.errors import InvalidInput, NotFound
from core.types import DocumentId
from kb.changelog import log_version
from kb.rows import hold
from kb.tables import documents, versions


def check_dates(effective_from: date | None, expires_on: date | None) -> None:
    """Refuse dates between which no day lies.

    Raises:
        InvalidInput: the expiry date isn't after the first day.
    """
    if effective_from and expires_on and expires_on <= effective_from:
        raise InvalidInput(f"The document would expire on {expires_on}, before it is in force. Correct a date.")


def set_dates(
    connection: Connection,
    document_id: DocumentId,
    number: int,
    effective_from: date | None,
    expires_on: date | None,
    now: datetime,
) -> None:
    """Give a version other dates. The caller holds the turn for changes, since the indexes must follow.

    Raises:
        NotFound: no such document or version.
    """
    document = hold(connection, documents, document_id)
    if document is None:
        raise NotFound("document", document_id)
    version_id = connection.execute(
        select(versions.c.id).where(versions.c.document_id == document_id, versions.c.number == number)
    ).scalar_one_or_none()
    version = hold(connection, versions, version_id)
    if version is None:
        raise NotFound("version", number)
    if (version.effective_from, version.expires_on) == (effective_from, expires_on):
        return
    connection.execute(
        update(versions).where(versions.c.id == version.id).values(effective_from=effective_from, expires_on=expires_on)
    )
    connection.execute(update(documents).where(documents.c.id == document_id).values(updated_at=now))
    if document.live_version == number:
        log_version(connection, version.id, removed=False)

"""Uploads and who works on them: the queue is the `versions` table, a job is a row with a lease."""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from core.blobs import Blob
from core.errors import Conflict, InvalidInput, NotFound
from core.types import DocumentId, DocumentKind, DocumentVersion, VersionStatus
from kb.records import Job, Upload
from kb.rows import hold, select_versions, to_version
from kb.tables import NAME_CHARACTERS, documents, versions
from kb.validity import check_dates

MAX_ATTEMPTS: Final = 3
"""A file that took its worker down so often would do it again."""

GAVE_UP: Final = (
    f"处理这个文件时中断了 {MAX_ATTEMPTS} 次，已将它搁置。文件可能过大或已损坏：请检查或另存为其他格式后重新上传。 "
    f"Processing this file was interrupted {MAX_ATTEMPTS} times, so it was set aside. "
    "It may be too large or damaged: check it, or save it in another format, and upload it again."
)

LEASE_LOST: Final = "This version was deleted, or another worker has taken it over. Its result is dropped."


def document_name(name: str) -> str:
    """The form in which a document's name is stored and looked for: NFC, without invisible characters.

    Raises:
        InvalidInput: nothing is left, or it is too long.
    """
    composed = unicodedata.normalize("NFC", name)
    visible = "".join(letter for letter in composed if unicodedata.category(letter) not in {"Cc", "Cf", "Cs"}).strip()
    if not visible:
        raise InvalidInput("The document has no name. Give the file one and upload it again.")
    if len(visible) > NAME_CHARACTERS:
        raise InvalidInput(
            f"The document's name has {len(visible)} characters, the limit is {NAME_CHARACTERS}. Shorten it."
        )
    return visible


def check_upload(upload: Upload) -> None:
    """Refuse particulars that can't be used, before the file is read.

    Raises:
        InvalidInput: the name or the dates can't be used.
    """
    document_name(upload.name)
    check_dates(upload.effective_from, upload.expires_on)


def accept(connection: Connection, upload: Upload, blob: Blob, now: datetime) -> DocumentVersion:
    """Queue a version, or return the document's newest one if the upload says nothing new.

    The caller holds the turn for uploads and has put the blob in its place.
    """
    name = document_name(upload.name)
    document_id = connection.execute(select(documents.c.id).where(documents.c.name == name)).scalar_one_or_none()
    document = hold(connection, documents, document_id)
    if document is None:
        document_id, number = _add_document(connection, name, upload.kind, now), 1
    else:
        known = _same_again(connection, document, upload, blob)
        if known is not None:
            return known
        document_id, number = document.id, document.latest_version + 1
        bump = update(documents).where(documents.c.id == document_id)
        connection.execute(bump.values(latest_version=number, updated_at=now))
    _add_version(connection, document_id, number, upload, blob, now)
    row = select_versions().where(versions.c.document_id == document_id, versions.c.number == number)
    return to_version(connection.execute(row).one())


def _add_document(connection: Connection, name: str, kind: DocumentKind | None, now: datetime) -> DocumentId:
    document_id = DocumentId(uuid.uuid4().hex)
    connection.execute(
        insert(documents).values(
            id=document_id,
            name=name,
            kind=kind or DocumentKind.TEXT,
            latest_version=1,
            pinned_up_to=0,
            created_at=now,
            updated_at=now,
        )
    )
    return document_id


def _add_version(
    connection: Connection, document_id: DocumentId, number: int, upload: Upload, blob: Blob, now: datetime
) -> None:
    connection.execute(
        insert(versions).values(
            document_id=document_id,
            number=number,
            media_type=upload.media_type[:255],
            blob_sha256=blob.sha256,
            size=blob.size,
            audience=upload.audience,
            effective_from=upload.effective_from,
            expires_on=upload.expires_on,
            wanted_kind=upload.kind,
            status=VersionStatus.QUEUED,
            progress=0.0,
            passages=0,
            warnings=(),
            attempts=0,
            created_at=now,
        )
    )


def _same_again(connection: Connection, document: Row[Any], upload: Upload, blob: Blob) -> DocumentVersion | None:
    """The newest version that didn't fail, if this upload would only repeat it.

    One that a rollback has put aside doesn't count: uploading it again is how to bring it back.
    """
    newest = select_versions().where(versions.c.document_id == document.id, versions.c.status != VersionStatus.FAILED)
    row = connection.execute(newest.order_by(versions.c.number.desc()).limit(1)).one_or_none()
    if row is None or (row.number <= document.pinned_up_to and row.number != document.live_version):
        return None
    stored = (
        uploaded_sha256(row.media_type) or row.blob_sha256,
        row.audience,
        row.effective_from,
        row.expires_on,
        row.wanted_kind,
    )
    offered = (blob.sha256, upload.audience, upload.effective_from, upload.expires_on, upload.kind)
    return to_version(row) if stored == offered else None


_INSTEAD_OF: Final = "; instead-of="


def uploaded_sha256(media_type: str) -> str | None:
    """Hash of the uploaded file where another one is kept in its place; `None` where it is kept itself."""
    return media_type.partition(_INSTEAD_OF)[2] or None


def keep_instead(connection: Connection, version: DocumentVersion, blob: Blob, media_type: str) -> DocumentVersion:
    """Let a version name another file. Raises `NotFound`."""
    mine = (versions.c.document_id == version.document_id, versions.c.number == version.number)
    told = f"{media_type}{_INSTEAD_OF}{uploaded_sha256(version.media_type) or version.blob_sha256}"
    values = {"blob_sha256": blob.sha256, "size": blob.size, "media_type": told}
    if not connection.execute(update(versions).where(*mine).values(**values)).rowcount:
        raise NotFound("version", f"{version.document_id}/{version.number}")
    return to_version(connection.execute(select_versions().where(*mine)).one())


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version that somebody may take, as it was when read."""

    version_id: int
    attempts: int


def next_waiting(connection: Connection, now: datetime, only: tuple[DocumentId, int] | None) -> Waiting | None:
    """The oldest version that nobody works on."""
    query = select(versions.c.id, versions.c.attempts).where(_is_waiting(now)).order_by(versions.c.id).limit(1)
    if only is not None:
        query = query.where(versions.c.document_id == only[0], versions.c.number == only[1])
    row = connection.execute(query).one_or_none()
    return None if row is None else Waiting(row.id, row.attempts)


def take(connection: Connection, waiting: Waiting, owner: str, now: datetime, seconds: float) -> Job | None:
    """Lease the version; `None` when it had its last chance, or somebody else was quicker."""
    still = and_(versions.c.id == waiting.version_id, versions.c.attempts == waiting.attempts, _is_waiting(now))
    if waiting.attempts >= MAX_ATTEMPTS:
        connection.execute(update(versions).where(still).values(status=VersionStatus.FAILED, reason=GAVE_UP))
        return None
    taken = (
        update(versions)
        .where(still)
        .values(
            status=VersionStatus.PROCESSING,
            attempts=waiting.attempts + 1,
            lease_owner=owner,
            lease_until=now + timedelta(seconds=seconds),
            progress=0.0,
        )
    )
    if connection.execute(taken).rowcount == 0:
        return None
    row = connection.execute(select_versions().where(versions.c.id == waiting.version_id)).one()
    return Job(version=to_version(row), owner=owner, kind=row.wanted_kind, attempts=row.attempts)


def _is_waiting(now: datetime) -> ColumnElement[bool]:
    abandoned = and_(versions.c.status == VersionStatus.PROCESSING, versions.c.lease_until <= now)
    return or_(versions.c.status == VersionStatus.QUEUED, abandoned)


def is_ours(job: Job) -> ColumnElement[bool]:
    """The version is still there and this job is still its latest lease."""
    return and_(
        versions.c.document_id == job.version.document_id,
        versions.c.number == job.version.number,
        versions.c.status == VersionStatus.PROCESSING,
        versions.c.lease_owner == job.owner,
        versions.c.attempts == job.attempts,
    )


def held_version(connection: Connection, job: Job) -> int:
    """The row of the job's version, held until the transaction ends.

    Raises:
        Conflict: the lease was lost or the version deleted.
    """
    version_id = connection.execute(select(versions.c.id).where(is_ours(job))).scalar_one_or_none()
    if hold(connection, versions, version_id, is_ours(job)) is None:
        raise Conflict(LEASE_LOST)
    assert version_id is not None  # else there was nothing to hold
    return int(version_id)


def change(connection: Connection, job: Job, **values: object) -> None:
    """Set columns of the job's version.

    Raises:
        Conflict: the lease was lost or the version deleted.
    """
    version_id = held_version(connection, job)
    connection.execute(update(versions).where(versions.c.id == version_id).values(**values))


def release_all(connection: Connection, owner: str) -> int:
    """Give back every version that this owner holds. Returns how many."""
    held = and_(versions.c.status == VersionStatus.PROCESSING, versions.c.lease_owner == owner)
    released = 0
    for version_id in connection.execute(select(versions.c.id).where(held)).scalars().all():
        given_back = update(versions).where(versions.c.id == version_id, held).values(status=VersionStatus.QUEUED)
        released += connection.execute(given_back).rowcount
    return released


def unfinished(connection: Connection) -> int:
    """How many versions are queued or being processed."""
    busy = versions.c.status.in_([VersionStatus.QUEUED, VersionStatus.PROCESSING])
    return int(connection.execute(select(func.count()).select_from(versions).where(busy)).scalar_one())

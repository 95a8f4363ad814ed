"""Attachments as one object: bytes by their hash in a folder, everything else in SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, delete, select

from core.accounts import AccountId
from core.actors import SYSTEM, Actor, agent
from core.attachments import MEBIBYTE, Attachment, AttachmentId, AttachmentLimits
from core.blobs import BlobStore, Staged
from core.clock import Clock, utc_now
from core.database import checkpoint, reading, writing
from core.desk_events import Subject
from core.errors import Conflict, NotFound, StorageError, TooLarge
from core.types import ConversationId, Finding, TicketId
from desk.acts import Act, acting
from desk.attachments import rows
from desk.attachments.names import clean_name
from desk.attachments.scanning import Scan, no_scan
from desk.attachments.sniffing import sniff
from desk.attachments.tables import attachments
from desk.episodes import hold

UNSENT_FOR: Final = timedelta(days=1)
"""How long a file waits to be sent; then it is forgotten."""

LEFTOVER_AGE_S: Final = 3600.0
"""Bytes that nobody names and that are younger may belong to an upload under way."""

IN_LIST: Final = 500

Turn = Callable[[Connection], object]
"""Waits for the right to put bytes in place or take them away; held until the transaction ends."""


class Attachments:
    """Files with messages. Safe from several threads and processes.

    What a method has changed is durable when it returns; an error means that nothing was changed.
    """

    def __init__(
        self,
        engine: Engine,
        files: BlobStore,
        *,
        turn: Turn,
        limits: AttachmentLimits | None = None,
        scan: Scan = no_scan,
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._files = files
        self._turn = turn
        self.limits = limits or AttachmentLimits()
        self._scan = scan
        self._clock = clock

    def accept(
        self,
        conversation_id: ConversationId,
        sender: Actor,
        name: str,
        chunks: Iterable[bytes],
        *,
        internal: bool = False,
    ) -> Attachment:
        """Take a file that is to go with the sender's next message. The same one again is the one that waits already.

        Args:
            conversation_id: where it is to be sent.
            sender: a customer or an agent.
            name: as the sender calls it.
            chunks: the bytes.
            internal: for a note to colleagues.

        Raises:
            NotFound: no such conversation.
            UnsupportedFormat: not a type that is taken.
            FileRefused: the scanner said no, or it claims too many pixels.
            TooLarge: over the limit of a file, or of the conversation.
            Conflict: as many files wait already as one message may have.
            StorageError: the disk or the scanner failed.
        """
        with self._files.staged(chunks) as staged:
            kind = sniff(staged.path)
            self._scan(staged.path)
            made = Attachment(
                attachment_id=rows.new_id(),
                conversation_id=conversation_id,
                message_id=None,
                role=None,
                sender=sender,
                internal=internal,
                name=clean_name(name, kind.suffixes),
                media_type=kind.media_type,
                size=staged.blob.size,
                sha256=staged.blob.sha256,
                created_at=self._clock(),
            )
            return self._keep(made, staged)

    def _keep(self, made: Attachment, staged: Staged) -> Attachment:
        with writing(self._engine) as connection:
            self._turn(connection)
            hold(connection, made.conversation_id)
            waiting = rows.found(connection, *rows.unsent_of(made.conversation_id, made.sender))
            for each in waiting:
                if (each.sha256, each.name, each.internal) == (made.sha256, made.name, made.internal):
                    return each
            self._must_fit(connection, made, waiting)
            self._files.keep(staged)  # within the turn, so that nobody takes the file away before the commit
            rows.add(connection, made)
        return made

    def _must_fit(self, connection: Connection, made: Attachment, waiting: Sequence[Attachment]) -> None:
        if sum(each.internal is made.internal for each in waiting) >= self.limits.per_message:
            raise Conflict(f"{self.limits.per_message} files wait already, the most for one message. Send these first.")
        there = rows.bytes_of(connection, made.conversation_id, made.sender.kind)
        if there + made.size > self.limits.conversation_bytes:
            limit = self.limits.conversation_bytes / MEBIBYTE
            raise TooLarge(f"All files of one conversation may have {limit:g} MiB together. Send a smaller one.")

    def unsent(self, conversation_id: ConversationId, sender: Actor) -> list[Attachment]:
        """What the sender has uploaded and not sent yet."""
        with reading(self._engine) as connection:
            return rows.found(connection, *rows.unsent_of(conversation_id, sender))

    def of_conversation(self, conversation_id: ConversationId) -> list[Attachment]:
        """Everything that was sent in a conversation, notes' files among it, oldest first."""
        mine = attachments.c.conversation_id == conversation_id
        with reading(self._engine) as connection:
            return rows.found(connection, mine, attachments.c.message_id.is_not(None))

    def of_ticket(self, ticket_id: TicketId) -> list[Attachment]:
        """Everything that was sent about a ticket's problems. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return rows.of_ticket(connection, ticket_id)

    def one(self, attachment_id: AttachmentId) -> Attachment:
        """One attachment, sent or not. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return _one(connection, attachment_id)

    def path(self, attachment: Attachment) -> Path:
        """Where its bytes lie.

        Raises:
            StorageError: they are gone.
        """
        path = self._files.path(attachment.sha256)
        if not path.is_file():
            raise StorageError("The file's content is missing on the server. `zhida check` lists such files.")
        return path

    def take_back(self, conversation_id: ConversationId, sender: Actor, attachment_id: AttachmentId) -> None:
        """Forget a file that wasn't sent.

        Raises:
            NotFound: the sender has no such file waiting.
        """
        with writing(self._engine) as connection:
            own = (attachments.c.id == attachment_id, *rows.unsent_of(conversation_id, sender))
            waiting = rows.found(connection, *own)
            if not waiting:
                raise NotFound("uploaded file", attachment_id)
            connection.execute(delete(attachments).where(*own))
        self._drop_unused([waiting[0].sha256])

    def erase(self, conversation_id: ConversationId, attachment_id: AttachmentId, by: AccountId | None) -> None:
        """Delete a file that was sent, for good, with a line in the log. Its message stays.

        Raises:
            NotFound: the conversation has no such file.
            StorageError: also when all is deleted but the bytes; `sweep` removes those later.
        """
        with acting(self._engine, self._clock, agent(by)) as act:
            hold(act.connection, conversation_id)
            gone = _one(act.connection, attachment_id)
            if gone.conversation_id != conversation_id or gone.message_id is None:
                raise NotFound("file", attachment_id)
            _erase(act, gone)
        self._drop_unused([gone.sha256])
        checkpoint(self._engine)

    def sweep(self, *, older_than_s: float = LEFTOVER_AGE_S) -> int:
        """Forget what was never sent, and remove bytes that nothing names. Returns how many files went."""
        with acting(self._engine, self._clock, SYSTEM) as act:
            old = attachments.c.created_at < act.now - UNSENT_FOR
            act.connection.execute(delete(attachments).where(attachments.c.message_id.is_(None), old))
        removed = self._files.sweep_staged(older_than_s=older_than_s)
        return removed + self._drop_unused(self._files.stored(older_than_s=older_than_s))

    def check(self) -> list[Finding]:
        """Read all bytes again; what is missing or has changed is found."""
        with reading(self._engine) as connection:
            listed = rows.found(connection)
        findings: list[Finding] = []
        seen: dict[str, str | None] = {}
        for each in listed:
            if each.sha256 not in seen:
                seen[each.sha256] = self._digest(each)
            if seen[each.sha256] != each.sha256:
                how = "has no content" if seen[each.sha256] is None else "has another content than was sent"
                what = f"Attachment {each.attachment_id} of conversation {each.conversation_id} {how}."
                findings.append(
                    Finding(what, "Restore the folder `attachments` from a backup, or erase the attachment.")
                )
        return findings

    def _digest(self, attachment: Attachment) -> str | None:
        try:
            with self._files.path(attachment.sha256).open("rb") as file:
                return file_digest(file, "sha256").hexdigest()
        except OSError:
            return None

    def _drop_unused(self, hashes: Sequence[str]) -> int:
        """Remove those of the files that nothing names, while no upload can begin to."""
        removed = 0
        for start in range(0, len(hashes), IN_LIST):
            some = hashes[start : start + IN_LIST]
            with writing(self._engine) as connection:
                self._turn(connection)
                named = select(attachments.c.sha256).where(attachments.c.sha256.in_(some))
                unused = set(some).difference(connection.execute(named).scalars())
                for sha256 in sorted(unused):
                    self._files.remove(sha256)
            removed += len(unused)
        return removed


def _one(connection: Connection, attachment_id: AttachmentId) -> Attachment:
    known = rows.found(connection, attachments.c.id == attachment_id)
    if not known:
        raise NotFound("file", attachment_id)
    return known[0]


def _erase(act: Act, gone: Attachment) -> None:
    row = act.connection.execute(
        select(attachments.c.episode_id).where(attachments.c.id == gone.attachment_id)
    ).scalar_one()
    subject = Subject(conversation_id=gone.conversation_id, episode_id=row, message_id=gone.message_id)
    rows.log_removal(act, subject, gone)
    act.connection.execute(delete(attachments).where(attachments.c.id == gone.attachment_id))

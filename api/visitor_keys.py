"""The secrets by which the company's own site signs its visitors: where they are kept, and how they are changed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from api.auth import KEY_BYTES, create_key_file
from core.clock import Clock, utc_now
from core.errors import Conflict, StorageError
from core.settings import Secret, Settings
from core.visitors import SignedVisitor, SiteVisitor, verify

KEY_FILE: Final = "visitors.key"
"""In the home folder, beside the admin key and as private: a secret a line, the newest first."""

MOST: Final = 2
"""Secrets that hold at once: the new one, and the old one until the site has changed over."""


class VisitorKeys:
    """The secrets. The file is read each time, so that a change holds at once and on every server of the folder."""

    def __init__(self, settings: Settings, *, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._given = settings.visitor_secrets
        self._path = settings.home / KEY_FILE

    def verified(self, signed: SignedVisitor) -> SiteVisitor:
        """Who the visitor is. Errors as with `core.visitors.verify`, and `StorageError`."""
        return verify(signed, self.secrets(), self._clock())

    def secrets(self) -> tuple[Secret, ...]:
        """Those that hold, the newest first; one is made when there is none.

        Raises:
            StorageError: the file can't be read or written, or is damaged.
        """
        return self._given or self._read()

    def rotate(self) -> tuple[Secret, ...]:
        """Make a new one; the one before it holds on, an older one ends. Errors as with `retire`."""
        self._must_be_ours()
        new = Secret(secrets.token_urlsafe(KEY_BYTES))
        return self._write((new, *self._read())[:MOST])

    def retire(self) -> tuple[Secret, ...]:
        """End all but the newest.

        Raises:
            Conflict: the secrets come from the environment.
            StorageError: as with `secrets`.
        """
        self._must_be_ours()
        return self._write(self._read()[:1])

    def _must_be_ours(self) -> None:
        if self._given:
            raise Conflict("The secrets come from ZHIDA_VISITOR_SECRETS. Change them there and start the server again.")

    def _read(self) -> tuple[Secret, ...]:
        try:
            if not self._path.exists():
                create_key_file(self._path)
            lines = self._path.read_text(encoding="ascii").split()
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError(f"{KEY_FILE!r} of the home folder can't be read or written.") from error
        if not 0 < len(lines) <= MOST or any(len(line) < KEY_BYTES for line in lines):
            raise StorageError(f"{KEY_FILE!r} in the home folder is damaged. Delete it for a new secret.")
        return tuple(Secret(line) for line in lines)

    def _write(self, kept: tuple[Secret, ...]) -> tuple[Secret, ...]:
        draft = self._path.with_name(f".{self._path.name}.{secrets.token_hex(8)}")
        try:
            _write_private(draft, "".join(f"{each.reveal()}\n" for each in kept))
            draft.replace(self._path)
        except OSError as error:
            raise StorageError(f"{KEY_FILE!r} of the home folder can't be written.") from error
        return kept


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())

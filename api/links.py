"""Links to files: signed, for one reader, good for some minutes. A browser can't send a token with a link, so it is in it."""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from core.accounts import AccountId
from core.attachments import AttachmentId
from core.errors import Forbidden, NotFound
from core.settings import Secret

PURPOSE: Final = b"zhida attachment links 1"
"""So that no other signature made with the same key is ever one of these."""

_FORM: Final = re.compile(r"([0-9a-f]{32})\.(c|k|a[1-9][0-9]{0,18})\.([0-9]{1,12})\.([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class FileReader:
    """For whom a link is: a conversation's customer, a colleague, or the holder of the admin key."""

    customer: bool = False
    account_id: AccountId | None = None
    """`None` beside a customer is the admin key."""

    @property
    def mark(self) -> str:
        """As it stands in a link."""
        if self.customer:
            return "c"
        return "k" if self.account_id is None else f"a{self.account_id}"


CUSTOMER: Final = FileReader(customer=True)


class LinkExpired(Forbidden):
    """A link was good once."""


class FileLinks:
    """Makes links and reads them.

    The key follows from the admin key, so links outlive a restart, all servers of an installation read them, and a new
    admin key ends them.
    """

    def __init__(self, key: Secret, *, seconds: int, clock: Callable[[], float] = time.time) -> None:
        self._key = hmac.digest(key.reveal().encode(), PURPOSE, sha256)
        self._seconds = seconds
        self._clock = clock

    def make(self, attachment_id: AttachmentId, reader: FileReader) -> tuple[str, int]:
        """Return the link's last part, and until when it is good, in seconds since 1970."""
        expires = int(self._clock()) + self._seconds
        signed = f"{attachment_id}.{reader.mark}.{expires}"
        return f"{signed}.{self._signature(signed)}", expires

    def read(self, link: str) -> tuple[AttachmentId, FileReader]:
        """Return what a link is to, and for whom. What they may see is looked up anew.

        Raises:
            NotFound: nobody here made it.
            LinkExpired: it was good once.
        """
        parts = _FORM.fullmatch(link)
        if parts is None or not hmac.compare_digest(self._signature(link.rpartition(".")[0]), parts[4]):
            raise NotFound("file", link[:32])
        if int(parts[3]) < self._clock():
            raise LinkExpired("This link has expired. Open the file again from the conversation.")
        who = parts[2]
        return AttachmentId(parts[1]), FileReader(who == "c", AccountId(int(who[1:])) if who[0] == "a" else None)

    def _signature(self, signed: str) -> str:
        return hmac.new(self._key, signed.encode(), sha256).hexdigest()

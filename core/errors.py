"""Everything that can go wrong, as one tree. Classes are split by what the reader can do about it.

    ZhidaError
    ├── InvalidInput            the caller sent something unusable; change it and try again
    │   ├── UnsupportedFormat       a file type that Zhida doesn't read
    │   ├── FileRefused             a file of a good type that isn't taken all the same
    │   └── TooLarge                over a stated limit
    ├── NotFound                no such thing, or not yours (the two look the same on purpose)
    ├── Conflict                the thing changed or isn't in the right state for this
    │   └── PairConflict            a Q&A pair contradicts an approved one; confirm it or reject one
    ├── Unauthorized            no valid key or token
    ├── Forbidden               a valid one, but this isn't among the rights of its holder
    ├── RateLimited             too many requests; wait and try again
    ├── ParseFailed             a file can't be read; the reason is for the person who uploaded it
    │   ├── ParseTimeout            it took longer than the limit
    │   └── ParseMemory             it needed more memory than the limit
    ├── ModelError              a language model or encoder can't be used
    │   ├── ModelUnavailable        not reachable, refused, or took longer than the deadline
    │   └── ModelMismatch           the encoder isn't the one that made the stored vectors
    ├── ConnectorFailed         a system of the company's own can't be asked, or its reply can't be used
    ├── StorageError            SQL, disk or an index file failed; nothing was acknowledged
    │   └── IndexCorrupt            an index doesn't match SQL; `zhida reindex` mends it
    ├── MissingExtra            an optional package isn't installed
    └── ConfigurationError      a setting has a value that can't work

Messages have the fact, the value and the next step. They are shown to people, so they hold
no secret and no path of the server beyond what the reader named.
"""

from __future__ import annotations


class ZhidaError(Exception):
    """Base of every error that Zhida raises on purpose."""


class InvalidInput(ZhidaError):
    """The caller sent something unusable."""


class UnsupportedFormat(InvalidInput):
    """A file of a type that Zhida doesn't read."""


class FileRefused(InvalidInput):
    """A file of a good type that isn't taken all the same: a scanner said no, or it would harm whoever opens it."""


class TooLarge(InvalidInput):
    """Something is over a stated limit."""


class NotFound(ZhidaError):
    """There is no such thing, or the caller may not know that there is."""

    def __init__(self, what: str, key: object) -> None:
        self.what = what
        self.key = key
        super().__init__(f"There is no {what} {key!r}. It may have been deleted; list what exists and try again.")


class Conflict(ZhidaError):
    """The thing isn't in a state that allows this."""


class PairConflict(Conflict):
    """A Q&A pair contradicts an approved one. It can be approved all the same, if the caller says so."""


class Unauthorized(ZhidaError):
    """No valid key or token came with the request."""


class Forbidden(ZhidaError):
    """Who asks is known, and has no right to this."""


class RateLimited(ZhidaError):
    """Too many requests from one caller."""

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message)


class ParseFailed(ZhidaError):
    """A file can't be read. The message is the reason shown to the person who uploaded it."""


class ParseTimeout(ParseFailed):
    """Reading the file took longer than the limit."""


class ParseMemory(ParseFailed):
    """Reading the file needed more memory than the limit."""


class ModelError(ZhidaError):
    """A language model or encoder can't be used."""


class ModelUnavailable(ModelError):
    """The model isn't reachable, refused, or took longer than its deadline."""


class ModelMismatch(ModelError):
    """The configured encoder isn't the one that made the stored vectors."""


class ConnectorFailed(ZhidaError):
    """A system of the company's own, such as that of its orders, can't be asked, or its reply can't be used."""


class StorageError(ZhidaError):
    """SQL, the disk or an index failed. Nothing that raised this was acknowledged."""


class IndexCorrupt(StorageError):
    """An index doesn't match SQL. It is derived, so `zhida reindex` mends it."""


class MissingExtra(ZhidaError):
    """An optional package isn't installed."""

    def __init__(self, purpose: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{purpose} needs an optional package. Install it with: pip install 'zhida[{extra}]'")


class ConfigurationError(ZhidaError):
    """A setting has a value that can't work. The message names the setting."""

"""Problems in RFC 9457's form: one table says which error has which status and code.

The server turns errors into problems, the client turns problems back into the same errors.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from core.errors import (
    ConfigurationError,
    Conflict,
    ConnectorFailed,
    FileRefused,
    Forbidden,
    IndexCorrupt,
    InvalidInput,
    MissingExtra,
    ModelError,
    ModelMismatch,
    ModelUnavailable,
    NotFound,
    PairConflict,
    ParseFailed,
    ParseMemory,
    ParseTimeout,
    RateLimited,
    StorageError,
    TooLarge,
    Unauthorized,
    UnsupportedFormat,
    ZhidaError,
)

MEDIA_TYPE: Final = "application/problem+json"

STATUS: Final[Mapping[type[ZhidaError], HTTPStatus]] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnsupportedFormat: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    FileRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    PairConflict: HTTPStatus.CONFLICT,
    Unauthorized: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    ParseFailed: HTTPStatus.UNPROCESSABLE_ENTITY,
    ParseTimeout: HTTPStatus.UNPROCESSABLE_ENTITY,
    ParseMemory: HTTPStatus.UNPROCESSABLE_ENTITY,
    ModelError: HTTPStatus.SERVICE_UNAVAILABLE,
    ModelUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ModelMismatch: HTTPStatus.SERVICE_UNAVAILABLE,
    ConnectorFailed: HTTPStatus.SERVICE_UNAVAILABLE,
    StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
    IndexCorrupt: HTTPStatus.SERVICE_UNAVAILABLE,
    MissingExtra: HTTPStatus.NOT_IMPLEMENTED,
    ConfigurationError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Looked up by class, then by base class. Every leaf of the tree has its own line."""

OUT_OF_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

RETRY_AFTER_S: Final = 5
"""For a 503: long enough for a database to come back, short enough for a person who waits."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What the caller is told. `detail` is for people, `code` for programs."""

    status: HTTPStatus
    code: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, Any] = field(default_factory=dict)
    """Further members, such as the `errors` of a form."""

    def json(self) -> dict[str, Any]:
        """The body."""
        return {
            "type": f"urn:zhida:problem:{self.code}",
            "title": self.status.phrase,
            "status": int(self.status),
            "code": self.code,
            "detail": self.detail,
            **self.members,
        }


def problem_from_error(error: ZhidaError) -> Problem:
    """The problem that tells of an error. Messages of `ZhidaError`s are written to be shown."""
    status = status_of(error)
    return Problem(status, _code(type(error)), str(error), _headers(error, status))


def problem_from_status(status: int, detail: str | None = None, headers: Mapping[str, str] | None = None) -> Problem:
    """A problem that the web framework found, such as an unknown address."""
    known = HTTPStatus(status)
    return Problem(known, known.name.lower(), detail or known.description or known.phrase, headers or {})


def status_of(error: ZhidaError) -> HTTPStatus:
    """The status of an error: that of its class, unless the disk was full."""
    if isinstance(error, StorageError) and _out_of_space(error):
        return HTTPStatus.INSUFFICIENT_STORAGE
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def error_from_problem(problem: Mapping[str, Any], status: int, retry_after: str | None) -> ZhidaError:
    """The error that a problem tells of; one without a known code is taken by its status."""
    kind = _BY_CODE.get(str(problem.get("code"))) or _by_status(status)
    detail = str(problem.get("detail") or f"The server replied with status {status}.")
    if issubclass(kind, RateLimited):
        return RateLimited(detail, retry_after_s=int(retry_after) if retry_after and retry_after.isdecimal() else 1)
    error = kind.__new__(kind)  # some constructors build their message from parts that stayed on the server
    Exception.__init__(error, detail)
    return error


def _code(kind: type[ZhidaError]) -> str:
    """`NotFound` becomes `not_found`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).lstrip("_")


_BY_CODE: Final = {_code(kind): kind for kind in STATUS}


def _by_status(status: int) -> type[ZhidaError]:
    if status >= 500:
        return StorageError
    return next((kind for kind, own in STATUS.items() if own == status), InvalidInput)


def _headers(error: ZhidaError, status: HTTPStatus) -> dict[str, str]:
    if isinstance(error, RateLimited):
        return {"Retry-After": str(error.retry_after_s)}
    if status is HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_AFTER_S)}
    return {}


def _out_of_space(error: BaseException) -> bool:
    return any(isinstance(cause, OSError) and cause.errno in OUT_OF_SPACE for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__

"""Errors become problems, and problems become the same errors again."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from api.problems import STATUS, error_from_problem, problem_from_error, problem_from_status
from core.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    RateLimited,
    StorageError,
    TooLarge,
    Unauthorized,
    ZhidaError,
)


def leaves(kind: type[ZhidaError]) -> Iterator[type[ZhidaError]]:
    """The classes below `kind` in the tree of `core.errors` that have nothing below themselves."""
    below = [one for one in kind.__subclasses__() if one.__module__ == "core.errors"]
    for one in below:
        yield from leaves(one)
    if not below:
        yield kind


class TestTable:
    @pytest.mark.parametrize("kind", list(leaves(ZhidaError)))
    def test_every_error_that_can_reach_the_api_has_a_status(self, kind: type[ZhidaError]) -> None:
        """A new error class without a line in `STATUS` fails here, not in front of a customer."""
        assert kind in STATUS

    @pytest.mark.parametrize("kind", list(STATUS))
    def test_no_error_counts_as_success(self, kind: type[ZhidaError]) -> None:
        """Every status is one that a client takes for a failure."""
        assert STATUS[kind] >= 400


class TestProblemOfAnError:
    def test_says_what_the_error_says(self) -> None:
        """The message is written for people, so it is the detail; the class gives code and status."""
        problem = problem_from_error(NotFound("document", "abc"))

        body = problem.json()

        assert body["status"] == 404
        assert body["code"] == "not_found"
        assert body["type"] == "urn:zhida:problem:not_found"
        assert "'abc'" in body["detail"]

    def test_tells_when_to_come_back(self) -> None:
        """A caller over its limit learns how many seconds to wait."""
        problem = problem_from_error(RateLimited("slower", retry_after_s=7))

        assert problem.headers == {"Retry-After": "7"}

    def test_names_the_way_to_log_in(self) -> None:
        """HTTP wants a 401 to name the scheme."""
        assert problem_from_error(Unauthorized("no key")).headers == {"WWW-Authenticate": "Bearer"}

    def test_a_full_disk_is_told_apart_from_a_broken_one(self) -> None:
        """507 tells the operator to make room; 503 tells the caller to try again."""
        full, broken = StorageError("disk"), StorageError("disk")
        full.__cause__ = OSError(errno.ENOSPC, "No space left on device")
        broken.__cause__ = OSError(errno.EIO, "Input/output error")

        assert problem_from_error(full).status is HTTPStatus.INSUFFICIENT_STORAGE
        assert problem_from_error(broken).status is HTTPStatus.SERVICE_UNAVAILABLE

    def test_a_subclass_counts_as_its_parent(self) -> None:
        """An error class that a module keeps for itself needs no line of its own."""

        class Special(Conflict):
            pass

        assert problem_from_error(Special("busy")).status is HTTPStatus.CONFLICT


class TestErrorOfAProblem:
    @pytest.mark.parametrize(
        "error",
        [NotFound("pair", 5), Conflict("busy"), TooLarge("big"), InvalidInput("bad"), StorageError("down")],
        ids=lambda error: type(error).__name__,
    )
    def test_is_the_error_that_the_server_had(self, error: ZhidaError) -> None:
        """Class and message survive the way over the network."""
        problem = problem_from_error(error)

        again = error_from_problem(problem.json(), int(problem.status), None)

        assert type(again) is type(error)
        assert str(again) == str(error)

    def test_keeps_the_seconds_to_wait(self) -> None:
        """They come in the header, which is where HTTP has them."""
        again = error_from_problem({"code": "rate_limited", "detail": "slower"}, 429, "9")

        assert isinstance(again, RateLimited)
        assert again.retry_after_s == 9

    @pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (418, InvalidInput), (502, StorageError)])
    def test_without_a_code_goes_by_the_status(self, status: int, kind: type[ZhidaError]) -> None:
        """A proxy in between answers in its own words."""
        assert type(error_from_problem({}, status, None)) is kind


def test_a_problem_of_the_framework_has_the_same_shape() -> None:
    """An unknown address gives the same members as an error of ours."""
    body = problem_from_status(405).json()

    assert body["code"] == "method_not_allowed"
    assert body["title"] == "Method Not Allowed"
    assert set(body) == {"type", "title", "status", "code", "detail"}

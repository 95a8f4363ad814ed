"""Requests that nobody sends by accident, against a real server."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.client import Client
from api.limits import Limits
from tests.api.shop import KEY, Serve

MIB = 1024 * 1024


def exchange(base_url: str, *parts: bytes, patience_s: float = 10.0) -> bytes:
    """Send raw bytes and return all that the server says until it closes, or until it is silent for long."""
    host, _, port = base_url.removeprefix("http://").partition(":")
    received = b""
    with socket.create_connection((host, int(port)), timeout=patience_s) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            while chunk := connection.recv(65536):
                received += chunk
                if _complete(received):
                    break
        except (ConnectionResetError, BrokenPipeError):
            pass
    return received


def _complete(received: bytes) -> bool:
    head, found, body = received.partition(b"\r\n\r\n")
    length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(found and length and len(body) >= int(length[0].split(b":")[1]))


def still_open(connection: socket.socket) -> bool:
    """Whether the server neither closed the connection nor said anything on it."""
    connection.setblocking(False)
    try:
        connection.recv(1)
    except BlockingIOError:
        return True
    return False


def head(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def status(received: bytes) -> int:
    return int(received.split(b" ", 2)[1])


UPLOAD = ("POST /v1/documents HTTP/1.1", "Host: x", f"Authorization: Bearer {KEY.reveal()}")
FORM = "Content-Type: multipart/form-data; boundary=b"


class TestBodies:
    def test_two_gigabytes_are_refused_before_they_come(self, base_url: str) -> None:
        """After one of them, and the caller can read why."""
        said = exchange(base_url, head(*UPLOAD, FORM, f"Content-Length: {2 * 1024 * MIB}"), b"x" * MIB)

        assert status(said) == 413
        assert b"too_large" in said

    def test_nobody_s_body_is_read_without_a_key(self, base_url: str) -> None:
        """The refusal comes while the caller is still sending."""
        said = exchange(
            base_url,
            head("POST /v1/documents HTTP/1.1", "Host: x", FORM, f"Content-Length: {40 * MIB}"),
            b"x" * (4 * MIB),
        )

        assert status(said) == 401

    def test_a_body_that_drips_is_cut_off(self, serve: Serve, open_app: Callable[[Limits], FastAPI]) -> None:
        """With a problem that says so."""
        base_url = serve(open_app(Limits(body_s=0.4)))

        said = exchange(base_url, head(*UPLOAD, FORM, "Content-Length: 1000"), b"--b\r\n")

        assert status(said) == 408

    @pytest.mark.parametrize("length", ["-1", "abc", "1e3", "99999999999999999999999", "0x10", "5, 6"])
    def test_an_odd_length_is_refused(self, base_url: str, length: str) -> None:
        """By the parser or by the limit; never with an error of ours."""
        said = exchange(base_url, head(*UPLOAD, FORM, f"Content-Length: {length}"), b"x")

        assert status(said) in {400, 413}

    @pytest.mark.parametrize(
        "content",
        [
            b"x" * (10 * MIB) + b"\r\n--b--\r\n",
            b"--b\r\n" + b"".join(b"X-H%d: 1\r\n" % n for n in range(10_000)) + b"\r\n\r\n--b--\r\n",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx\r\n--b--\r\n'
            + b"x" * (10 * MIB),
            b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + b"x" * (3 * MIB) + b"\r\n--b--\r\n",
            b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
        ],
        ids=["preamble", "10,000 headers", "epilogue", "large text field", "no name"],
    )
    def test_an_odd_form_costs_little(self, http: TestClient, admin: dict[str, str], content: bytes) -> None:
        """Refused or taken for what it is, within a second of work."""
        headers = {**admin, "Content-Type": "multipart/form-data; boundary=b"}
        began = time.process_time()

        response = http.post("/v1/documents", content=content, headers=headers)

        assert response.status_code in {202, 400, 413, 422}
        assert time.process_time() - began < 2


class TestHeads:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Host": "evil.example"},
            {"Host": "evil.example/?x=#"},
            {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "javascript", "X-Forwarded-For": "1.2.3.4"},
            {"X-Original-URL": "/v1/documents", "X-Rewrite-URL": "/v1/documents"},
            {"X-HTTP-Method-Override": "DELETE"},
            {"Range": "bytes=" + ",".join("0-1" for _ in range(20_000))},
        ],
        ids=lambda headers: next(iter(headers)),
    )
    def test_change_nothing(self, base_url: str, headers: dict[str, str]) -> None:
        """Neither who is asking nor what is answered."""
        response = httpx.get(f"{base_url}/v1/health", headers=headers)

        assert response.status_code in {200, 400}
        assert b"evil" not in response.content

    def test_a_line_break_in_a_name_forges_no_log_line(self, base_url: str, caplog: pytest.LogCaptureFixture) -> None:
        """What callers send is quoted where it is logged."""
        httpx.get(f"{base_url}/v1/x%0d%0aERROR%20forged")

        assert not any(record.getMessage().startswith("ERROR forged") for record in caplog.records)

    def test_health_is_answered_among_slow_callers(self, base_url: str) -> None:
        """A hundred open connections that say nothing hold up nobody."""
        host, _, port = base_url.removeprefix("http://").partition(":")
        idle = [socket.create_connection((host, int(port))) for _ in range(100)]
        try:
            with Client(base_url) as client:
                assert client.healthy()
            assert all(still_open(connection) for connection in idle)
        finally:
            for connection in idle:
                connection.close()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["text", "k", "audience", "language", "name", "pairs", "question", "answer", "version", "decision", "contact"]
)
BODIES = JSON | st.dictionaries(FIELDS, JSON, max_size=4)
SEGMENTS = st.text(min_size=1, max_size=12) | st.integers().map(str)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(
    "address",
    [
        "/v1/documents/a%00b",
        "/v1/qa?document_id=a%00b",
        "/v1/qa/99999999999999999999999",
        "/v1/qa/-1",
        "/v1/tickets/1e9",
        "/v1/tickets?limit=0",
        "/v1/qa?offset=99999999999999999999999",
        "/v1/documents/x/passages?version=99999999999999999999",
    ],
)
def test_an_impossible_address_is_refused(http: TestClient, admin: dict[str, str], address: str) -> None:
    """Before a database is asked, since some of them take such a value badly."""
    assert http.get(address, headers=admin).status_code == 422


class TestAnything:
    @quick
    @given(
        path=st.sampled_from(["/v1/search", "/v1/ask", "/v1/qa", "/v1/qa/1/decision", "/v1/documents/x/rollback"]),
        body=BODIES,
    )
    def test_as_a_body_is_never_an_error_of_ours(
        self, http: TestClient, admin: dict[str, str], path: str, body: Any
    ) -> None:
        """Whatever the JSON, the answer is a result or a problem that the caller can mend."""
        content = json.dumps(body).encode()

        response = http.post(path, content=content, headers={**admin, "Content-Type": "application/json"})

        assert response.status_code < 500

    @quick
    @given(
        method=st.sampled_from(["GET", "POST", "DELETE"]),
        start=st.sampled_from(["documents", "qa", "tickets", "conversations"]),
        segments=st.lists(SEGMENTS, max_size=4),
        query=st.dictionaries(st.sampled_from(["offset", "limit", "status", "version", "document_id"]), SEGMENTS),
    )
    def test_as_an_address_is_never_an_error_of_ours(
        self,
        http: TestClient,
        admin: dict[str, str],
        method: str,
        start: str,
        segments: list[str],
        query: dict[str, str],
    ) -> None:
        """Ids that can't be, numbers beyond every range, characters that no database stores."""
        path = "/".join(["/v1", start, *(quote(segment, safe="") for segment in segments)])

        response = http.request(method, path, params=query, headers=admin)

        assert response.status_code < 500

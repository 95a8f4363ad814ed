"""How the pages reach the API."""

from __future__ import annotations

import httpx

from core.settings import Secret
from ui.connection import Connection


def _connection(seen: list[httpx.Request], *, proof: Secret | None) -> Connection:
    def reply(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=[])

    return Connection("http://127.0.0.1:9/", proof=proof, transport=httpx.MockTransport(reply))


class TestConnection:
    def test_says_for_which_visitor_it_asks(self) -> None:
        """Limits and wrong keys count by the browser's address, not by the server's own."""
        seen: list[httpx.Request] = []

        _connection(seen, proof=Secret("p")).manager(Secret("k"), "203.0.113.5").documents()

        assert seen[0].headers["zhida-visitor"] == "203.0.113.5"
        assert seen[0].headers["authorization"] == "Bearer k"

    def test_claims_nothing_without_a_proof(self) -> None:
        """A server that doesn't tell visitors apart isn't told of any."""
        seen: list[httpx.Request] = []

        _connection(seen, proof=None).manager(Secret("k"), "203.0.113.5").documents()

        assert "zhida-visitor" not in seen[0].headers

"""Rules for every test: no network beyond this machine."""

from __future__ import annotations

import socket
from typing import Any

import pytest

LOCAL = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that opens a connection to another machine fails, unless it is marked `network`."""
    if request.node.get_closest_marker("network") is None:
        connect = socket.socket.connect

        def guarded(self: socket.socket, address: Any) -> None:
            if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOCAL:
                raise AssertionError(f"a test tried to connect to {address!r}")
            connect(self, address)

        monkeypatch.setattr(socket.socket, "connect", guarded)

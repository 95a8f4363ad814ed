"""How the pages reach the API of the server that they are part of."""

from __future__ import annotations

from typing import Final

import httpx

from api.client import Client, Visitor
from core.settings import Secret

MAX_CONNECTIONS: Final = 96
"""Above the 64 threads that may run page events, each of which holds one connection at most."""


class Connection:
    """Makes API clients that share one pool of connections.

    Args:
        base_url: The server's own address on this machine.
        proof: Lets a request say for which visitor it is, so that limits count visitors, not this server.
        transport: Replaces the network in tests.
    """

    def __init__(
        self, base_url: str, *, proof: Secret | None = None, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._base_url = base_url
        self._proof = proof
        limits = httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=16)
        self._transport = transport or httpx.HTTPTransport(limits=limits)

    def customer(self, address: str | None) -> Client:
        """Return a client that asks for the visitor at the IP address `address`."""
        return Client(self._base_url, transport=self._transport, visitor=self._visitor(address))

    def manager(self, key: Secret, address: str | None) -> Client:
        """Return a client with the admin key `key`, which may be wrong: the first call will tell."""
        return Client(self._base_url, key, transport=self._transport, visitor=self._visitor(address))

    def _visitor(self, address: str | None) -> Visitor | None:
        return Visitor(address, self._proof) if address and self._proof else None

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

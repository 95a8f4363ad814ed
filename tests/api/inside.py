"""The client over an application in the same process, without a network."""

from __future__ import annotations

import httpx
from fastapi.testclient import TestClient

from api.client import Client
from core.settings import Secret


class Inside(httpx.BaseTransport):
    """Hands requests to a test client and its responses back."""

    def __init__(self, http: TestClient) -> None:
        self._http = http

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        given = self._http.request(request.method, str(request.url), content=request.read(), headers=headers)
        kept = {name: value for name, value in given.headers.items() if name != "content-encoding"}
        return httpx.Response(given.status_code, headers=kept, content=given.content)


def client_inside(http: TestClient, key: Secret) -> Client:
    """A client with this key."""
    return Client("http://testserver", key, transport=Inside(http))

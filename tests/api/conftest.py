"""A small shop's knowledge base on SQLite with the fake encoder, and the whole server over it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.client import Client
from api.composition import Replacements, Services, open_services
from api.limits import Limits
from api.serving import make_server
from core.settings import read_settings
from models.fake_encoder import FakeEncoder
from tests.api.people import FAST
from tests.api.shop import KEY, VISITOR_SECRET, Serve, fill

SETTINGS = {"ZHIDA_ADMIN_KEY": KEY.reveal(), "ZHIDA_VISITOR_SECRETS": VISITOR_SECRET.reveal()}


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The shop, for all tests of a module. Tests add what they change or delete."""
    settings = read_settings(SETTINGS, home=tmp_path_factory.mktemp("shop"))
    opened = open_services(settings, Replacements(encoder=FakeEncoder(), passwords=FAST))
    fill(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(services: Services) -> FastAPI:
    return create_app(services)


@pytest.fixture(scope="module")
def http(app: FastAPI) -> Iterator[TestClient]:
    """Requests without a network."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def admin() -> dict[str, str]:
    """The operator's header."""
    return {"Authorization": f"Bearer {KEY.reveal()}"}


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a real server for an application and gives its address; ends it after the test."""
    running = []

    def start(app: FastAPI) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        server = make_server(app)
        thread = threading.Thread(target=lambda: server.run(sockets=[listener]))
        thread.start()
        running.append((server, thread, listener))
        while not server.started:
            time.sleep(0.01)
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for server, thread, listener in running:
        server.should_exit = True
        thread.join(15)
        listener.close()


@pytest.fixture
def open_app(services: Services) -> Callable[[Limits], FastAPI]:
    """The application with other limits than the default ones."""
    return lambda limits: create_app(services, limits)


@pytest.fixture
def base_url(services: Services, serve: Serve) -> str:
    """A real server over the shop."""
    return serve(create_app(services))


@pytest.fixture
def customer(base_url: str) -> Iterator[Client]:
    with Client(base_url) as client:
        yield client


@pytest.fixture
def manager(base_url: str) -> Iterator[Client]:
    with Client(base_url, KEY) as client:
        yield client


@pytest.fixture
def worker(services: Services) -> Iterator[None]:
    """The server's worker, running."""
    stop = threading.Event()
    thread = threading.Thread(target=services.worker.run_forever, args=(stop,))
    thread.start()
    yield
    stop.set()
    services.worker.wake()
    thread.join(15)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Services]:
    """A shop of its own, for a test that changes it."""
    settings = read_settings(SETTINGS, home=tmp_path / "shop")
    opened = open_services(settings, Replacements(encoder=FakeEncoder(), passwords=FAST))
    fill(opened)
    yield opened
    opened.close()

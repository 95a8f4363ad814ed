"""Chat, test question, search, command line, LangChain and evaluation find the very same things.

Other systems have one path for the page that tries questions out and another for customers, so
that a manager sees hits where a customer gets nothing. Here every way in ends in one function.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from agent.assistant import Assistant
from api.app import create_app
from api.cli import app as commands
from api.client import Client
from api.commands.session import Globals
from api.composition import Replacements, Services, open_services
from api.wire import hit_json, one_line, reply_json
from core.settings import Secret, read_settings
from core.types import Language, PassageId, Query, Reply, Turn
from eval.building import BuiltSuite
from eval.retrieval import evaluate
from eval.suite import CaseId, CorpusEntry, CorpusId, RetrievalCase, RetrievalSuite
from models.fake_encoder import FakeEncoder
from retrieval.langchain import ZhidaRetriever
from retrieval.search import Found, Retriever
from tests.api.inside import client_inside
from tests.api.shop import KEY, fill
from ui import managing
from ui.view import ManagerView

QUESTION = "运费多少？"
"""One that is answered: what isn't is asked about in a conversation and handed over anywhere else (decision 18)."""

K = 10
"""As many as the assistant looks at."""


@dataclass
class Spy:
    """What went into the one function for searching, and the one for replying, and what came out."""

    found: list[tuple[Query, int, Found]] = field(default_factory=list)
    replies: list[tuple[Turn, Reply]] = field(default_factory=list)

    def take(self) -> tuple[tuple[Query, int, str], ...]:
        """The searches since the last call: what was asked, for how many, and all hits to the last digit."""
        taken = tuple((query, k, one_line([hit_json(hit) for hit in found.hits])) for query, k, found in self.found)
        self.found.clear()
        return taken


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Spy:
    """Listens at the two functions without changing what they do."""
    seen = Spy()
    find, reply = Retriever.find, Assistant.reply

    def listened_find(self: Retriever, query: Query, /, *, k: int = 10) -> Found:
        found = find(self, query, k=k)
        seen.found.append((query, k, found))
        return found

    def listened_reply(self: Assistant, turn: Turn, **shown: Any) -> Reply:
        replied = reply(self, turn, **shown)
        seen.replies.append((turn, replied))
        return replied

    monkeypatch.setattr(Retriever, "find", listened_find)
    monkeypatch.setattr(Assistant, "reply", listened_reply)
    return seen


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("one-path")


@pytest.fixture(scope="module")
def services(home: Path) -> Iterator[Services]:
    settings = read_settings({"ZHIDA_ADMIN_KEY": KEY.reveal()}, home=home)
    opened = open_services(settings, Replacements(encoder=FakeEncoder()))
    fill(opened)
    opened.indexes.save()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def http(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services)) as client:
        yield client


def manager(http: TestClient) -> Client:
    return client_inside(http, KEY)


def in_the_chat(_services: Services, http: TestClient, _home: Path) -> None:
    opened = http.post("/v1/conversations").json()
    headers = {"Authorization": f"Bearer {opened['token']}", "Accept": "application/json"}
    sent = http.post(
        f"/v1/conversations/{opened['conversation_id']}/messages", json={"text": QUESTION}, headers=headers
    )
    assert sent.status_code == 200


def on_the_test_page(_services: Services, http: TestClient, _home: Path) -> None:
    view = ManagerView(Language.ZH, key=Secret(KEY.reveal()))
    assert "zd-outcome" in managing.tested(view, QUESTION, "public", manager(http), day="")


def by_the_api(_services: Services, http: TestClient, _home: Path) -> None:
    manager(http).test_question(QUESTION)


def by_the_search_of_the_api(_services: Services, http: TestClient, _home: Path) -> None:
    manager(http).search(QUESTION, k=K)


def on_the_command_line(_services: Services, _http: TestClient, home: Path) -> None:
    _run(home, "ask", QUESTION)


def by_search_on_the_command_line(_services: Services, _http: TestClient, home: Path) -> None:
    _run(home, "search", QUESTION, "-k", str(K))


def in_a_langchain_chain(services: Services, _http: TestClient, _home: Path) -> None:
    ZhidaRetriever(retriever=services.retriever, k=K).invoke(QUESTION)


def _run(home: Path, *arguments: str) -> Any:
    given = Globals(home=home, as_json=True, replacements=Replacements(encoder=FakeEncoder()))
    done = CliRunner().invoke(commands, ["--home", str(home), "--json", *arguments], obj=given)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


Way = Callable[[Services, TestClient, Path], None]
WAYS: Sequence[Way] = (
    in_the_chat,
    on_the_test_page,
    by_the_api,
    by_the_search_of_the_api,
    on_the_command_line,
    by_search_on_the_command_line,
    in_a_langchain_chain,
)


class TestEveryWayIn:
    @pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
    def test_finds_the_same_by_the_same_call(
        self, services: Services, http: TestClient, home: Path, spy: Spy, way: Way
    ) -> None:
        """One search, with the same query, and the same hits with the same reasons, byte for byte."""
        services.retriever.find(Query(text=QUESTION), k=K)
        ((_, _, expected),) = spy.take()

        way(services, http, home)

        ((query, k, hits),) = spy.take()
        assert (query.text, query.audience, query.as_of, k) == (QUESTION, Query(text="").audience, None, K)
        assert hits == expected

    @pytest.mark.parametrize("way", [in_the_chat, on_the_test_page, by_the_api, on_the_command_line])
    def test_that_answers_replies_by_the_same_call(
        self, services: Services, http: TestClient, home: Path, spy: Spy, way: Way
    ) -> None:
        """The outcome is the same, to the last character of the last citation."""
        expected = _outcome(services.assistant.reply(Turn(text=QUESTION)))
        spy.replies.clear()

        way(services, http, home)

        ((turn, reply),) = spy.replies
        assert (turn.text, turn.history, turn.as_of) == (QUESTION, (), None)
        assert _outcome(reply) == expected


class TestEvaluation:
    def test_searches_as_customers_do(self, services: Services, spy: Spy) -> None:
        """The product's row of a run is the product: the same call, and the ranking that customers get."""
        hits = services.retriever.find(Query(text=QUESTION), k=20).hits
        ((_, _, expected),) = spy.take()
        entries = {PassageId(hit.passage.passage_id): CorpusId(str(hit.passage.passage_id)) for hit in hits}
        suite = RetrievalSuite(
            "shop",
            tuple(CorpusEntry(entry, "", "text") for entry in entries.values()),
            (RetrievalCase(CaseId("c"), QUESTION, {next(iter(entries.values())): 1}),),
        )

        evaluate(suite, BuiltSuite(entries, "key", None, 0), lambda _fusion: services.retriever)

        searches = [hits for query, _, hits in spy.take() if query.text == QUESTION]
        assert expected in searches


def _outcome(reply: Reply) -> str:
    return one_line({**reply_json(reply), "ms": {}})

"""Specification of language models at OpenAI-compatible endpoints, against a small real server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from core.errors import ConfigurationError, ModelUnavailable
from core.settings import Secret
from core.types import ModelFailure
from models.chat import ChatMessage, Delta
from models.guard import GuardedModel
from models.langchain_chat import LangChainModel
from tests.models.fake_endpoint import Endpoint, Knobs, endpoint

ASKED = [ChatMessage("system", "规则"), ChatMessage("user", "退货")]


def model_at(server: Endpoint, *, key: str | None = "sk-very-secret") -> LangChainModel:
    return LangChainModel("qwen2.5:7b", base_url=server.base_url, api_key=Secret(key) if key else None)


def read(server: Endpoint, *, deadline_s: float = 20.0) -> tuple[str, ModelFailure | None]:
    pieces = list(GuardedModel(model_at(server)).stream(ASKED, deadline_s=deadline_s))
    failure = pieces[-1] if isinstance(pieces[-1], ModelFailure) else None
    return "".join(piece.text for piece in pieces if isinstance(piece, Delta)), failure


def becomes(condition: Callable[[], bool], *, within_s: float = 30.0) -> bool:
    ends = time.monotonic() + within_s
    while not condition() and time.monotonic() < ends:
        time.sleep(0.01)
    return condition()


class TestAGoodEndpoint:
    def test_is_asked_for_a_stream_with_a_limit(self) -> None:
        """Roles stay apart, and the length limit has the name that every server knows."""
        with endpoint(Knobs()) as server:
            text, failure = read(server)

        assert (text, failure) == (Knobs().text, None)
        (request,) = server.requests
        assert [(each["role"], each["content"]) for each in request["messages"]] == [
            ("system", "规则"),
            ("user", "退货"),
        ]
        assert request["stream"] is True
        assert 0 < request["max_tokens"] <= 1000
        assert server.keys == ["Bearer sk-very-secret"]

    def test_without_a_key_is_not_sent_another_one_s(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """`OPENAI_API_KEY` belongs to OpenAI."""
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
        with endpoint(Knobs()) as server:
            list(model_at(server, key=None).stream(ASKED, deadline_s=20))

        assert server.keys == ["Bearer none"]

    def test_that_fails_once_is_asked_again_once(self) -> None:
        """Overload often passes."""
        with endpoint(Knobs(status=503, fail_first=1)) as server:
            text, failure = read(server)

        assert (text, failure) == (Knobs().text, None)
        assert len(server.requests) == 2


class TestABadEndpoint:
    @pytest.mark.parametrize(
        ("knobs", "kind", "requests"),
        [
            (Knobs(status=401), "error", 1),
            (Knobs(status=429, headers={"retry-after": "60"}), "error", 1),
            (Knobs(status=429), "error", 2),
            (Knobs(status=500), "error", 2),
            (Knobs(status=302, headers={"location": "http://169.254.169.254/"}), "error", 1),
            (Knobs(raw=b"<html>login</html>", content_type="text/html"), "error", 1),
            (Knobs(raw=b'data: {"error": {"message": "sk-very-secret"}}\n\n'), "error", 1),
            (Knobs(raw=b'data: {"choices": 7}\n\ndata: {"choices": [{}]}\n\n'), "error", 1),
            (Knobs(raw=b'data: {"a":1}{"b":2}\n\n'), "error", 1),
            (Knobs(raw=b"data: \xff\xfe\n\n"), "error", 1),
            (Knobs(raw=b"data: " + b"x" * 5_000_000), "error", 1),
            (Knobs(cut_after=12), "truncated", 1),
            (Knobs(finish="length"), "truncated", 1),
            (Knobs(finish="content_filter"), "truncated", 1),
            (Knobs(text=""), "empty", 1),
        ],
        ids=["401", "429 long", "429", "500", "redirect", "html", "error event", "wrong types", "glued", "not utf-8", "huge line", "cut", "length", "filter", "empty"],
    )  # fmt: skip
    def test_ends_in_a_failure_that_tells_no_secret(self, knobs: Knobs, kind: str, requests: int) -> None:
        """Whatever comes, there is no exception, no key in the record, and at most one repeat."""
        with endpoint(knobs) as server:
            _, failure = read(server)

        assert failure is not None
        assert failure.kind == kind
        assert "secret" not in failure.detail
        assert len(server.requests) == requests

    @pytest.mark.parametrize(
        "knobs",
        [Knobs(hang=True), Knobs(hang_after=8), Knobs(drip_s=0.05), Knobs(comments=True)],
        ids=["silent", "hangs", "drips", "comments"],
    )
    def test_that_holds_the_line_is_cut_off_at_the_deadline(self, knobs: Knobs) -> None:
        """The reply ends in time, the connection is closed and the thread is gone."""
        warm_up()
        with endpoint(knobs) as server:
            started = time.monotonic()
            _, failure = read(server, deadline_s=1.0)
            took_s = time.monotonic() - started

            assert failure is not None
            assert failure.kind == "timeout"
            assert took_s < 15.0
            assert becomes(lambda: server.open == 0)
            assert becomes(lambda: not any(thread.name == "language-model" for thread in threading.enumerate()))

    def test_that_is_not_there_is_unavailable(self) -> None:
        """Nothing listens."""
        with endpoint(Knobs()) as server:
            model = model_at(server)
        with pytest.raises(ModelUnavailable, match="ConnectError"):
            list(model.stream(ASKED, deadline_s=20))

    def test_that_is_left_midway_is_let_go(self) -> None:
        """A customer who leaves costs no further tokens."""
        with endpoint(Knobs(text="退货" * 500, drip_s=0.001)) as server:
            stream = GuardedModel(model_at(server)).stream(ASKED, deadline_s=20)
            next(stream)
            stream.close()

            assert becomes(lambda: server.open == 0)


def warm_up() -> None:
    """Import the library, so that a short deadline isn't spent on that."""
    with endpoint(Knobs()) as server:
        read(server)


class TestASetting:
    @pytest.mark.parametrize(
        ("model", "base_url", "reason"),
        [
            ("qwen-plus", None, "needs a provider in front"),
            ("openai:", None, "missing after the colon"),
            ("mistralai:small", None, "pip install langchain-mistralai"),
            ("openai:x", "ftp://a.example", "must start with http"),
            ("openai:x", "http://me:pw@a.example/v1", "user name or password"),
            ("openai:x", "http://169.254.169.254/v1", "link-local"),
            ("openai:x", "http://[fe80::1]/v1", "link-local"),
        ],
    )
    def test_that_cannot_work_is_refused_at_once(self, model: str, base_url: str | None, reason: str) -> None:
        """The message says what to change, and shows no password."""
        with pytest.raises(ConfigurationError, match=reason) as caught:
            LangChainModel(model, base_url=base_url)

        assert "pw" not in str(caught.value)

    def test_without_a_provider_means_the_given_endpoint(self) -> None:
        """Names with a colon, as Ollama has them, stay whole."""
        assert LangChainModel("qwen2.5:7b", base_url="http://127.0.0.1:1/v1").name == "openai:qwen2.5:7b"
        assert LangChainModel("openai:qwen-plus", base_url="http://127.0.0.1:1/v1").name == "openai:qwen-plus"

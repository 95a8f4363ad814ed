"""The contract of `models.chat.ChatModel`, on every implementation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.errors import ModelUnavailable
from models.chat import ChatMessage, ChatModel, Script, ScriptedModel
from models.langchain_chat import LangChainModel
from models.local_chat import LocalChatModel
from tests.models.fake_endpoint import Knobs, endpoint

TEXT = "签收后 7 天内可以退货[1]。特价商品除外[1]。"
ASKED = [ChatMessage("system", "规则"), ChatMessage("user", "怎么退货？")]


@contextmanager
def scripted(behaviour: str) -> Iterator[ChatModel]:
    scripts = {
        "good": Script(text=TEXT, piece=4),
        "length": Script(text=TEXT, finish="length"),
        "empty": Script(),
        "hangs": Script(text=TEXT, piece=4, hang_at=8),
        "fails": Script(text=TEXT, fail_at=8),
    }
    yield ScriptedModel([scripts[behaviour]])


@contextmanager
def langchain(behaviour: str) -> Iterator[ChatModel]:
    knobs = {
        "good": Knobs(text=TEXT),
        "length": Knobs(text=TEXT, finish="length"),
        "empty": Knobs(text=""),
        "hangs": Knobs(text=TEXT, hang_after=8),
        "fails": Knobs(status=500),
    }
    with endpoint(knobs[behaviour]) as server:
        yield LangChainModel("any", base_url=server.base_url)


class FakeLlama:
    """Behaves like llama.cpp's engine: calls back with pieces in the calling thread."""

    def __init__(self, behaviour: str) -> None:
        self._behaviour = behaviour
        self._text = "" if behaviour == "empty" else TEXT

    def handle_chat_completions(
        self, request: dict[str, Any], callback: Callable[[Mapping[str, Any]], bool], /
    ) -> None:
        assert request["stream"]
        for at in range(0, len(self._text), 4):
            if self._behaviour == "fails" and at >= 8:
                raise RuntimeError("slot unavailable")
            if callback(_chunk(self._text[at : at + 4], None)):
                return
            while self._behaviour == "hangs" and at >= 4:
                time.sleep(0.01)
                if callback(_chunk("", None)):
                    return
        callback(_chunk("", "length" if self._behaviour == "length" else "stop"))


def _chunk(text: str, finish: str | None) -> Mapping[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text or None}, "finish_reason": finish}]}


@contextmanager
def local(behaviour: str) -> Iterator[ChatModel]:
    yield LocalChatModel(Path("any.gguf"), start=lambda _path, _threads: FakeLlama(behaviour))


Make = Callable[[str], AbstractContextManager[ChatModel]]
MODELS: Mapping[str, Make] = {"scripted": scripted, "langchain": langchain, "local": local}


@pytest.fixture(params=MODELS.values(), ids=MODELS)
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


class TestAReply:
    def test_comes_in_pieces_and_ends_with_its_reason(self, make: Make) -> None:
        """Only the last piece says why the model stopped."""
        with make("good") as model:
            pieces = list(model.stream(ASKED, deadline_s=20))

        assert "".join(piece.text for piece in pieces) == TEXT
        assert len(pieces) > 2
        assert [piece.finish for piece in pieces] == [None] * (len(pieces) - 1) + ["stop"]

    def test_that_is_cut_off_says_so(self, make: Make) -> None:
        """The length limit isn't a complete reply."""
        with make("length") as model:
            assert list(model.stream(ASKED, deadline_s=20))[-1].finish == "length"

    def test_may_be_empty(self, make: Make) -> None:
        """That is the caller's to judge."""
        with make("empty") as model:
            pieces = list(model.stream(ASKED, deadline_s=20))

        assert "".join(piece.text for piece in pieces) == ""
        assert pieces[-1].finish == "stop"

    def test_of_a_failing_model_raises_unavailable(self, make: Make) -> None:
        """Nothing else is ever raised."""
        with make("fails") as model, pytest.raises(ModelUnavailable):
            list(model.stream(ASKED, deadline_s=20))

    def test_that_hangs_ends_when_another_thread_closes_it(self, make: Make) -> None:
        """A thread that waits for the next piece doesn't wait for ever."""
        with make("hangs") as model:
            stream = model.stream(ASKED, deadline_s=60)
            next(stream)
            threading.Timer(0.1, stream.close).start()
            started = time.monotonic()
            with pytest.raises(ModelUnavailable):
                for _ in stream:
                    pass

        assert time.monotonic() - started < 30

    def test_starts_with_the_first_piece_that_is_asked_for(self, make: Make) -> None:
        """Making a stream costs nothing, and closing one that never began is fine."""
        with make("good") as model:
            stream = model.stream(ASKED, deadline_s=20)
            stream.close()

    def test_can_be_had_several_times(self, make: Make) -> None:
        """Each stream is a reply of its own."""
        with make("good") as model:
            first, second = (list(model.stream(ASKED, deadline_s=20)) for _ in range(2))

        assert "".join(piece.text for piece in first) == "".join(piece.text for piece in second) == TEXT

    def test_names_its_model(self, make: Make) -> None:
        """For the record."""
        with make("good") as model:
            assert model.name

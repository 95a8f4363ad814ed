"""A language model from a GGUF file, run by llama.cpp inside this process (extra `local-llm`)."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final, Protocol, Self

from core.errors import ConfigurationError, MissingExtra, ModelUnavailable, ZhidaError
from models.chat import MAX_REPLY_TOKENS, ChatMessage, Delta, FinishReason, ReplyStream

CONTEXT_TOKENS: Final = 8192

_FINISHES: Final[dict[str, FinishReason]] = {"stop": "stop", "length": "length"}

Chunk = Mapping[str, Any]
"""A piece of a reply in the form of OpenAI's chat completions."""


class Engine(Protocol):
    """What is used of `xllamacpp.Server`. Safe to call from several threads; it queues them."""

    def handle_chat_completions(self, request: dict[str, Any], callback: Callable[[Chunk], bool], /) -> object:
        """Call `callback` with each piece, in the calling thread, until it returns true or the reply ends."""
        ...


StartEngine = Callable[[Path, int], Engine]
"""From a GGUF file and a number of threads to a running engine."""


class LocalChatModel:
    """Runs a GGUF file. The file is loaded with the first reply, which takes seconds.

    A reply that is closed stops at its next token; reading a prompt can't be interrupted.
    """

    def __init__(self, path: Path, *, threads: int = 2, start: StartEngine | None = None) -> None:
        self._path = path
        self._threads = threads
        self._start = start or start_llama
        self._loading = threading.Lock()

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    def stream(self, messages: Sequence[ChatMessage], /, *, deadline_s: float) -> ReplyStream:
        """Return the reply. The caller keeps the deadline by closing it; nothing here can hang for good."""
        request = {
            "messages": [{"role": message.role, "content": message.text} for message in messages],
            "max_tokens": MAX_REPLY_TOKENS,
            "temperature": 0.0,
            "stream": True,
        }
        return _Reply(self._engine, request)

    def _engine(self) -> Engine:
        with self._loading:
            return self._loaded

    @cached_property
    def _loaded(self) -> Engine:
        return self._start(self._path, self._threads)


def start_llama(path: Path, threads: int) -> Engine:
    """Load a GGUF file into llama.cpp.

    Raises:
        MissingExtra: the extra `local-llm` isn't installed.
        ConfigurationError: the file can't be loaded.
    """
    try:
        llama = import_module("xllamacpp")
    except ModuleNotFoundError as error:
        raise MissingExtra("Running a GGUF file", "local-llm") from error
    parameters = llama.CommonParams()
    parameters.model.path = str(path)
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.cpuparams.n_threads = threads
    parameters.verbosity = -1
    parameters.ui = False
    # The engine also listens on a free local port. Nobody else on this machine shall use it.
    parameters.api_keys = [secrets.token_urlsafe(32)]
    try:
        engine: Engine = llama.Server(parameters)
    except (RuntimeError, ValueError) as error:
        raise ConfigurationError(f"ZHIDA_MODEL names {path.name!r}, which llama.cpp can't load.") from error
    return engine


class _Reply:
    """Turns the engine's calls into pieces that can be iterated."""

    def __init__(self, engine: Callable[[], Engine], request: dict[str, Any]) -> None:
        self._engine = engine
        self._request = request
        self._pieces: SimpleQueue[Delta | Exception] = SimpleQueue()
        self._closed = threading.Event()
        self._started = False
        self._ended = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Delta:
        if self._ended:
            raise StopIteration
        if not self._started:
            self._started = True
            threading.Thread(target=self._run, name="llama", daemon=True).start()
        piece = self._pieces.get()
        if isinstance(piece, Exception):
            self._ended = True
            raise piece
        self._ended = piece.finish is not None
        return piece

    def close(self) -> None:
        self._closed.set()
        self._pieces.put(ModelUnavailable("The reply was given up."))

    def _run(self) -> None:
        try:
            self._engine().handle_chat_completions(self._request, self._take)
            self._pieces.put(Delta("", "unknown"))  # only read when no piece said that it was the last
        except ZhidaError as error:
            self._pieces.put(ModelUnavailable(str(error)))
        except (RuntimeError, ValueError, TypeError, KeyError, AttributeError) as error:
            self._pieces.put(ModelUnavailable(f"The local model failed: {type(error).__name__}."))

    def _take(self, chunk: Chunk) -> bool:
        if self._closed.is_set():
            return True
        if "choices" not in chunk:
            self._pieces.put(ModelUnavailable("The local model refused the prompt; it may be too long."))
            return True
        for choice in chunk["choices"]:
            said = choice.get("finish_reason")
            finish = _FINISHES.get(said, "unknown") if said else None
            self._pieces.put(Delta(choice.get("delta", {}).get("content") or "", finish))
        return False

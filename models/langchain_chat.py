"""Language models through LangChain: any OpenAI-compatible endpoint, and every provider it has a package for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

import httpx

from core.errors import ConfigurationError, ModelUnavailable, ZhidaError
from core.settings import Secret
from models.chat import MAX_REPLY_TOKENS, ChatMessage, Delta, FinishReason, ReplyStream
from models.wire import Wire, WireTap, is_link_local

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

PACKAGES: Final = {
    "openai": "langchain_openai",
    "anthropic": "langchain_anthropic",
    "deepseek": "langchain_deepseek",
    "google_genai": "langchain_google_genai",
    "groq": "langchain_groq",
    "mistralai": "langchain_mistralai",
    "ollama": "langchain_ollama",
    "openrouter": "langchain_openrouter",
    "together": "langchain_together",
    "xai": "langchain_xai",
}
"""Providers that a setting may name, and the package of each. `openai` is installed with Zhida."""

FINISHES: Final[dict[str, FinishReason]] = {
    "stop": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "eos": "stop",
    "length": "length",
    "max_tokens": "length",
}
"""What providers call the end of a reply. Anything else, a content filter for one, isn't a complete reply."""

RETRY_STATUSES: Final = frozenset({408, 409, 429, 500, 502, 503, 504})
RETRY_WAIT_S: Final = 0.3
LONGEST_RETRY_WAIT_S: Final = 2.0
"""A server that asks for a longer pause isn't asked again: quoting is better than waiting."""


class LangChainModel:
    """A chat model by name, such as `openai:qwen-plus` or `ollama:qwen3`.

    The library takes about a second to import, so that happens with the first reply. A name
    without a known provider needs `base_url` and is asked for at that OpenAI-compatible endpoint.

    Raises:
        ConfigurationError: the provider's package is missing, or the address can't be used.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: Secret | None = None,
        max_tokens: int = MAX_REPLY_TOKENS,
        silence_s: float = 20.0,
    ) -> None:
        self._provider, self._model = _split(model, has_address=base_url is not None)
        self._base_url = _checked_address(base_url)
        self._api_key = api_key
        self._max_tokens = max_tokens
        self._silence_s = silence_s
        self._tap = WireTap()
        self._building = threading.Lock()

    @property
    def name(self) -> str:
        """Provider and model."""
        return f"{self._provider}:{self._model}"

    def stream(self, messages: Sequence[ChatMessage], /, *, deadline_s: float) -> ReplyStream:
        """Return the reply. One failed attempt is repeated if nothing came yet and repeating may help."""
        prompt = [(message.role, message.text) for message in messages]
        return _Reply(lambda: self._client().stream(prompt), self._tap, Wire(), deadline_s)

    def _client(self) -> BaseChatModel:
        with self._building:  # cached_property alone would build one client per thread that waits
            return self._built

    @cached_property
    def _built(self) -> BaseChatModel:
        from langchain.chat_models import init_chat_model

        chat: BaseChatModel = init_chat_model(self._model, model_provider=self._provider, **self._options())
        return chat

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"temperature": 0.0}
        if self._base_url is not None:
            options["base_url"] = self._base_url
        if self._api_key is not None:
            options["api_key"] = self._api_key.reveal()
        if self._provider == "openai":
            options |= self._openai_options()
        return options

    def _openai_options(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "http_client": self._tap.client(silence_s=self._silence_s),
            "max_retries": 0,  # the library sleeps where nobody can wake it
            "timeout": self._silence_s,
        }
        if self._base_url is None:
            return options | {"max_tokens": self._max_tokens}
        # Compatible servers know `max_tokens`, OpenAI's own name for it is newer than many of them.
        # Without a key of its own, an endpoint must not be sent the one of OPENAI_API_KEY.
        unset = {} if self._api_key is not None else {"api_key": "none"}
        return options | unset | {"extra_body": {"max_tokens": self._max_tokens}, "use_responses_api": False}


class _Reply:
    def __init__(
        self, ask: Callable[[], Iterator[AIMessageChunk]], tap: WireTap, wire: Wire, deadline_s: float
    ) -> None:
        self._ask = ask
        self._tap = tap
        self._wire = wire
        self._ends_at = time.monotonic() + deadline_s
        self._deltas = self._run()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Delta:
        return next(self._deltas)

    def close(self) -> None:
        self._wire.cut()

    def _run(self) -> Iterator[Delta]:
        self._tap.use(self._wire)
        try:
            yield from self._attempt()
            return
        except _Repeatable as failure:
            wait_s = failure.wait_s
        time.sleep(min(wait_s, max(0.0, self._ends_at - time.monotonic())))
        self._wire.check()
        try:
            yield from self._attempt()
        except _Repeatable as failure:
            raise failure.reason from None

    def _attempt(self) -> Iterator[Delta]:
        """One try. LangChain's providers raise anything on a strange reply, so everything is translated."""
        written = False
        try:
            for delta in _deltas(self._ask()):
                self._wire.check()
                written = written or bool(delta.text)
                yield delta
        except ZhidaError:
            raise
        except Exception as error:
            reason = ModelUnavailable(describe(error))
            wait_s = _repeat_after(error)
            if written or wait_s is None:
                raise reason from error
            raise _Repeatable(reason, wait_s) from error


class _Repeatable(Exception):
    """An attempt failed in a way that often passes."""

    def __init__(self, reason: ModelUnavailable, wait_s: float) -> None:
        self.reason = reason
        self.wait_s = wait_s
        super().__init__(str(reason))


def _deltas(chunks: Iterator[AIMessageChunk]) -> Iterator[Delta]:
    for chunk in chunks:
        details = chunk.response_metadata
        said = details.get("finish_reason") or details.get("stop_reason") or details.get("done_reason")
        finish = FINISHES.get(str(said), "unknown") if said else None
        yield Delta(str(chunk.text), finish)
        if finish is not None:
            return
    yield Delta("", "unknown")


def describe(error: Exception) -> str:
    """Say what went wrong without the server's words, which may repeat a key or a customer's text."""
    status = getattr(error, "status_code", None)
    if status in {401, 403}:
        return f"The model's endpoint refused the key (HTTP {status}). Check ZHIDA_MODEL_API_KEY."
    if isinstance(status, int):
        return f"The model's endpoint answered HTTP {status}."
    root = _root(error)
    if isinstance(root, ZhidaError):
        return str(root)
    return f"The model's endpoint failed: {type(error).__name__} ({type(root).__name__})."


def _root(error: BaseException) -> BaseException:
    """What caused it all."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _repeat_after(error: Exception) -> float | None:
    """Seconds after which to try once more, or `None` when that won't help."""
    status = getattr(error, "status_code", None)
    if status is None:
        return RETRY_WAIT_S if isinstance(_root(error), httpx.ConnectError) else None
    if status not in RETRY_STATUSES:
        return None
    asked = getattr(getattr(error, "response", None), "headers", {}).get("retry-after", "")
    wait_s = float(asked) if asked.replace(".", "", 1).isdigit() else RETRY_WAIT_S
    return wait_s if wait_s <= LONGEST_RETRY_WAIT_S else None


def _split(model: str, *, has_address: bool) -> tuple[str, str]:
    """Cut `provider:model`; without a known provider in front, all of it is the model's name."""
    provider, colon, name = model.partition(":")
    provider = provider.replace("-", "_").lower()
    if not colon or provider not in PACKAGES:
        if not has_address:
            raise ConfigurationError(
                f"ZHIDA_MODEL is {model!r}; it needs a provider in front, for example 'openai:{model}', "
                f"or an endpoint in ZHIDA_MODEL_BASE_URL. Known providers: {', '.join(PACKAGES)}."
            )
        return "openai", model
    if not name:
        raise ConfigurationError(f"ZHIDA_MODEL is {model!r}; the name of the model is missing after the colon.")
    if find_spec(PACKAGES[provider]) is None:
        package = PACKAGES[provider].replace("_", "-")
        raise ConfigurationError(f"ZHIDA_MODEL is {model!r}, which needs a package. Install it: pip install {package}")
    return provider, name


def _checked_address(base_url: str | None) -> str | None:
    if base_url is None:
        return None
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f"ZHIDA_MODEL_BASE_URL is {base_url!r}; it must start with http:// or https://.")
    if parts.username or parts.password:
        raise ConfigurationError(
            "ZHIDA_MODEL_BASE_URL holds a user name or password. Use ZHIDA_MODEL_API_KEY for keys."
        )
    if is_link_local(parts.hostname):
        raise ConfigurationError(f"ZHIDA_MODEL_BASE_URL is {base_url!r}; link-local addresses are never allowed.")
    return base_url

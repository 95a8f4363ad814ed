"""A connection to Milvus: its address, its calls, and its errors turned into ours."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from core.errors import ConfigurationError, IndexCorrupt, MissingExtra, StorageError

SETTING: Final = "ZHIDA_INDEX_URL"
SEARCH_TIMEOUT_S: Final = 30.0
"""A search that takes longer has failed."""

TIMEOUT_S: Final = 300.0
"""Any other request. Filling an index takes many, one after the other."""

COLLECTION_MISSING: Final = 100
"""Milvus's code for a collection that doesn't exist."""

KEEPALIVE: Final = {"grpc.keepalive_time_ms": 300_000}
"""The client's own ten seconds are more often than the server of Milvus Lite allows: it hangs up on whoever is idle for half
a minute («Too many pings»)."""


class Milvus:
    """A connection to Milvus, or to a file of Milvus Lite.

    Args:
        url: `http://` or `https://`, with user and password and the name of a database if need be,
            or a file that ends in `.db`.
    """

    def __init__(self, url: str) -> None:
        self._arguments = connection_arguments(url)
        self._client: Any = None

    def open(self) -> None:
        """Connect.

        Raises:
            MissingExtra: `pymilvus` isn't installed.
            StorageError: nobody answers there, or with another user or database only.
        """
        if self._client is not None:
            return
        try:
            from pymilvus import MilvusClient
        except ImportError:
            raise MissingExtra(f"{SETTING}", "milvus") from None
        for name in ("pymilvus", "grpc._server"):  # what they log is raised as well, or Milvus Lite can't do it
            logging.getLogger(name).setLevel(logging.CRITICAL)
        with translated():
            self._client = MilvusClient(timeout=SEARCH_TIMEOUT_S, grpc_options=KEEPALIVE, **self._arguments)

    def close(self) -> None:
        """Disconnect; Milvus Lite ends."""
        if self._client is not None:
            client, self._client = self._client, None
            client.close()

    def call(self, method: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the client.

        Raises:
            IndexCorrupt: the collection doesn't exist.
            StorageError: Milvus isn't reachable or refused.
        """
        if self._client is None:
            raise StorageError("The connection to Milvus is closed. Open the indexes first.")
        with translated():
            timeout = SEARCH_TIMEOUT_S if method == "search" else TIMEOUT_S
            return getattr(self._client, method)(*args, timeout=timeout, **kwargs)

    def collections(self, prefix: str) -> list[str]:
        """Names of the collections that start so."""
        return sorted(name for name in self.call("list_collections") if name.startswith(prefix))

    def drop(self, name: str) -> None:
        """Remove a collection with everything in it; an unknown one is ignored."""
        self.call("drop_collection", name)


def connection_arguments(url: str) -> dict[str, str]:
    """What the client is to be told.

    Raises:
        ConfigurationError: the value can't be an address of Milvus.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(_not_an_address()) from None
    if parts.scheme in {"http", "https"} and parts.hostname:
        return _server_arguments(parts, port)
    if not parts.scheme and url.endswith(".db"):
        return {"uri": str(Path(url).expanduser().resolve())}
    raise ConfigurationError(_not_an_address())


def _server_arguments(parts: SplitResult, port: int | None) -> dict[str, str]:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    arguments = {"uri": f"{parts.scheme}://{host}:{port or 19530}"}
    if parts.username:
        arguments["token"] = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    if parts.path.strip("/"):
        arguments["db_name"] = parts.path.strip("/")
    return arguments


def _not_an_address() -> str:
    # Without the value, which may hold a password.
    return (
        f"{SETTING} must be http://host:19530 or https://… of Milvus, or a file ending in .db for Milvus Lite. "
        "Correct it, or unset it to search with the built-in indexes."
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turn the client's errors into ours. Their text may hold data, so it stays in the chain only."""
    import grpc
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except MilvusException as error:
        if error.code == COLLECTION_MISSING:
            raise IndexCorrupt("Milvus lacks a collection that was recorded. Run `zhida reindex`.") from error
        raise StorageError(_refused(f"code {int(error.code)}")) from error
    except grpc.RpcError as error:
        raise StorageError(_refused(error.code().name if isinstance(error, grpc.Call) else "no answer")) from error
    except (OSError, ValueError) as error:  # ValueError: a channel that was closed meanwhile
        raise StorageError(_refused(type(error).__name__)) from error


def _refused(why: str) -> str:
    return (
        f"Milvus isn't reachable or refused a request ({why}). Check that it runs at {SETTING}; "
        "documents and changes are safe in the database and are searched again once it answers."
    )

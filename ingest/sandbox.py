"""Parse files in a child process, so that a hostile or broken one harms nothing but itself."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from core.types import DocumentKind
from ingest.parsed import ParsedDocument
from ingest.reasons import ERRORS, Reason, refusal
from ingest.sandbox_child import LENGTH

_log = logging.getLogger(__name__)

_MIB: Final = 1024 * 1024
_SOURCES: Final = Path(__file__).resolve().parent.parent
"""Where the child finds the same packages that the parent runs."""

_ENVIRONMENT: Final[Mapping[str, str]] = {
    "PYTHONPATH": str(_SOURCES),
    "PYTHONSAFEPATH": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
}
"""All that the child knows of ours: no key, no proxy, no home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost. The kernel keeps all but the wall time, which the parent keeps."""

    wall_seconds: float = 90
    cpu_seconds: int = 60
    memory_bytes: int = 1_536 * _MIB
    """Address space of the child, Python and libraries included."""
    file_bytes: int = 0
    """Largest file that the child may write. Parsers write none, so none can stay behind."""
    open_files: int = 64
    result_bytes: int = 64 * _MIB
    """Of the document as JSON."""
    files_per_child: int = 50
    """A child is replaced after this many files, so that no leak of a parser adds up."""


class Sandbox:
    """Reads one file at a time in a child process that is re-used while all goes well.

    Any failure, timeout or crash ends the child; the next file gets a fresh one. Threads take
    turns: for more at once use one `Sandbox` each. Used as a context manager or with `close`.
    """

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._turn = threading.Lock()
        self._child: _Child | None = None

    def parse(self, path: Path, name: str, *, kind: DocumentKind | None = None) -> ParsedDocument:
        """The clean content of the file at `path`, which people call `name` (only its ending is used).

        Raises:
            UnsupportedFormat: Zhida doesn't read this type of file.
            ParseFailed: the file can't be read; `ParseTimeout` and `ParseMemory` when a limit ended it.
            TooLarge: the text is longer than a document may be.
        Every message is a reason for the person who uploaded the file.
        """
        with self._turn:
            child = self._ready_child()
            reusable = False
            try:
                reply = child.ask(path.resolve(), name, kind)
                reusable = "document" in reply and child.served < self._limits.files_per_child
            finally:
                if not reusable:
                    self._drop_child()
        return _document(reply)

    def close(self) -> None:
        """End the child, if there is one. The sandbox can be used again afterwards."""
        with self._turn:
            self._drop_child()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ready_child(self) -> _Child:
        if self._child is not None and not self._child.alive():
            self._drop_child()
        if self._child is None:
            self._child = _Child(self._limits)
        return self._child

    def _drop_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


class _Child:
    """One process with its pipes. Starting it is all that the constructor does."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.served = 0
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
                [sys.executable, "-s", "-m", "ingest.sandbox_child", json.dumps(asdict(limits))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_ENVIRONMENT,
                start_new_session=True,  # a group of its own, so that ending it ends whatever it started
                bufsize=0,
            )
        except OSError as error:
            raise refusal(Reason.NO_SANDBOX) from error

    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, path: Path, name: str, kind: DocumentKind | None) -> Mapping[str, Any]:
        """Send one request and wait for its reply, until the wall time is over."""
        self.served += 1
        deadline = time.monotonic() + self._limits.wall_seconds
        request = {
            "path": str(path),
            "name": name,
            "kind": kind,
            "cpu_seconds": self._limits.cpu_seconds,
            "wall_seconds": self._limits.wall_seconds,
        }
        self._send(json.dumps(request).encode())
        size = LENGTH.unpack(self._receive(LENGTH.size, deadline))[0]
        if size > self._limits.result_bytes:
            raise refusal(Reason.RESULT_TOO_LARGE, self._limits.result_bytes // _MIB)
        received = self._receive(size, deadline)
        try:
            reply = json.loads(received)
        except ValueError as error:
            raise refusal(Reason.CRASHED) from error
        if not isinstance(reply, dict):
            raise refusal(Reason.CRASHED)
        return reply

    def _send(self, request: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(LENGTH.pack(len(request)) + request)
        except OSError as error:
            raise self._post_mortem() from error

    def _receive(self, size: int, deadline: float) -> bytes:
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        ready = select.poll()  # not select.select, which can't take a descriptor above 1023
        ready.register(pipe, select.POLLIN)
        received = bytearray()
        while len(received) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not ready.poll(left * 1000):
                raise refusal(Reason.TIMEOUT, round(self._limits.wall_seconds))
            piece = os.read(pipe, min(size - len(received), _MIB))
            if not piece:
                raise self._post_mortem()
            received += piece
        return bytes(received)

    def _post_mortem(self) -> Exception:
        """Why the child is gone, by how it went."""
        code = self._process.wait(timeout=10)
        _log.info("a parser process ended with code %s", code)
        if code == -signal.SIGXCPU:
            return refusal(Reason.TIMEOUT, self._limits.cpu_seconds)
        if code == -signal.SIGALRM:
            return refusal(Reason.TIMEOUT, round(self._limits.wall_seconds))
        if code == -signal.SIGKILL:
            # Nobody but the kernel kills a child of ours before we do: it ran out of memory.
            return refusal(Reason.MEMORY)
        return refusal(Reason.CRASHED)

    def end(self) -> None:
        """Kill the process group and close the pipes."""
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def _document(reply: Mapping[str, Any]) -> ParsedDocument:
    """The document of a reply, or the error it names. A child that was taken over may send anything."""
    try:
        if "document" in reply:
            return ParsedDocument.from_json(reply["document"])
        error = ERRORS[reply["error"]](str(reply["message"]))
        if reply["detail"]:
            error.add_note(str(reply["detail"]))
    except (ValueError, KeyError, TypeError) as broken:
        raise refusal(Reason.CRASHED) from broken
    raise error

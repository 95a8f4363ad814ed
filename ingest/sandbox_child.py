"""The child process of `ingest.sandbox`: reads requests, parses, answers. Run with `python -m`.

Frames in both directions are a four-byte length (big endian) and that many bytes of JSON.
A request is `{path, name, kind, cpu_seconds, wall_seconds}`. A reply is `{"document": …}` with the
text of `ParsedDocument.to_json`, or `{"error": class, "message": …, "detail": …}`.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO, Final

from core.errors import ZhidaError
from core.types import DocumentKind
from ingest.confinement import forbid_side_effects, grant_cpu_seconds, leave_network, limit_resources
from ingest.parsing import read_file
from ingest.reasons import ERRORS, Reason, refusal

LENGTH: Final = struct.Struct(">I")
_ALARM_AFTER_S: Final = 5
"""How long after the parent should have ended this process it ends itself, if the parent is gone."""


def main() -> None:
    """Confine this process, then serve requests until the input ends."""
    limits = json.loads(sys.argv[1])
    requests, replies = _private_pipes()
    limit_resources(
        memory_bytes=limits["memory_bytes"], file_bytes=limits["file_bytes"], open_files=limits["open_files"]
    )
    leave_network()
    _forget_numpy()
    forbid_side_effects()
    while (request := _read(requests)) is not None:
        signal.setitimer(signal.ITIMER_REAL, request["wall_seconds"] + _ALARM_AFTER_S)
        grant_cpu_seconds(request["cpu_seconds"])
        reply = _answer(request, limits["result_bytes"])
        signal.setitimer(signal.ITIMER_REAL, 0)
        replies.write(LENGTH.pack(len(reply)) + reply)
        replies.flush()


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes to the parent for us, so that nothing a parser prints or reads can touch them."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.close(nothing)
    return requests, replies


def _forget_numpy() -> None:
    """openpyxl imports NumPy when it can: 0.2 s and 100 MB of address space for nothing we use."""
    sys.modules["numpy"] = None  # type: ignore[assignment]  # the documented way to make an import fail


def _read(requests: BinaryIO) -> dict[str, Any] | None:
    header = requests.read(LENGTH.size)
    if len(header) < LENGTH.size:
        return None
    request: dict[str, Any] = json.loads(requests.read(LENGTH.unpack(header)[0]))
    return request


def _answer(request: dict[str, Any], result_bytes: int) -> bytes:
    kind = DocumentKind(request["kind"]) if request["kind"] else None
    try:
        document = read_file(Path(request["path"]), request["name"], kind).to_json()
    except MemoryError as error:
        return _failure(refusal(Reason.MEMORY), error)
    except ZhidaError as error:
        return _failure(error, error.__cause__)
    except (ImportError, SyntaxError) as error:  # this installation is broken, not the file
        return _failure(refusal(Reason.NO_SANDBOX), error)
    except Exception as error:  # noqa: BLE001 - a parser may raise anything; the person gets a reason
        return _failure(refusal(Reason.DAMAGED), error)
    reply = json.dumps({"document": document}).encode()
    if len(reply) > result_bytes:
        return _failure(refusal(Reason.RESULT_TOO_LARGE, result_bytes // 2**20), None)
    return reply


def _failure(error: ZhidaError, cause: BaseException | None) -> bytes:
    known = type(error).__name__ if type(error).__name__ in ERRORS else "ParseFailed"
    detail = f"{type(cause).__name__}: {cause}"[:500] if cause else ""
    return json.dumps({"error": known, "message": str(error), "detail": detail}).encode()


if __name__ == "__main__":
    main()

"""Take away from this process what a parser never needs. Called once, before any hostile byte is read."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from typing import Any, Final

_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000

_FORBIDDEN: Final = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.system",
    "os.startfile",
    "pty.",
    "ctypes.",
    "urllib.",
    "ftplib.",
    "smtplib.",
    "pickle.",
    "os.kill",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.chown",
    "os.truncate",
    "shutil.",
)
"""Audit events of things that no parser does. Event names are listed in Python's «Audit events table»."""

_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def limit_resources(*, memory_bytes: int, file_bytes: int, open_files: int) -> None:
    """Set the limits that hold for the whole life of the process."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def grant_cpu_seconds(seconds: int) -> None:
    """Allow this much processor time from now on; beyond it the kernel ends the process (SIGXCPU)."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, hard))


def leave_network() -> bool:
    """Move into a network namespace without any interface. False where the system doesn't permit it.

    A privileged process needs no user namespace, and is better without: a new one would take away
    its right to read other users' files. An ordinary process has no such right to lose.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET))


def forbid_side_effects() -> None:
    """Refuse sockets, other programs, native loading and writing from Python code, for good.

    A second line only: it binds Python code, not a flaw in a C library, which the limits and the
    namespace are for. It can't be undone, so nothing that needs these may run later.
    """
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        _path, mode, flags = arguments
        writes = isinstance(mode, str) and any(letter in mode for letter in "wax+")
        if writes or (isinstance(flags, int) and flags & _WRITING):
            raise PermissionError("a parser may not write files")
    elif event.startswith(_FORBIDDEN):
        raise PermissionError(f"a parser may not use {event}")

"""An environment of its own for every peer, made once and made anew when its requirements change."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from eval.benchmarks.peers.catalogue import Listed
from eval.benchmarks.peers.protocol import Broken

REQUIREMENTS: Final = Path(__file__).parent / "requirements"
MARK: Final = "installed.sha256"
"""Holds the hash of the requirements that were installed; written last."""

INSTALL_SECONDS: Final = 3600
SHOWN: Final = 600
"""Characters of an error that are shown."""


def default_folder() -> Path:
    """`zhida/peers` in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zhida" / "peers"


def interpreter(system: Listed, folder: Path) -> Path:
    """The Python that runs a system; installs its packages first if need be.

    Raises:
        Broken: they can't be installed.
    """
    if system.environment is None:
        return Path(sys.executable)
    requirements = REQUIREMENTS / f"{system.environment}.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    environment = folder / system.environment
    python = environment / "bin" / "python"
    mark = environment / MARK
    if not mark.is_file() or mark.read_text(encoding="ascii") != digest:
        shutil.rmtree(environment, ignore_errors=True)
        _call(system, [sys.executable, "-m", "venv", str(environment)])
        _call(system, [str(python), "-m", "pip", "install", "--quiet", "-r", str(requirements)])
        mark.write_text(digest, encoding="ascii")
    return python


def _call(system: Listed, command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Broken(f"{system.label} wasn't installed within {INSTALL_SECONDS // 60} minutes. Try again.") from None
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if not line.startswith("WARNING")]
        raise Broken(f"{system.label} can't be installed: {' '.join(errors)[-SHOWN:]}")

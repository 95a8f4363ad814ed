"""Which systems run, and whether stored results may stand beside theirs."""

from __future__ import annotations

from collections.abc import Collection

from core.errors import InvalidInput
from eval.benchmarks.peers.catalogue import SYSTEMS, Listed
from eval.benchmarks.peers.running import Given
from eval.runs import RunFile


def wanted(only: Collection[str], stored: Collection[str]) -> list[Listed]:
    """The systems named in `only`, whether stored or not; without names, those that aren't stored.

    Args:
        only: names of modules.
        stored: labels.
    """
    if only:
        return [system for system in SYSTEMS if system.name in only]
    return [system for system in SYSTEMS if system.label not in stored]


def check_same(stored: RunFile, given: Given, encoder: str) -> None:
    """Let stored results stand beside new ones only if all were given the same.

    Raises:
        InvalidInput: passages, questions, depth or encoder have changed since.
    """
    if stored.settings.get("given") != given.fingerprint or stored.models.get("encoder") != encoder:
        raise InvalidInput(
            f"{given.suite.name}: the stored run had other passages, questions or another encoder. "
            "Run all systems again, without --reuse."
        )

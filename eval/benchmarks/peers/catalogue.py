"""The systems of the comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eval.benchmarks.peers.rules import LABEL
from eval.runs import PRODUCT


@dataclass(frozen=True, slots=True)
class Listed:
    """A system by the name of its module."""

    name: str
    label: str
    """Name in tables and run files."""
    environment: str | None
    """It needs packages that Zhida doesn't; `requirements/ENVIRONMENT.txt` lists them. `None` runs beside Zhida."""


SYSTEMS: Final = (
    Listed("zhida", PRODUCT, environment=None),
    Listed("langchain", "LangChain", environment="langchain"),
    Listed("llamaindex", "LlamaIndex", environment="llamaindex"),
    Listed("haystack", "Haystack", environment="haystack"),
    Listed("txtai", "txtai", environment="txtai"),
    Listed("txtai_bayes", "txtai (normalize: bayes)", environment="txtai"),
    Listed("chroma", "Chroma", environment="chroma"),
    Listed("weknora", f"WeKnora ({LABEL})", environment=None),
    Listed("ragflow", f"RAGFlow ({LABEL})", environment=None),
)

"""What `zhida check` found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `zhida check` found wrong, and what mends it."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Whether SQL and the derived indexes agree. `findings` is empty when they do."""

    sequence: int
    documents: int
    passages: int
    questions: int
    indexes: Mapping[str, int] = field(default_factory=dict)
    """Entries by index name."""
    findings: tuple[Finding, ...] = ()

    @property
    def clean(self) -> bool:
        """Nothing was found wrong."""
        return not self.findings

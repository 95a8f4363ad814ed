"""Which model made a vector."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """Which model made a vector. Vectors of two identities never mix."""

    name: str
    sha256: str
    dimension: int

    @property
    def key(self) -> str:
        """Short text that is stored with every vector: name, first 16 digits of the hash, dimension."""
        return f"{self.name}@{self.sha256[:16]}/{self.dimension}"

"""A share with an interval that is right for small counts and for shares near 0 and 1."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

Z_95: Final = 1.959964
"""Of the normal distribution, two-sided 95 %."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """`of` how many, how many did; with Wilson's interval of 95 % (Wilson 1927, JASA 22, 209)."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """0.0 where there is nothing to count."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound; everything is possible where there is nothing to count."""
        if not self.of:
            return 0.0, 1.0
        n, p = self.of, self.share
        middle = p + Z_95**2 / (2 * n)
        half = Z_95 * sqrt(p * (1 - p) / n + Z_95**2 / (4 * n**2))
        scale = 1 + Z_95**2 / n
        return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.hits}/{self.of} = {100 * self.share:.1f} % ({100 * low:.1f}–{100 * high:.1f})"

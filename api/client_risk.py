"""The client's calls about tolerated wrong answers. `api.client.Client` has them all."""

from __future__ import annotations

from typing import Any

from api.client_reading import read
from core.risk import RiskOf, RiskReport
from core.settings import Secret


class RiskCalls:
    """The calls. A mixin: it needs `Client`'s way of sending."""

    _key: Secret | None

    def _json(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> Any:
        raise NotImplementedError

    def risk(self) -> RiskReport:
        """The tolerated share of wrong answers, the threshold that follows, and what both mean."""
        return read(RiskReport, self._json("GET", "/risk", key=self._key))

    def tolerate(self, share: float, of: RiskOf = RiskOf.QUESTIONS) -> RiskReport:
        """Set the tolerated share: 0.05 is five in a hundred. It holds from the next message on.

        Raises:
            InvalidInput: the share isn't one that can be promised.
        """
        return read(RiskReport, self._json("PUT", "/risk", key=self._key, json={"share": share, "of": of}))

    def recalibrate(self) -> RiskReport:
        """Ask the gold questions anew and fit the threshold to how they score now.

        Raises:
            Conflict: there is no gold question.
        """
        return read(RiskReport, self._json("POST", "/risk/calibration", key=self._key))


__all__ = ["RiskCalls"]

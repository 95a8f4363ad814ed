"""Looks for past answers that a change has made wrong: by itself, after each publication and each midnight."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Final

from core.clock import Clock, utc_now
from core.errors import ZhidaError

if TYPE_CHECKING:
    from api.composition import Services

POLL_S: Final = 2.0
"""Between two looks at whether something has changed, which cost one short query."""

QUIET_S: Final = 3.0
"""So long nothing may have been published before answers are looked at, so that a folder of documents is one round."""

PATIENCE_S: Final = 120.0
"""After this they are looked at although documents are still coming."""

_log = logging.getLogger("zhida.stale")


class StaleRunner:
    """Looks, from one thread. A list that somebody opens meanwhile looks as well; each answer is looked at once."""

    def __init__(
        self, services: Services, *, clock: Callable[[], float] = time.monotonic, today: Clock = utc_now
    ) -> None:
        self._services = services
        self._clock = clock
        self._today = today
        self._done_for: tuple[int, date] | None = None
        """The state of the knowledge base, and the day, that needs no look any more."""
        self._seen = -1
        self._seen_at = self._since = 0.0

    def step(self, stop: threading.Event) -> int | None:
        """Look if something changed and nothing more seems to come; returns how many were stale, `None` without a look.

        The first look after a start is always made. One that fails is made again with the next step.

        Raises:
            ZhidaError: the database failed.
        """
        sequence, today = self._services.kb.sequence(), self._today().date()
        if (sequence, today) == self._done_for or not self._settled(sequence):
            return None
        found = self._services.stale_finder.look(stop=stop.is_set)
        if not stop.is_set():
            self._done_for = (sequence, today)
        if found:
            _log.info("A change of the knowledge makes %d past answers wrong; they are listed as stale answers.", found)
        return found

    def safe_step(self, stop: threading.Event) -> None:
        """As `step`; whatever fails is in the log, and the thread lives on."""
        try:
            self.step(stop)
        except ZhidaError:
            _log.exception("Past answers weren't looked at; the next look is soon.")
        except Exception:  # noqa: BLE001 - the thread must live on for the next look
            _log.exception("Looking at past answers met something that wasn't foreseen; the next look is soon.")

    def _settled(self, sequence: int) -> bool:
        now = self._clock()
        if self._seen == -1 or (self._done_for is not None and self._seen == self._done_for[0]):
            self._since = now
        if sequence != self._seen:
            self._seen, self._seen_at = sequence, now
        if now - self._since >= PATIENCE_S:
            return True
        return now - self._seen_at >= QUIET_S and not self._services.kb.unfinished()

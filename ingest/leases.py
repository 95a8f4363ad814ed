"""Holding on to a job while the work on it takes its time."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from types import TracebackType
from typing import Final, Self

from core.errors import Conflict, StorageError
from kb.records import Job
from kb.store import KnowledgeBase

_log = logging.getLogger(__name__)

LEASE_S: Final = 30.0
"""Seconds. After a crash somebody else may go on that much later; a job is renewed three times in it."""

REPORT_EVERY_S: Final = 0.5
"""Seconds between two writes of progress, which cost a synced commit each."""


class Lease:
    """Keeps a job from running out, in a thread of its own, until it is closed."""

    def __init__(self, kb: KnowledgeBase, job: Job, *, seconds: float = LEASE_S) -> None:
        self.job = job
        self._kb = kb
        self._seconds = seconds
        self._progress = 0.0
        self._reported = 0.0
        self._over = threading.Event()
        self._lost = False
        self._counts = False
        self._thread = threading.Thread(target=self._beat, name="zhida-lease", daemon=True)

    def start(self) -> Self:
        """Begin to renew. From here on `close` has to be called, or the lease be left as a context."""
        self._thread.start()
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop renewing. A job that isn't finished goes back to the queue for somebody to take at once."""
        finished = self._over.is_set()
        self.finish()
        self._thread.join()
        if finished or self._lost:
            return
        with contextlib.suppress(Conflict, StorageError):  # then it simply runs out
            if self._counts:
                self._kb.renew(self.job, progress=self._progress, seconds=0)
            else:
                self._kb.release(self.job)

    def count(self) -> None:
        """Let this attempt count when the job goes back, so that one that can't succeed isn't tried for ever."""
        self._counts = True

    def report(self, progress: float) -> None:
        """Say how far the work is.

        Raises:
            Conflict: the lease was lost or the version deleted; the work is in vain.
        """
        self._progress = progress
        if self._lost:
            raise Conflict(f"The version {self.job.version.name!r} was deleted or taken over while in progress.")
        if time.monotonic() - self._reported >= REPORT_EVERY_S:
            self._reported = time.monotonic()
            self._kb.renew(self.job, progress=progress, seconds=self._seconds)

    def finish(self) -> None:
        """The job has ended, well or badly: stop renewing and don't give it back."""
        self._over.set()

    def _beat(self) -> None:
        while not self._over.wait(self._seconds / 3):
            try:
                self._kb.renew(self.job, progress=self._progress, seconds=self._seconds)
            except Conflict:
                self._lost = True
                return
            except StorageError as error:
                _log.warning("the lease of %r couldn't be renewed: %s", self.job.version.name, error)

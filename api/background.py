"""What a server does between requests: it reads uploads, saves the indexes and minds the desk's timers."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from api import gold_running, learning, stale_looking
from api.composition import Services
from core.errors import ZhidaError

SAVE_EVERY_S: Final = 60.0
"""A start after a crash replays at most this much time's changes."""

SWEEP_EVERY_S: Final = 3600.0
"""Between two looks for files that nobody sent, or that nothing names."""

STOP_S: Final = 3.0
"""How long a stopping server waits for a job; its lease lets another worker take it up later."""

TICK_S: Final = 5.0
"""How late a timer of the desk may be."""

_log = logging.getLogger("zhida.background")


class Background:
    """Threads of their own: uploads, saving the indexes, the desk's timers, and after a change the gold set, the learning
    loop and past answers."""

    def __init__(self, services: Services, *, save_every_s: float = SAVE_EVERY_S) -> None:
        self._services = services
        self._save_every_s = save_every_s
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name="zhida-worker", daemon=True),
            threading.Thread(target=self._save, name="zhida-snapshots", daemon=True),
            threading.Thread(target=self._run_gold, name="zhida-gold", daemon=True),
            threading.Thread(target=self._tick, name="zhida-desk", daemon=True),
            threading.Thread(target=self._learn, name="zhida-learning", daemon=True),
            threading.Thread(target=self._look_at_answers, name="zhida-stale", daemon=True),
        ]

    def start(self) -> None:
        """Start the threads. Once."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask them to end, wait a little, and save the indexes."""
        self._stop.set()
        self._services.worker.wake()
        for thread in self._threads:
            thread.join(STOP_S / len(self._threads))
        self._save_once()

    def _work(self) -> None:
        self._services.worker.run_forever(self._stop)

    def _save(self) -> None:
        self._sweep()
        swept = time.monotonic()
        while not self._stop.wait(self._save_every_s):
            self._save_once()
            if time.monotonic() - swept > SWEEP_EVERY_S:
                self._sweep()
                swept = time.monotonic()

    def _sweep(self) -> None:
        try:
            self._services.kb.sweep_blobs()
            self._services.attachments.sweep()
        except ZhidaError:
            _log.exception("Files that a crash left behind weren't removed; the next hour tries again.")

    def _run_gold(self) -> None:
        runner = gold_running.GoldRunner(self._services)
        while not self._stop.wait(gold_running.POLL_S):
            try:
                runner.step(self._stop)
            except ZhidaError:
                _log.exception("The gold set can't be looked after; the next look is soon.")

    def _learn(self) -> None:
        runner = learning.LearningRunner(self._services)
        while not self._stop.wait(learning.POLL_S):
            runner.safe_step(self._stop)

    def _look_at_answers(self) -> None:
        runner = stale_looking.StaleRunner(self._services)
        while not self._stop.wait(stale_looking.POLL_S):
            runner.safe_step(self._stop)

    def _tick(self) -> None:
        while not self._stop.wait(TICK_S):
            try:
                self._services.desk.tick()
            except ZhidaError:
                _log.exception("The desk's timers weren't looked after; the next look is soon.")

    def _save_once(self) -> None:
        try:
            self._services.indexes.refresh()
            self._services.indexes.save()
        except ZhidaError:
            _log.exception("The indexes weren't saved. Nothing is lost: they are rebuilt from the database.")

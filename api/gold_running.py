"""Runs the gold set: by itself when what customers can find has changed, and when somebody asks for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from core.errors import Conflict, ZhidaError
from core.gold import GoldResult, GoldRun, RunCause

if TYPE_CHECKING:
    from api.composition import Services

POLL_S: Final = 1.0
"""Between two looks at whether something has changed, which cost two short queries."""

QUIET_S: Final = 3.0
"""So long nothing may have been published before a run begins, so that a folder of documents is one run."""

PATIENCE_S: Final = 120.0
"""After this a run begins although documents are still coming."""

HEARD_EVERY_S: Final = 1.0

LONGEST_PAUSE_S: Final = 0.05
"""Customers go first: after each question the run waits as long as the question took, but no longer than this."""

STOPPED: Final = "The server was stopped during the run. Nothing is lost; start it again."

_log = logging.getLogger("zhida.gold")


def run_gold(
    services: Services,
    cause: RunCause,
    *,
    heard: Callable[[int], None] = lambda _: None,
    pause: Callable[[float], bool] = lambda _: False,
) -> tuple[GoldRun, list[GoldResult]]:
    """Ask every gold question by the assistant that the chat talks to, and record what came of it.

    Raises:
        Conflict: there is no question to ask.
        Interrupted: `pause` returned true; the run is recorded as failed.
        ZhidaError: the search or the database failed; the run is recorded as failed, with the reason.
    """
    from eval.gold import Interrupted, ask

    store = services.gold
    run = begin(services, cause)
    spoken = time.monotonic()

    def hear(asked: int) -> None:
        nonlocal spoken
        heard(asked)
        if time.monotonic() - spoken > HEARD_EVERY_S:
            spoken = time.monotonic()
            store.heard(run.run_id, asked)

    try:
        questions = store.to_ask()
        results = ask(questions, services.assistant, services.kb, heard=hear, pause=pause)
        return store.finish(run.run_id, results), results
    except Interrupted:
        store.fail(run.run_id, STOPPED)
        raise
    except ZhidaError as error:
        store.fail(run.run_id, str(error))
        raise
    except Exception:
        store.fail(run.run_id, "The run broke off for a reason that wasn't foreseen. It stands in the server's log.")
        raise


def begin(services: Services, cause: RunCause) -> GoldRun:
    """Record that a run begins, with the state of the knowledge base and what was published since the last run.

    Raises:
        Conflict: there is no question to ask.
    """
    store, sequence = services.gold, services.kb.sequence()
    last = store.last()
    published = store.published_since(last.sequence if last else 0)
    return store.begin(cause, sequence=sequence, settings=settings_of(services), published=published)


def settings_of(services: Services) -> dict[str, str]:
    """What moves the figures besides the knowledge base and the questions."""
    model = services.settings.model or services.settings.model_base_url
    threshold = f"{services.risk.limit().threshold:g}"
    told = {"zhida": version("zhida"), "encoder": services.encoder.identity.key, "threshold": threshold}
    return told | ({"model": model} if model else {})


class GoldRunner:
    """Looks, from one thread, whether a run is due, and makes it."""

    def __init__(self, services: Services, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._services = services
        self._clock = clock
        self._done_for: int | None = None
        """The state of the knowledge base that needs no run any more; `None` before the first look."""
        self._seen = -1
        self._seen_at = self._since = 0.0

    def step(self, stop: threading.Event) -> GoldRun | None:
        """Make the run that is due; `None` when none is.

        A run that fails is recorded with its reason, and isn't tried again before the next change.

        Raises:
            ZhidaError: the database failed.
        """
        from eval.gold import Interrupted

        store = self._services.gold
        if self._done_for is None:
            store.fail_silent()
            last = store.last()
            self._done_for = last.sequence if last else 0
        sequence = self._services.kb.sequence()
        if not store.waiting() and not self._settled(sequence):
            return None
        self._done_for = sequence
        try:
            self._calibrate(stop)
            run, _ = run_gold(self._services, RunCause.PUBLISHED, pause=lambda took: _rest(took, stop))
        except (Conflict, Interrupted):
            return None  # there is no question, or the server stops
        except Exception:  # noqa: BLE001 - recorded with the run; the thread must live on for the next one
            _log.exception("The gold set wasn't run to its end.")
            return None
        return run

    def _calibrate(self, stop: threading.Event) -> None:
        """First the threshold, so that the run shows what customers get by it. Without it the old one stays."""
        from api.calibrating import calibrate_on_gold

        try:
            calibrate_on_gold(self._services, pause=lambda took: _rest(took, stop))
        except Conflict:
            pass  # no question says how sure is sure enough; the run itself may still say what is stale
        except ZhidaError:
            _log.exception("The answer threshold wasn't fitted to the gold set; the one before stays in force.")

    def _settled(self, sequence: int) -> bool:
        """The knowledge base has changed, and nothing more seems to come."""
        if sequence == self._done_for or not self._services.settings.gold_on_publish:
            return False
        now = self._clock()
        if self._seen in {-1, self._done_for}:
            self._since = now
        if sequence != self._seen:
            self._seen, self._seen_at = sequence, now
        if now - self._since >= PATIENCE_S:
            return True
        return now - self._seen_at >= QUIET_S and not self._services.kb.unfinished()


def _rest(took_s: float, stop: threading.Event) -> bool:
    return stop.wait(min(took_s, LONGEST_PAUSE_S))

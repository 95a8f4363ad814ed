"""Specification of keeping a language model from holding up a reply."""

from __future__ import annotations

from core.types import ModelFailure
from models.chat import ChatMessage, Delta, Script, ScriptedModel
from models.guard import FAILURES_TO_OPEN, PAUSE_S, Breaker, GuardedModel

ASKED = [ChatMessage("user", "hi")]


class HandClock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def opened(clock: HandClock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(FAILURES_TO_OPEN):
        assert breaker.allows()
        breaker.record(worked=False)
    return breaker


class TestABreaker:
    def test_opens_after_five_failures_in_a_row_of_seconds(self) -> None:
        """Then nothing passes."""
        assert not opened(HandClock()).allows()

    def test_stays_closed_when_failures_are_rare(self) -> None:
        """Five failures in a minute are not a broken endpoint."""
        clock = HandClock()
        breaker = Breaker(clock)
        for _ in range(3 * FAILURES_TO_OPEN):
            breaker.record(worked=False)
            clock.now += 10

        assert breaker.allows()

    def test_stays_closed_when_replies_come_in_between(self) -> None:
        """A success clears what went before."""
        breaker = Breaker(HandClock())
        for _ in range(3):
            for _ in range(FAILURES_TO_OPEN - 1):
                breaker.record(worked=False)
            breaker.record(worked=True)

        assert breaker.allows()

    def test_lets_one_question_try_after_the_pause(self) -> None:
        """Half open: one at a time."""
        clock = HandClock()
        breaker = opened(clock)
        clock.now += PAUSE_S

        assert [breaker.allows(), breaker.allows()] == [True, False]

    def test_closes_when_the_try_works_and_opens_again_when_not(self) -> None:
        """The probe decides."""
        clock = HandClock()
        breaker = opened(clock)
        clock.now += PAUSE_S
        breaker.allows()
        breaker.record(worked=False)
        assert not breaker.allows()

        clock.now += PAUSE_S
        assert breaker.allows()
        breaker.record(worked=True)
        assert breaker.allows()


class TestAGuardedReply:
    def test_that_is_good_comes_whole(self) -> None:
        """Pieces, then nothing."""
        pieces = list(GuardedModel(ScriptedModel(["你好，世界。再见。"])).stream(ASKED, deadline_s=5))

        assert "".join(piece.text for piece in pieces if isinstance(piece, Delta)) == "你好，世界。再见。"
        assert not any(isinstance(piece, ModelFailure) for piece in pieces)

    def test_that_stops_midway_ends_in_one_failure(self) -> None:
        """What came before is given out, marked by the failure as not a reply."""
        *pieces, last = GuardedModel(ScriptedModel([Script(text="一二三四五六七八九十", piece=2, fail_at=6)])).stream(
            ASKED, deadline_s=5
        )

        assert "".join(piece.text for piece in pieces if isinstance(piece, Delta)) == "一二三四五六"
        assert isinstance(last, ModelFailure)
        assert last.kind == "error"

    def test_that_is_left_midway_counts_neither_way(self) -> None:
        """A customer who leaves says nothing about the model."""
        guarded = GuardedModel(ScriptedModel(["一二三四五六七八九十" * 20]))
        for _ in range(2 * FAILURES_TO_OPEN):
            stream = guarded.stream(ASKED, deadline_s=5)
            next(stream)
            stream.close()

        assert isinstance(next(guarded.stream(ASKED, deadline_s=5)), Delta)

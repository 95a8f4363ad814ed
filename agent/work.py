"""One turn while it is worked on: what is known so far, what the customer sees, and the reply with its record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import isfinite

from agent.decisions import rule_of
from agent.generation import ShowText
from agent.handover.situation import Situation
from agent.looking import Search, Stopwatch
from core.handover import HandoverOffer
from core.tools import ToolRecord
from core.types import Decision, Hit, Language, ModelFailure, Outcome, Reply, Turn


class Screen:
    """What the customer sees: pieces of text, and now and then everything anew."""

    def __init__(self, on_text: ShowText, on_restart: Callable[[], None]) -> None:
        self._on_text = on_text
        self._on_restart = on_restart
        self._shown = ""
        self.gone = False
        """The listener raised, so nobody is there any more."""

    def text(self, piece: str) -> None:
        """Show the next piece."""
        self._tell(lambda: self._on_text(piece))
        self._shown += piece

    def restart(self) -> None:
        """Take back what was shown."""
        self._tell(self._on_restart)
        self._shown = ""

    def end_with(self, text: str) -> None:
        """Make what is shown this text."""
        if self._shown == text:
            return
        if self._shown:
            self.restart()
        self.text(text)

    def _tell(self, listener: Callable[[], None]) -> None:
        try:
            listener()
        except BaseException:
            self.gone = True
            raise


@dataclass(slots=True)
class Work:
    """A turn on its way to a reply."""

    turn: Turn
    language: Language
    watch: Stopwatch
    screen: Screen
    situation: Situation | None = None
    search: Search | None = None
    tools: list[ToolRecord] = field(default_factory=list)
    """Every call so far."""
    found: tuple[Hit, ...] = ()
    """What a model searched for itself."""

    def reply(
        self,
        outcome: Outcome,
        *,
        offer: HandoverOffer | None = None,
        failure: ModelFailure | None = None,
    ) -> Reply:
        """The outcome with the reason for it, and all that was found on the way."""
        search, situation = self.search, self.situation
        analysis = None if situation is None else situation.analysis
        if search is None:
            bare = Reply(outcome, (), {}, failure, analysis=analysis, offer=offer, tools=tuple(self.tools))
            return replace(bare, decision=Decision(rule_of(bare, allowed=False)))
        reply = Reply(
            outcome,
            (*search.found.hits, *self.found),
            {},
            failure,
            understood=search.found.understood,
            analysis=analysis,
            offer=offer,
            tools=tuple(self.tools),
        )
        limit = search.limit
        threshold = limit.probability(limit.threshold) if isfinite(limit.threshold) else 1.0
        rule = rule_of(reply, allowed=search.allowed)
        return replace(reply, decision=Decision(rule, search.question, search.certainty, threshold))

"""The rules at work in one conversation: reads the message, asks the rules, and words what they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from agent.handover.findings import Act, Finding
from agent.handover.package import package_of
from agent.handover.requests import text_of
from agent.handover.situation import NEW_EPISODE, Situation
from agent.handover.vectors import MessageVectors
from core.analysis import Analysis, Intent, NamedEntity, Sentiment, SentimentLabel, SentimentLevel
from core.handover import HandoverOffer, SuggestedReply
from core.handover_rules import HandoverRules
from core.text import detect_language
from core.types import Clarification, Handover, Language, PassageId, Turn
from models.encoder import Encoder, Vectors

COMPARED: Final = 12
"""Earlier messages, the newest, that a message is compared with."""

RulesNow = Callable[[], HandoverRules]
"""The table that holds at this moment."""


class MessageAnalyzer(Protocol):
    """What the assistant needs of `nlu`."""

    def analyze(self, text: str, *, vector: Vectors | None = None) -> Analysis:
        """One pass over a message."""
        ...


class Judge:
    """Says when a person is needed, and what customer and person are told then."""

    def __init__(self, encoder: Encoder, rules: RulesNow, analyzer: MessageAnalyzer | None = None) -> None:
        self._vectors = MessageVectors(encoder)
        self._rules = rules
        self._analyzer = analyzer

    def situation(self, turn: Turn, language: Language) -> Situation:
        """The turn as the rules see it, before anything is searched for."""
        episode = turn.episode or NEW_EPISODE
        earlier = [past.text for past in episode.turns[-COMPARED:]]
        vector: Vectors | None = None
        alike: tuple[float, ...] = ()
        if earlier or self._analyzer is not None:
            vector, *rows = self._vectors.of([turn.text, *earlier])
            alike = tuple(float(row @ vector) for row in rows)
        skipped = len(episode.turns) - len(earlier)
        return Situation(
            text=turn.text,
            language=language,
            analysis=self._analysis(turn.text, vector),
            episode=episode,
            rules=self._rules(),
            in_conversation=turn.episode is not None,
            alike=(*(0.0,) * skipped, *alike),
        )

    def unread(self, turn: Turn, language: Language) -> Situation:
        """The turn where even reading it failed."""
        episode = turn.episode or NEW_EPISODE
        return Situation(
            text=turn.text, language=language, analysis=unread(turn.text), episode=episode, rules=self._rules()
        )

    def handover(
        self,
        finding: Finding,
        situation: Situation,
        turn: Turn,
        *,
        nearest: Sequence[PassageId] = (),
        certainty: float = 0.0,
        suggestion: SuggestedReply | None = None,
    ) -> Handover:
        """The conversation goes to a person, with all that they need."""
        package = package_of(
            finding,
            situation,
            message_id=turn.message_id,
            nearest=nearest,
            suggestion=suggestion,
            entities=self._entities,
        )
        text = text_of(finding, situation)
        return Handover(finding.code, package.reason, text, certainty, tuple(nearest), finding.evidence, package)

    def _analysis(self, text: str, vector: Vectors | None) -> Analysis:
        if self._analyzer is None:
            return unread(text)
        return self._analyzer.analyze(text, vector=vector)

    def _entities(self, text: str) -> Sequence[NamedEntity]:
        return (
            () if self._analyzer is None else self._analyzer.analyze(text, vector=self._vectors.of([text])[0]).entities
        )


def clarification(finding: Finding, situation: Situation, options: Sequence[str] = ()) -> Clarification:
    """What is said instead of an answer; the code tells the next turn why."""
    assert finding.act is Act.SAY
    retrieved = situation.retrieved
    certainty, nearest = (retrieved.certainty, retrieved.nearest) if retrieved is not None else (0.0, ())
    return Clarification(text_of(finding, situation), tuple(options), certainty, finding.code, nearest)


def offer(finding: Finding | None, situation: Situation) -> HandoverOffer | None:
    """The button, where the finding shows one that this episode hasn't had yet."""
    if finding is None or situation.offered or not (finding.act is Act.OFFER or finding.offers):
        return None
    reason, text = finding.reason[situation.language], text_of(finding, situation)
    return HandoverOffer(finding.code, reason, text, finding.evidence)


def unread(text: str) -> Analysis:
    """What is known of a message that nothing has read."""
    neutral = Sentiment(SentimentLabel.NEUTRAL, SentimentLevel.NEUTRAL, 0.0, 0.0)
    return Analysis(detect_language(text), Intent(None, 0.0), (), neutral, (), 0.0)

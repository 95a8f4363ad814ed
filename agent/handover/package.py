"""What the person is given with a hand-over. Everything in it is copied or counted, nothing is made up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from agent.handover.findings import Finding, filled
from agent.handover.situation import Situation
from agent.requests import asks_something
from core.analysis import NamedEntity
from core.episodes import PastTurn
from core.handover import HandoverPackage, Mood, SuggestedReply, Summary, SummaryLine
from core.handover_rules import CODE_NAMES, HandoverRule, Wording
from core.tickets import Priority
from core.types import HandoverCode, Language, MessageId, PassageId

QUOTED: Final = 120
"""Characters of a message that the summary repeats."""

READ_TURNS: Final = 12
"""Messages, the newest, from which entities are copied."""

MOST_TAGS: Final = 3

_SAID: Final = Wording("“{text}”", "“{text}”")
_TRIED: Final = Wording(
    "回答 {answers} 次，反问 {clarifications} 次；客户 {rejected} 次表示没有帮助。",
    "Answered {answers} times, asked back {clarifications} times; the customer said {rejected} times that it didn't help.",
)
_NOTHING_TRIED: Final = Wording("还没有尝试。", "Nothing yet.")
_NOTHING_ASKED: Final = Wording("客户还没有说明问题。", "The customer hasn't said what it is about.")

_AS_THE_RULE: Final = Wording("规则“{zh}”的设置。", "As set for the rule “{en}”.")
_ANGRY: Final = Wording("客户情绪强烈不满，因此提高。", "Raised, since the customer is strongly upset.")
_VIP: Final = Wording("重要客户，因此提高。", "Raised, since this is a VIP.")
_BREACHED: Final = Wording(
    "客户另有超时工单，因此提高。", "Raised, since a ticket of this customer is past its deadline."
)


def question_of(situation: Situation) -> str:
    """What a person must answer: this message, or the last one that asked something; empty where none did."""
    texts = [situation.text, *(turn.text for turn in reversed(situation.turns))]
    return next((text for text in texts if asks_something(text)), "")


def package_of(
    finding: Finding,
    situation: Situation,
    *,
    message_id: MessageId | None,
    nearest: Sequence[PassageId],
    suggestion: SuggestedReply | None,
    entities: Callable[[str], Sequence[NamedEntity]],
) -> HandoverPackage:
    """Put the package together. `entities` finds those of an earlier message."""
    rule = situation.rules.rule(finding.code)
    shown = tuple(dict.fromkeys(passage for turn in reversed(situation.turns) for passage in turn.cited))
    priority, why = _priority(rule, situation)
    sentiment = situation.analysis.sentiment
    return HandoverPackage(
        code=finding.code,
        reason=finding.reason[situation.language],
        evidence=finding.evidence,
        summary=_summary(situation, message_id),
        identity_level=situation.episode.identity_level,
        moods=(
            *(Mood(turn.message_id, turn.sentiment, turn.anger) for turn in situation.turns),
            Mood(message_id, int(sentiment.level), sentiment.anger),
        ),
        entities=_entities(situation, entities),
        shown=shown,
        rejected=tuple(passage for passage in nearest if passage not in shown),
        suggestion=suggestion,
        team=(finding.topic.team if finding.topic is not None else "") or rule.team,
        tags=_tags(rule, finding, situation),
        priority=priority,
        priority_reason=why[situation.language],
    )


def _summary(situation: Situation, message_id: MessageId | None) -> Summary:
    said = [(turn.text, turn.message_id) for turn in situation.turns]
    asked = [(text, known) for text, known in [*said, (situation.text, message_id)] if asks_something(text)]
    language = situation.language
    if not asked:
        nothing = SummaryLine(_NOTHING_ASKED[language], _ids([message_id]))
        return Summary(nothing, _tried(situation), nothing)
    return Summary(_line(asked[0], language), _tried(situation), _line(asked[-1], language))


def _tried(situation: Situation) -> SummaryLine:
    turns, language = situation.turns, situation.language
    answers = [turn for turn in turns if turn.outcome == "answer"]
    back = [turn for turn in turns if turn.outcome == "clarification" and turn.code is not None]
    rejected = [turn for turn in turns if turn.rejected]
    if not answers and not back:
        return SummaryLine(_NOTHING_TRIED[language], ())
    text = filled(_TRIED, answers=len(answers), clarifications=len(back), rejected=len(rejected))[language]
    kept = {turn.message_id for turn in (*answers, *back)}
    return SummaryLine(text, tuple(turn.message_id for turn in turns if turn.message_id in kept))


def _line(asked: tuple[str, MessageId | None], language: Language) -> SummaryLine:
    text, message_id = asked
    plain = " ".join(text.split())
    shown = plain if len(plain) <= QUOTED else f"{plain[:QUOTED]}…"
    return SummaryLine(filled(_SAID, text=shown)[language], _ids([message_id]))


def _ids(known: Sequence[MessageId | None]) -> tuple[MessageId, ...]:
    return tuple(message_id for message_id in known if message_id is not None)


def _entities(situation: Situation, find: Callable[[str], Sequence[NamedEntity]]) -> tuple[NamedEntity, ...]:
    """The newest first; an earlier mention of the same thing adds nothing. Offsets are those in its own message."""
    found: dict[tuple[str, str], NamedEntity] = {(each.type, each.value): each for each in situation.analysis.entities}
    earlier: Sequence[PastTurn] = situation.turns[-READ_TURNS:]
    for turn in reversed(earlier):
        for entity in find(turn.text):
            found.setdefault((entity.type, entity.value), entity)
    return tuple(found.values())


def _tags(rule: HandoverRule, finding: Finding, situation: Situation) -> tuple[str, ...]:
    topic = (finding.topic.name,) if finding.topic is not None else ()
    intent = (situation.analysis.intent.label,) if situation.analysis.intent.label else ()
    return tuple(dict.fromkeys((*rule.tags, *topic, *intent)))[:MOST_TAGS]


def _priority(rule: HandoverRule, situation: Situation) -> tuple[Priority, Wording]:
    mood = situation.rules.rule(HandoverCode.NEGATIVE_SENTIMENT)
    raises = (
        (situation.analysis.sentiment.anger >= mood.limit("anger"), _ANGRY),
        (situation.episode.vip, _VIP),
        (bool(situation.episode.late_tickets), _BREACHED),
    )
    reason = next((why for holds, why in raises if holds), None)
    if reason is not None and rule.priority.rank < Priority.HIGH.rank:
        return Priority.HIGH, reason
    name = CODE_NAMES[rule.code]
    return rule.priority, filled(_AS_THE_RULE, zh=name.zh, en=name.en)

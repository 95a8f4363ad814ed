"""Rules 1 to 4 and 6: what the customer says. Danger, a person wanted, and what the business keeps to people."""

from __future__ import annotations

import re
from typing import Final

from agent.handover.findings import (
    ASKED,
    FORBIDDEN,
    NO_HANDLER,
    OFF_TOPIC,
    SAFETY,
    UNVERIFIED,
    Act,
    Finding,
    filled,
    saw,
)
from agent.handover.situation import Situation
from agent.handover.words import Found, folded, lexicon
from agent.requests import asks_about_service, wants_person
from core.analysis import EscalationKind
from core.episodes import PastTurn
from core.handover import Figure, HandoverAction
from core.handover_rules import HandoverTopic, Wording
from core.types import HandoverCode

_ASKS_HOW: Final = re.compile(
    r"怎么|如何|怎样|咋|哪里|在哪|流程|步骤|什么条件|需要什么|多久|多长时间|什么时候|几天|是什么|有哪些|为什么|政策|规定|规则|"
    r"\b(?:how (?:do|does|can|to|should|would|long|much|many|soon)|what (?:should|do|can|must|happens|is the|are the)|where (?:do|can|should|would) i|"
    r"when (?:do|can|will|should)|can i|may i|could i|do i|am i|is it possible|is there|are there|do you|does|policy|policies|why)\b"
)
"""A question about something, rather than a request to do it."""

_ASKS_TO_DO: Final = re.compile(
    r"帮我|给我|替我|为我|麻烦你?您?(?:把|帮)|\b(?:please|can you|could you|would you|for me|i want|i need|i'd like|i would like|i wish)\b"
)

_AMOUNT: Final = re.compile(r"(?P<number>\d+(?:\.\d+)?)")

_DANGERS: Final = frozenset({EscalationKind.SAFETY, EscalationKind.FRAUD, EscalationKind.LEGAL, EscalationKind.MEDIA})

OFF_TOPIC_INTENT: Final = "out_of_scope"


def safety_legal(situation: Situation) -> Finding | None:
    """1: somebody may be in danger, or law, a regulator or the media are named. Words first, and rather too often;
    a classifier for other wordings of the same («我妈被电了一下»)."""
    rule = situation.rules.rule(HandoverCode.SAFETY_LEGAL)
    if not rule.enabled:
        return None
    found, least = lexicon(rule.words, rule.exceptions).find(situation.text), rule.limit("signal")
    figures = tuple(
        Figure(signal.kind.value, signal.probability, least)
        for signal in situation.analysis.escalation
        if signal.kind in _DANGERS and signal.probability >= least
    )
    if not found and not figures:
        return None
    return Finding(code=rule.code, act=Act.IMMEDIATE, reason=SAFETY, evidence=saw(found, figures=figures))


def customer_request(situation: Situation) -> Finding | None:
    """2: the customer asks for a person, in any wording. No counter-offer is made."""
    rule = situation.rules.rule(HandoverCode.CUSTOMER_REQUEST)
    if not rule.enabled:
        return None
    found = lexicon(rule.words, rule.exceptions).find(situation.text)
    least, intent = rule.limit("intent_probability"), situation.analysis.intent
    figures: tuple[Figure, ...] = ()
    if not found and not wants_person(situation.text):
        if intent.label not in rule.intents or intent.probability < least or _about_people(situation.text):
            return None
        figures = (Figure("intent_probability", intent.probability, least),)
    whole = Found(situation.text[:120], 0, min(120, len(situation.text)))
    return Finding(code=rule.code, act=Act.IMMEDIATE, reason=ASKED, evidence=saw(found or (whole,), figures=figures))


def policy_restriction(situation: Situation) -> Finding | None:
    """3: an action or subject that the business keeps to people, or refuses by a script."""
    hit = _topic(situation, HandoverCode.POLICY_RESTRICTION)
    if hit is None:
        return None
    topic, found, figures = hit
    reason = filled(FORBIDDEN, topic=topic.name)
    evidence = saw(found, figures=figures, topic=topic.name)
    if topic.action is HandoverAction.IMMEDIATE:
        return Finding(code=topic.code, act=Act.IMMEDIATE, reason=reason, evidence=evidence, topic=topic)
    again = _said_before(situation, topic.code)
    act = Act.IMMEDIATE if again else Act.SAY
    return Finding(
        code=topic.code, act=act, reason=reason, evidence=evidence, topic=None if again else topic, offers=True
    )


def identity_required(situation: Situation) -> Finding | None:
    """4: personal data or a change of the account, and the customer isn't known well enough."""
    rule = situation.rules.rule(HandoverCode.IDENTITY_REQUIRED)
    hit = _topic(situation, rule.code)
    if hit is None or situation.episode.identity_level >= hit[0].identity_level:
        return None
    topic, found, _ = hit
    tried = tuple(turn for turn in situation.turns if turn.code is rule.code and turn.outcome == "clarification")
    attempts = rule.limit("attempts")
    figures = (
        Figure("identity_level", situation.episode.identity_level, topic.identity_level),
        Figure("attempts", len(tried), attempts),
    )
    return Finding(
        code=rule.code,
        act=Act.IMMEDIATE if len(tried) >= attempts else Act.SAY,
        reason=filled(UNVERIFIED, topic=topic.name),
        evidence=saw(found, tried, figures, topic.name),
        topic=topic,
    )


def unsupported_request(situation: Situation) -> Finding | None:
    """6: the request is understood, and nothing that the assistant does. Said once with an offer; then a person does it.

    What isn't about the service at all is said to be so, and is no work for a colleague.
    """
    rule = situation.rules.rule(HandoverCode.UNSUPPORTED_REQUEST)
    answers = situation.retrieved is not None and situation.retrieved.answers
    hit = _topic(situation, rule.code)
    if hit is not None:
        topic, found, _ = hit
        again = _said_before(situation, rule.code)
        act = Act.IMMEDIATE if again else Act.OFFER if answers else Act.SAY
        evidence = saw(found, _turns_of(situation, rule.code), topic=topic.name)
        return Finding(code=rule.code, act=act, reason=NO_HANDLER, evidence=evidence, topic=topic, offers=True)
    intent, least = situation.analysis.intent, rule.limit("intent_probability")
    if not rule.enabled or answers or intent.label not in rule.intents or intent.probability < least:
        return None
    figures = (Figure("intent_probability", intent.probability, least),)
    handled = intent.label != OFF_TOPIC_INTENT
    act = Act.IMMEDIATE if handled and _said_before(situation, rule.code) else Act.SAY
    reason = NO_HANDLER if handled else OFF_TOPIC
    return Finding(code=rule.code, act=act, reason=reason, evidence=saw(figures=figures), offers=handled)


def _topic(
    situation: Situation, code: HandoverCode
) -> tuple[HandoverTopic, tuple[Found, ...], tuple[Figure, ...]] | None:
    """The first topic of a rule that the message is about."""
    if not situation.rules.rule(code).enabled:
        return None
    for topic in situation.rules.topics_of(code):
        found = lexicon(topic.words, topic.exceptions).find(situation.text)
        if not found and situation.analysis.intent.label not in topic.intents:
            continue
        if topic.requests_only and _asks_about(situation.text):
            continue
        if topic.above is None:
            return topic, found, ()
        amount = _amount(situation)
        if amount is not None and amount > topic.above:
            return topic, found, (Figure("amount", amount, topic.above),)
    return None


def _about_people(text: str) -> bool:
    return _asks_about(text) or asks_about_service(text)


def _asks_about(text: str) -> bool:
    plain = folded(text).text
    return bool(_ASKS_HOW.search(plain)) and not _ASKS_TO_DO.search(plain)


def _amount(situation: Situation) -> float | None:
    """The largest amount of money in the message."""
    found = [
        float(number["number"])
        for entity in situation.analysis.entities
        if entity.type == "amount" and (number := _AMOUNT.search(entity.value.replace(",", "")))
    ]
    return max(found, default=None)


def _said_before(situation: Situation, code: HandoverCode) -> bool:
    return bool(_turns_of(situation, code))


def _turns_of(situation: Situation, code: HandoverCode) -> tuple[PastTurn, ...]:
    return tuple(turn for turn in situation.turns if code in (turn.code, turn.offered))


def text_of(finding: Finding, situation: Situation) -> str:
    """What the customer reads: the topic's own text, or the rule's."""
    rule = situation.rules.rule(finding.code)
    own = finding.topic.text if finding.topic is not None else Wording()
    if finding.act is Act.IMMEDIATE:
        again = rule.again if finding.evidence.messages else Wording()
        return (own or again or rule.text)[situation.language]
    return (own or rule.offer or rule.text)[situation.language]

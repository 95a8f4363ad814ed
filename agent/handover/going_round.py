"""Rules 8 to 10: the conversation goes round in circles, the replies don't help, or there have been too many of them."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from agent.citations import terms
from agent.handover.findings import LONG, REJECTED, REPEATS, SAME_ANSWER, Act, Finding, filled, saw
from agent.handover.situation import Situation
from agent.handover.words import lexicon
from agent.requests import small_talk
from core.episodes import EpisodeState, PastTurn
from core.handover import Figure
from core.handover_rules import HandoverRule
from core.types import HandoverCode
from desk.courtesy import confirmation
from retrieval.sameness import same_words, something_else

_FILLER: Final = re.compile(
    r"[啊呀吧呢嘛哦了的我你您也都还这那就是]|完全|根本|一点|真的|说的|回答|答案|这个|那个|谢谢|抱歉|"
    r"\b(?:sorry|but|it|this|that|is|was|at all|answer|really|still|well|me|the|and|again|thanks|i|you|your|no|to)\b"
)
_MARK: Final = re.compile(r" ?\[\d{1,3}\]")

SHORTEST_ANSWER: Final = 8
"""Terms of an answer from which two can be told to be the same."""


def loop(situation: Situation) -> Finding | None:
    """8: the customer asks for the same again, or the assistant would say the same again."""
    rule = situation.rules.rule(HandoverCode.LOOP)
    if not rule.enabled:
        return None
    asked, told = _same_question(situation, rule), _same_answer(situation, rule)
    turns, limit = max(
        (asked, rule.limit("similarity")), (told, rule.limit("answer_similarity")), key=lambda pair: len(pair[0])
    )
    count = len(turns) + 1
    if count < rule.limit("offer_at"):
        return None
    now = count >= rule.limit("immediate_at")
    reason = REPEATS if turns is asked else SAME_ANSWER
    figures = (
        Figure("times", count, rule.limit("immediate_at" if now else "offer_at")),
        Figure("similarity", limit, limit),
    )
    act = Act.IMMEDIATE if now else Act.OFFER
    return Finding(
        code=rule.code, act=act, reason=filled(reason, count=count), evidence=saw(turns=turns, figures=figures)
    )


def user_rejected(situation: Situation) -> Finding | None:
    """9: thumbs down, «that didn't help», or «no» when asked. The first time what is missing is asked for."""
    rule = situation.rules.rule(HandoverCode.USER_REJECTED)
    if not rule.enabled:
        return None
    turns, bare = situation.turns, rejects(situation)
    rejected = [
        turn
        for at, turn in enumerate(turns)
        if turn.rejected
        or (at + 1 < len(turns) and turn.outcome == "answer" and _says_no(turns[at + 1].text, rule, confirming=True))
    ]
    last = situation.last
    if bare and last is not None and last not in rejected:
        rejected.append(last)
    count, most = len(rejected), rule.limit("rejections")
    newly = bare or (last is not None and last.rejected)
    if not rejected or not newly or (count < most and not bare):
        return None
    words = lexicon(rule.words, rule.exceptions).find(situation.text)
    return Finding(
        code=rule.code,
        act=Act.IMMEDIATE if count >= most else Act.SAY,
        reason=filled(REJECTED, count=count),
        evidence=saw(words, rejected, (Figure("rejections", count, most),)),
    )


def rejects(situation: Situation) -> bool:
    """Whether the message does nothing but reject the last reply. One that says more is a correction, and is answered."""
    last = situation.last
    if (
        last is None
        or last.outcome not in {"answer", "clarification"}
        or (last.outcome == "clarification" and last.code is None)
    ):
        return False
    confirming = situation.episode.state is EpisodeState.CONFIRMING or last.outcome == "answer"
    return _says_no(situation.text, situation.rules.rule(HandoverCode.USER_REJECTED), confirming=confirming)


def turn_budget(situation: Situation) -> Finding | None:
    """10: many answers, and the customer never said that one of them helped."""
    rule = situation.rules.rule(HandoverCode.TURN_BUDGET)
    answers = [turn for turn in situation.turns if turn.outcome == "answer"]
    if not rule.enabled or len(answers) < rule.limit("answers"):
        return None
    confirmed = max((at for at, turn in enumerate(situation.turns) if confirmation(turn.text)), default=-1)
    since = [turn for at, turn in enumerate(situation.turns) if at > confirmed and turn.outcome == "answer"]
    most = rule.limit("answers")
    if len(since) < most:
        return None
    act = Act.IMMEDIATE if len(since) >= most + rule.limit("grace") else Act.OFFER
    figures = (Figure("answers", len(since), most),)
    return Finding(
        code=rule.code, act=act, reason=filled(LONG, count=len(since)), evidence=saw(turns=since, figures=figures)
    )


def _says_no(text: str, rule: HandoverRule, *, confirming: bool) -> bool:
    if confirming and confirmation(text) is False:
        return True
    return bool(lexicon(rule.words, rule.exceptions).is_all(text, _FILLER))


def _same_question(situation: Situation, rule: HandoverRule) -> tuple[PastTurn, ...]:
    """Earlier messages that ask for the same. Where we asked back, the customer had to say it again."""
    least = rule.limit("similarity")
    return tuple(
        turn
        for turn, alike in zip(situation.turns, situation.alike, strict=False)
        if turn.outcome == "answer"
        and small_talk(turn.text) is None
        and (
            same_words(situation.text, turn.text) or (alike >= least and not _something_else(situation.text, turn.text))
        )
    )


def _something_else(text: str, earlier: str) -> bool:
    """Whether the two are about different models, numbers, or opposites: close to an encoder, far to a customer."""
    return something_else(text, earlier, [earlier]) or something_else(earlier, text, [text])


def _same_answer(situation: Situation, rule: HandoverRule) -> tuple[PastTurn, ...]:
    """Earlier turns in which the assistant said what it is about to say."""
    now = _terms(situation.answer)
    if now.total() < SHORTEST_ANSWER:
        return ()
    least = rule.limit("answer_similarity")
    return tuple(
        turn for turn in situation.turns if turn.outcome == "answer" and _likeness(now, _terms(turn.reply)) >= least
    )


def _terms(answer: str) -> Counter[str]:
    return Counter(terms(_MARK.sub("", answer)))


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Share of terms that both have."""
    together = (one | other).total()
    return (one & other).total() / together if together else 0.0

"""What can be learnt from an episode: questions that had no answer, and the answer that a person gave.

Only what people wrote is learnt. The assistant's own sentences never are, or it would come to believe itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from analytics.transcripts import Line, Transcript
from core.learning import MAX_ANSWER, MAX_QUESTION, Finding, GapQuestion, Origin
from core.masking import Mask
from core.text import fold
from core.types import HandoverCode, MessageId, Role

UNANSWERED: Final = frozenset({HandoverCode.MISSING_KNOWLEDGE, HandoverCode.UNSUPPORTED_REQUEST, HandoverCode.LOOP})
"""Rules that fire for want of something to answer from; who asks the same for the third time wasn't answered either."""

LEAST_QUESTION: Final = 4
"""Characters. Less isn't a question that stands alone."""

LEAST_ANSWER: Final = 8

_FOR_A_PERSON: Final = re.compile(
    r"(?:转|找|要|叫|接|换|有没有|是不是).{0,4}(?:人工|真人|客服)|^人工|人工客服|zhuan ?rengong"
    r"|\b(?:human|real person|live agent|an agent|representative|speak to|talk to)\b"
)
_GREETING: Final = re.compile(
    r"^(?:(?:您|你)好(?:呀|啊)?|亲|hello|hi|hey|dear customer|good (?:morning|afternoon|evening))[\s,，。!！~、:：]*",
    re.I,
)
_COURTESY: Final = re.compile(
    r"稍等|请问还有|还有(?:什么|其他).{0,8}(?:帮|问题)|不客气|不用谢|祝您|再见|感谢您的|很高兴为您|有什么可以帮|马上为您|帮您查"
    r"|\b(?:one moment|please wait|hold on|let me check|anything else|you.?re welcome|have a (?:nice|great|good)|how can i help|my pleasure)\b",
    re.I,
)
_LONGEST_COURTESY: Final = 40
"""A longer message says something besides."""


def unanswered(transcript: Transcript, mask: Mask) -> list[GapQuestion]:
    """What the customer asked in vain: the assistant had nothing, or the customer said that its answer didn't help."""
    found = []
    for asked, reply in _exchanges(transcript):
        rejected = reply.outcome == "answer" and reply.helpful is False
        missing = reply.outcome in {"handover", "clarification"} and reply.code in UNANSWERED
        text = mask("\n".join(line.text.strip() for line in asked))[:MAX_QUESTION]
        if (rejected or missing) and _stands_alone(text):
            found.append(
                GapQuestion(
                    message_id=asked[-1].message_id,
                    conversation_id=transcript.conversation_id,
                    episode_id=transcript.episode_id,
                    customer=transcript.customer,
                    text=text,
                    audience=transcript.audience,
                    code=HandoverCode.USER_REJECTED if rejected else reply.code or HandoverCode.MISSING_KNOWLEDGE,
                    asked_at=asked[-1].at,
                )
            )
    return found


def _exchanges(transcript: Transcript) -> Iterator[tuple[list[Line], Line]]:
    """What the customer wrote in a row, with the assistant's reply to it."""
    asked: list[Line] = []
    for line in transcript.lines:
        if line.role is Role.CUSTOMER:
            asked.append(line)
        elif line.role is Role.ASSISTANT:
            if asked:
                yield asked, line
            asked = []


def answered_by_a_person(transcript: Transcript, mask: Mask) -> Finding | None:
    """The question and the person's answer of a resolved episode; `None` if there is nothing to learn."""
    lines = transcript.lines
    taken = next((at for at, line in enumerate(lines) if line.role is Role.AGENT), None)
    if taken is None:
        return None
    question = _question(lines[:taken])
    if question is None:
        return None
    answers = [(line, _plain(line.text)) for line in lines[taken:] if line.role is Role.AGENT and line.substantive]
    kept = [(line, text) for line, text in answers if text]
    answer = mask("\n".join(text for _, text in kept))[:MAX_ANSWER]
    if len(answer) < LEAST_ANSWER:
        return None
    return Finding(
        origin=Origin.RESOLVED,
        key=transcript.episode_id,
        conversation_id=transcript.conversation_id,
        message_ids=(question.message_id, *(MessageId(line.message_id) for line, _ in kept)),
        customer=transcript.customer,
        question=mask(question.text.strip())[:MAX_QUESTION],
        answer=answer,
        audience=transcript.audience,
        found_at=kept[-1][0].at,
    )


def _question(lines: tuple[Line, ...]) -> Line | None:
    """What the person was asked: the last question that had no answer, else the last that stands alone."""
    asked = [line for line in lines if line.role is Role.CUSTOMER and line.substantive and _stands_alone(line.text)]
    at = {line.message_id: number for number, line in enumerate(lines)}
    open_ones = [line for line in asked if _left_open(lines[at[line.message_id] + 1 :])]
    return next(iter(reversed(open_ones or asked)), None)


def _left_open(after: tuple[Line, ...]) -> bool:
    reply = next((line for line in after if line.role is Role.ASSISTANT), None)
    return reply is None or reply.outcome != "answer" or reply.helpful is False


def _stands_alone(text: str) -> bool:
    return len(text.strip()) >= LEAST_QUESTION and not _FOR_A_PERSON.search(fold(text))


def _plain(text: str) -> str:
    """What a person's message says besides courtesies; empty if it only asks back."""
    said = _GREETING.sub("", text.strip()).strip()
    if _COURTESY.search(said) and len(said) <= _LONGEST_COURTESY:
        return ""
    return "" if said.endswith(("?", "？", "吗", "呢")) else said

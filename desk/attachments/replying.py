"""What the assistant says to files: that it can't look into them. A person can, and is offered or called."""

from __future__ import annotations

from dataclasses import replace

from core.handover import HandoverEvidence, HandoverOffer, HandoverPackage, Summary, SummaryLine
from core.text import detect_language
from core.tickets import Priority
from core.types import Answer, Clarification, Handover, HandoverCode, Language, Reply, Role
from desk.records import TurnContext
from desk.texts import say

CODE = HandoverCode.UNSUPPORTED_REQUEST
"""Understood, and nothing that the assistant can do."""

REASON = "The customer sent files, and the assistant can't look into them."


def file_reply(context: TurnContext, chosen: Language | None) -> Reply | None:
    """Return the reply to files without a word; `None` where there are words to reply to.

    The first time it says so and asks what it is about, with a person a button away. Who then sends
    another file without a word gets the person.
    """
    if not context.files or context.text.strip():
        return None
    language = chosen or _spoken(context)
    if any(turn.offered is CODE for turn in context.episode.turns):
        outcome = Handover(CODE, REASON, _said("files_to_person", language), 0.0, package=_package(context, language))
        return Reply(outcome, (), {"total": 0.0})
    text = _said("only_files", language)
    return Reply(Clarification(text, (), 0.0), (), {"total": 0.0}, offer=HandoverOffer(CODE, REASON, text))


def beside_files(reply: Reply, context: TurnContext, chosen: Language | None) -> Reply:
    """Return the reply to words that came with files, with the honest sentence about these and the offer of a person."""
    if not context.files or not isinstance(reply.outcome, Answer | Clarification):
        return reply
    text = say("files", chosen or detect_language(context.text))
    if reply.offer is not None:
        return replace(reply, offer=replace(reply.offer, text=text))
    return replace(reply, offer=HandoverOffer(CODE, REASON, text))


def _spoken(context: TurnContext) -> Language | None:
    """The language that the customer wrote last; `None` where they haven't written yet."""
    words = [line.text for line in context.history if line.role is Role.CUSTOMER]
    return detect_language(words[-1]) if words else None


def _said(key: str, language: Language | None) -> str:
    """In both languages where nobody knows which."""
    known = (language,) if language is not None else (Language.ZH, Language.EN)
    return "\n".join(say(key, each) for each in known)


def _package(context: TurnContext, language: Language | None) -> HandoverPackage:
    if language is Language.EN:
        wanted, tried = "The customer sent files without a word.", "Asked what they are about."
    else:
        wanted, tried = "客户只发来了文件，没有文字说明。", "已请客户用文字说明问题。"
    line = SummaryLine(wanted, (context.message_id,))
    return HandoverPackage(
        code=CODE,
        reason=REASON,
        evidence=HandoverEvidence(),
        summary=Summary(line, SummaryLine(tried, ()), line),
        identity_level=context.episode.identity_level,
        moods=(),
        entities=(),
        shown=(),
        rejected=(),
        suggestion=None,
        team="",
        tags=(),
        priority=Priority.MEDIUM,
        priority_reason="",
    )

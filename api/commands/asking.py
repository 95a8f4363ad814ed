"""`zhida ask` and `zhida search`: questions from the terminal. Nothing is recorded, no ticket is opened."""

from __future__ import annotations

import textwrap
from typing import Annotated

import typer

from api.commands.session import (
    STDIN,
    AsJson,
    Day,
    ForAudience,
    Home,
    Session,
    begin,
    day_of,
    harmless,
    opened,
    questions,
)
from api.wire import HEADING_SEPARATOR, hit_json, reply_json
from core.text import detect_language
from core.types import Answer, Audience, Citation, Clarification, Hit, Language, Outcome, Query, Reply, Turn

Question = Annotated[
    str, typer.Argument(help="The question; `-` reads one a line from standard input.", show_default=False)
]
Count = Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages.")]


def ask(
    context: typer.Context,
    question: Question,
    audience: ForAudience = Audience.PUBLIC,
    as_of: Day = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Ask a question, as a customer would."""
    session = _asked(context, question, home, as_json)
    with opened(session) as services:
        for text in questions(question):
            reply = services.assistant.reply(Turn(text=text, audience=audience, as_of=day_of(as_of)))
            if session.as_json:
                session.emit(reply_json(reply))
            else:
                typer.echo(describe_reply(reply, detect_language(text)))


def search(
    context: typer.Context,
    question: Question,
    k: Count = 10,
    audience: ForAudience = Audience.PUBLIC,
    as_of: Day = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Find the passages for a question, and say why each was found."""
    session = _asked(context, question, home, as_json)
    with opened(session) as services:
        for text in questions(question):
            hits = services.retriever.search(Query(text=text, audience=audience, as_of=day_of(as_of)), k=k)
            if session.as_json:
                session.emit([hit_json(hit) for hit in hits])
            else:
                typer.echo(describe_hits(hits, session.language))


def _asked(context: typer.Context, question: str, home: Home, as_json: bool) -> Session:
    if not question.strip():
        raise typer.BadParameter("the question is empty")
    return begin(context, home, as_json or question == STDIN)


def describe_reply(reply: Reply, language: Language) -> str:
    """A reply for the terminal: text, sources, and how it came about."""
    outcome = reply.outcome
    parts = [harmless(outcome.text)]
    if isinstance(outcome, Answer) and outcome.citations:
        parts.append("\n".join(_source(citation, language) for citation in outcome.citations))
    if isinstance(outcome, Clarification):
        parts.append("\n".join(f"  - {harmless(option)}" for option in outcome.options))
    parts.append(f"({_origin(outcome, language)}, {reply.ms['total']:.0f} ms)")
    return "\n\n".join(parts)


def _source(citation: Citation, language: Language) -> str:
    place = [citation.document]
    if citation.page is not None:
        place.append(f"第 {citation.page} 页" if language is Language.ZH else f"page {citation.page}")
    place.extend(citation.heading[-1:])
    quote = textwrap.shorten(harmless(citation.quote), 160, placeholder=" …")
    return f"  [{citation.number}] {harmless(' · '.join(place))}\n      {quote}"


def _origin(outcome: Outcome, language: Language) -> str:
    chinese = language is Language.ZH
    if isinstance(outcome, Answer):
        names = {
            "verbatim": ("标准答案", "approved answer"),
            "generated": ("模型作答", "written by the model"),
            "looked_up": ("您的记录", "looked up"),
        }
        zh, en = names.get(outcome.tier.value, ("原文摘录", "quoted"))
        return zh if chinese else en
    if isinstance(outcome, Clarification):
        return "请补充说明" if chinese else "asks back"
    return "转人工" if chinese else "needs a person"


def describe_hits(hits: list[Hit], language: Language) -> str:
    """Passages for the terminal, best first."""
    if not hits:
        return "没有找到。" if language is Language.ZH else "Nothing found."
    return "\n\n".join(_hit(rank, hit) for rank, hit in enumerate(hits, start=1))


def _hit(rank: int, hit: Hit) -> str:
    passage, why = hit.passage, hit.why
    place = [passage.document, *([f"p. {passage.page}"] if passage.page is not None else [])]
    if passage.heading:
        place.append(HEADING_SEPARATOR.join(passage.heading))
    sides = [f"{name} #{rank}" for name, rank in (("dense", why.dense_rank), ("lexical", why.lexical_rank)) if rank]
    text = textwrap.shorten(harmless(passage.text), 240, placeholder=" …")
    reasons = ", ".join([*sides, *why.matched])
    return f"{rank}. {harmless(' · '.join(place))}   {hit.score:.4f}\n   {text}\n   ({harmless(reasons)})"

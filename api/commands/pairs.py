"""`zhida qa …`: Q&A pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.documents import named
from api.commands.ingesting import ingest_paths
from api.commands.session import AsJson, Home, OwnAudience, Session, begin, storage, table
from core.types import Audience, DocumentKind, QAPair, QAPairId, QAStatus

app = typer.Typer(no_args_is_help=True, help="Q&A pairs: approved answers, given to customers word for word.")

Pairs = Annotated[list[int], typer.Argument(metavar="PAIR…", min=1, help="Numbers of the pairs.", show_default=False)]


@app.command("import")
def import_pairs(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="CSV, XLSX or JSONL files.")],
    audience: OwnAudience = Audience.PUBLIC,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Import Q&A pairs from files; they are approved at once. The same name again replaces them."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        failed = ingest_paths(session, services, paths, audience=audience, kind=DocumentKind.QA)
    if failed:
        raise typer.Exit(1)


@app.command("list")
def list_pairs(
    context: typer.Context,
    status: Annotated[QAStatus | None, typer.Option(help="Only those in this state.", show_default=False)] = None,
    document: Annotated[str | None, typer.Option(help="Only those of this document.", show_default=False)] = None,
    offset: Annotated[int, typer.Option(min=0)] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List Q&A pairs. Candidates wait for a person to approve them."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        only = named(services.kb, document).document_id if document else None
        found = services.kb.pairs(status=status, document_id=only, offset=offset, limit=limit)
    session.show(found, lambda: _pairs(session, found))


@app.command()
def approve(
    context: typer.Context,
    pairs: Pairs,
    confirm: Annotated[bool, typer.Option("--confirm", help="Also those that contradict an approved pair.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Let candidates answer customers. If one contradicts an approved pair, none is approved."""
    session = begin(context, home, as_json)
    if not confirm:
        _check(session, pairs)
    _decide(session, pairs, QAStatus.APPROVED)


@app.command()
def reject(context: typer.Context, pairs: Pairs, home: Home = None, as_json: AsJson = False) -> None:
    """Keep candidates from answering customers."""
    _decide(begin(context, home, as_json), pairs, QAStatus.REJECTED)


def _check(session: Session, pairs: list[int]) -> None:
    from retrieval.review import PairReview

    with storage(session) as services:
        review = PairReview(services.kb, services.encoder)
        for pair in pairs:
            review.check(services.kb.pair(QAPairId(pair)))


def _decide(session: Session, pairs: list[int], status: QAStatus) -> None:
    with storage(session) as services:
        decided = [services.kb.decide(QAPairId(pair), status) for pair in pairs]
    session.show(decided, lambda: _pairs(session, decided))


def _pairs(session: Session, pairs: list[QAPair]) -> str:
    if not pairs:
        return session.words("没有问答对。", "No pairs.")
    headings = session.words("编号,状态,问题,答案,文档", "Pair,Status,Question,Answer,Document").split(",")
    return table(headings, ((one.pair_id, one.status, one.question, one.answer, one.document) for one in pairs))

"""`zhida demo`: the sample knowledge base, three questions, and a server to go on with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.asking import describe_reply
from api.commands.ingesting import Ingested, Source, describe, files_in, ingest_files
from api.commands.serving import HOST, PORT, Host, Port, alone, run
from api.commands.session import AsJson, Home, Session, begin, opened, progress_bar, storage, warn
from api.wire import reply_json
from core.errors import StorageError
from core.risk import CalibrationSource
from core.text import detect_language
from core.types import Audience, DocumentKind, Turn, VersionStatus

if TYPE_CHECKING:
    from api.composition import Services


@dataclass(frozen=True, slots=True)
class Batch:
    """A folder of the sample."""

    folder: str
    audience: Audience
    kind: DocumentKind | None = None


BATCHES = (
    Batch("documents/older", Audience.PUBLIC),  # first, so that the current ones become their next version
    Batch("documents/public", Audience.PUBLIC),
    Batch("documents/internal", Audience.INTERNAL),
    Batch("qa", Audience.PUBLIC, DocumentKind.QA),
    Batch("tickets", Audience.PUBLIC, DocumentKind.TICKETS),  # candidates: nobody sees them before they are approved
)


def demo(
    context: typer.Context,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after the answers.")] = False,
    host: Host = HOST,
    port: Port = PORT,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Build a sample knowledge base, answer three questions, then serve."""
    session = begin(context, home, as_json)
    with nullcontext() if no_serve else alone(session):
        with storage(session) as services:
            build(session, services)
        with opened(session) as services:
            calibrate(session, services)
            answer(session, services)
            if not no_serve:
                run(session, services, host=host, port=port)


def build(session: Session, services: Services) -> None:
    """Take the sample in, unless a start before this one did.

    Raises:
        StorageError: a file of the sample couldn't be read, which no user can help.
    """
    failed: list[Ingested] = []
    add_questions(services)
    missing = [(batch, list(_missing(services, batch))) for batch in BATCHES]
    if any(sources for _, sources in missing):
        warn(
            session.words(
                "正在建立示例知识库，约需一分钟…", "Building the sample knowledge base, which takes about a minute…"
            )
        )
    for batch, sources in missing:
        with progress_bar(session.words(f"示例 {batch.folder}", f"Sample {batch.folder}")) as advance:
            done = 0

            def report(result: Ingested) -> None:
                nonlocal done
                done += 1
                advance(done, len(sources))  # noqa: B023 - called only while this loop's turn lasts
                if result.status is VersionStatus.FAILED:
                    failed.append(result)

            ingest_files(services, sources, audience=batch.audience, kind=batch.kind, report=report)
    if failed:
        raise StorageError("\n".join(describe(session, result) for result in failed))


def calibrate(session: Session, services: Services) -> None:
    """Set the answer threshold by the sample's own gold questions, unless a start before this one did."""
    if services.risk.report().source is CalibrationSource.OWN or not services.gold.count():
        return
    from api.calibrating import calibrate_on_gold

    questions = services.gold.count()
    with progress_bar(session.words("用标准问题校准", "Calibrating on gold questions")) as advance:
        calibrate_on_gold(services, heard=lambda asked: advance(asked, questions))


def add_questions(services: Services) -> None:
    """The sample's gold questions, before its first document: a start after this leaves alone what became of them."""
    import sample

    if services.kb.documents() or services.gold.count():
        return
    from eval.gold_files import GoldFormat, read_questions

    entries = read_questions((Path(sample.FOLDER) / "questions.jsonl").read_bytes(), GoldFormat.JSONL)
    # The documents named there aren't the only ones that say so: the sample's Q&A pairs repeat much of them.
    services.gold.take_in([replace(entry, sources=()) if entry.facts else entry for entry in entries])


def _missing(services: Services, batch: Batch) -> Iterator[Source]:
    import sample

    known = {document.name: document.latest_version for document in services.kb.documents()}
    older = {source.name for source in files_in(Path(sample.FOLDER, "documents/older"))}
    for source in files_in(Path(sample.FOLDER, batch.folder)):
        versions = 2 if batch.folder == "documents/public" and source.name in older else 1
        if known.get(source.name, 0) < versions:
            yield source


def answer(session: Session, services: Services) -> None:
    """Answer the sample's three questions."""
    import sample

    for question in sample.DEMO_QUESTIONS:
        reply = services.assistant.reply(Turn(text=question))
        if session.as_json:
            session.emit({"question": question, **reply_json(reply)})
        else:
            typer.secho(f"\n» {question}\n", bold=True)
            typer.echo(describe_reply(reply, detect_language(question)))
    session.say("")

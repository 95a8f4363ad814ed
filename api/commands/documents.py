"""`zhida documents …`: what is in the knowledge base."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.session import AsJson, FirstDay, Home, LastDay, Session, begin, day_of, harmless, storage, table
from core.errors import NotFound
from core.types import Document, DocumentId, DocumentVersion

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

app = typer.Typer(no_args_is_help=True, help="Documents and their versions. A document is named by its id or its name.")

Which = Annotated[str, typer.Argument(metavar="DOCUMENT", help="Id or name.", show_default=False)]


@app.command("list")
def list_documents(context: typer.Context, home: Home = None, as_json: AsJson = False) -> None:
    """List all documents."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        found = services.kb.documents()
    session.show(found, lambda: _documents(session, found))


@app.command()
def show(context: typer.Context, document: Which, home: Home = None, as_json: AsJson = False) -> None:
    """Show one document."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        found = named(services.kb, document)
    session.show(found, lambda: _details(session, found))


@app.command()
def versions(context: typer.Context, document: Which, home: Home = None, as_json: AsJson = False) -> None:
    """List the versions of a document, newest first."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        found = services.kb.versions(named(services.kb, document).document_id)
    session.show(found, lambda: _versions(session, found))


@app.command()
def delete(
    context: typer.Context,
    document: Which,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Delete a document with all its versions, for good."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        found = named(services.kb, document)
        if not yes and not session.as_json and sys.stdin.isatty():
            question = f"删除《{found.name}》及其全部版本？", f"Delete {found.name!r} with all its versions?"
            typer.confirm(session.words(*question), abort=True)
        services.kb.delete(found.document_id)
    deleted = {"document_id": found.document_id, "name": found.name, "deleted": True}
    session.show(deleted, lambda: session.words(f"已删除：{found.name}", f"Deleted: {found.name}"))


@app.command()
def rollback(
    context: typer.Context,
    document: Which,
    version: Annotated[int, typer.Argument(min=1, help="Number of the version.", show_default=False)],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make an earlier version live again."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        restored = services.kb.rollback(named(services.kb, document).document_id, version)
    session.show(restored, lambda: _documents(session, [restored]))


@app.command()
def dates(
    context: typer.Context,
    document: Which,
    effective_from: FirstDay = None,
    expires_on: LastDay = None,
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="Of which version; else the live one.", show_default=False)
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Set the days between which a version may answer; a limit that isn't given is lifted. Nothing is read anew."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        found = named(services.kb, document)
        changed = services.kb.set_dates(
            found.document_id,
            version or found.live_version or found.latest_version,
            effective_from=day_of(effective_from),
            expires_on=day_of(expires_on),
        )
    session.show(changed, lambda: _versions(session, [changed]))


def named(kb: KnowledgeBase, document: str) -> Document:
    """The document with this id or this name.

    Raises:
        NotFound: there is none.
    """
    try:
        return kb.document(DocumentId(document))
    except NotFound:
        found = kb.find(document)
        if found is None:
            raise
        return found


def _documents(session: Session, documents: list[Document]) -> str:
    if not documents:
        return session.words("还没有文档。用 zhida ingest 添加。", "No documents yet. Add some with: zhida ingest PATH")
    headings = session.words("名称,受众,版本,状态,段落,更新时间", "Name,Audience,Version,Status,Passages,Updated")
    rows = [
        (one.name, one.audience, one.live_version or "-", one.status, one.passages, _when(one.updated_at))
        for one in documents
    ]
    return table(headings.split(","), rows)


def _versions(session: Session, versions: list[DocumentVersion]) -> str:
    headings = session.words(
        "版本,生效,状态,受众,段落,有效期自,失效日,上传时间", "Version,Live,Status,Audience,Passages,From,Until,Uploaded"
    )
    rows = [
        (
            one.number,
            "✓" if one.live else "",
            one.status,
            one.audience,
            one.passages,
            one.effective_from,
            one.expires_on,
            _when(one.created_at),
        )
        for one in versions
    ]
    reasons = [f"{one.number}: {harmless(one.reason)}" for one in versions if one.reason]
    return "\n".join([table(headings.split(","), rows), *reasons])


def _details(session: Session, document: Document) -> str:
    lines = [_documents(session, [document]), f"id {document.document_id}"]
    if document.reason:
        lines.append(f"{document.latest_version}: {harmless(document.reason)}")
    return "\n".join(lines)


def _when(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"

"""`zhida vocabulary …`: synonyms, and words that stay whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.commands.session import AsJson, Home, Session, begin, harmless, storage, table, warn
from core.vocabulary import VocabularyEntry, VocabularyKind

app = typer.Typer(no_args_is_help=True, help="Synonyms, and product names that stay whole. Effective at once.")

Terms = Annotated[
    list[str], typer.Argument(metavar="TERM…", min=1, help="Terms that belong together.", show_default=False)
]


@app.command("list")
def list_entries(context: typer.Context, home: Home = None, as_json: AsJson = False) -> None:
    """List all entries."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        found = services.kb.vocabulary.entries()
    session.show(found, lambda: _table(session, found))


@app.command()
def add(
    context: typer.Context,
    terms: Terms,
    kind: Annotated[
        VocabularyKind,
        typer.Option(
            help="synonyms: all mean the same; means: the first also finds the others; word: one that stays whole."
        ),
    ] = VocabularyKind.SYNONYMS,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Add an entry: `zhida vocabulary add 退款 退钱`, `zhida vocabulary add --kind word 净享Pro`."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        added = services.kb.vocabulary.add(kind, terms)
    session.show(added, lambda: _table(session, [added]))


@app.command()
def remove(
    context: typer.Context,
    entries: Annotated[list[int], typer.Argument(metavar="ENTRY…", min=1, help="Numbers of the entries.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Delete entries."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        for entry_id in entries:
            services.kb.vocabulary.remove(entry_id)
    session.show({"removed": entries}, lambda: session.words("已删除。", "Deleted."))


@app.command("import")
def import_entries(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8: kind, then terms.", exists=True)],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Add the entries of a CSV file. Lines that can't be used are named, and the others are added."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        done = services.kb.vocabulary.import_csv(_text(path))
    session.show(
        done,
        lambda: session.words(
            f"新增 {done.added} 条，{done.known} 条已有，{len(done.problems)} 条未采用。",
            f"Added {done.added}, known already {done.known}, not taken {len(done.problems)}.",
        ),
    )
    for problem in done.problems:
        warn(harmless(problem))
    if done.problems:
        raise typer.Exit(1)


@app.command("export")
def export_entries(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the CSV; `-` is standard output.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write all entries as CSV, in the form that the import takes."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        text = services.kb.vocabulary.export_csv()
    plain = text.removeprefix("\ufeff")
    if str(path) == "-":
        if session.as_json:
            session.emit({"csv": plain})
        else:
            typer.echo(plain, nl=False)
        return
    path.write_text(text, encoding="utf-8", newline="")
    session.show({"file": str(path)}, lambda: str(path))


def _text(path: Path) -> str:
    """Excel on a Chinese Windows saves CSV in GB18030, which no other reading of the bytes would betray."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def _table(session: Session, entries: Sequence[VocabularyEntry]) -> str:
    if not entries:
        return session.words("词表是空的。", "The vocabulary is empty.")
    headings = session.words("编号,类型,词语", "Entry,Kind,Terms").split(",")
    return table(headings, ((entry.entry_id, entry.kind, " / ".join(entry.terms)) for entry in entries))

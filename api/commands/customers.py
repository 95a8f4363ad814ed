"""`zhida customers …`: find somebody, give out everything about one person, or erase it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.commands.session import AsJson, Home, Session, begin, storage, table
from api.wire import plain
from core.customers import Customer

app = typer.Typer(no_args_is_help=True, help="Customers: find one, export everything about one, erase one.")

Key = Annotated[
    str,
    typer.Argument(
        help="Who: email:anna@example.org (a channel and its key), customer:12 or conversation:ID.", show_default=False
    ),
]


@app.command()
def find(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="Part of a name, address, number or key.", show_default=False)],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Find customers by what is known of them."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        found = services.desk.customers.search(text)
    session.show(plain(found), lambda: _customers(session, found))


@app.command()
def export(
    context: typer.Context,
    key: Key,
    output: Annotated[Path | None, typer.Option(help="File to write; else it is printed.", show_default=False)] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write everything that is known of one person as JSON, by table."""
    from api.accounts.audit import OPERATOR

    session = begin(context, home, as_json)
    with storage(session) as services:
        found = services.forgetting.export(key, by=OPERATOR)
    written = json.dumps(found, ensure_ascii=False, indent=2)
    if output is None:
        typer.echo(written)
        return
    output.write_text(written + "\n", encoding="utf-8")
    rows = sum(map(len, found["tables"].values()))
    session.show(
        {"file": str(output), "rows": rows},
        lambda: session.words(f"{rows} 行已写入 {output}", f"{rows} rows in {output}"),
    )


@app.command()
def erase(
    context: typer.Context,
    key: Key,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Erase one person for good: messages, tickets, drafts, files, what was learnt; a tombstone with counts stays."""
    from api.accounts.audit import OPERATOR

    session = begin(context, home, as_json)
    if not (dry_run or yes or as_json):
        question = session.words(f"永久删除 {key} 的全部内容，无法恢复。继续吗？", f"Erase all of {key} for good?")
        typer.confirm(question, abort=True)
    with storage(session) as services:
        done = services.forgetting.erase(key, by=OPERATOR, dry_run=dry_run)
    headings = session.words("内容,行数", "What,Rows")
    session.show(plain(done), lambda: table(headings.split(","), list(done.erased.items())))


def _customers(session: Session, found: list[Customer]) -> str:
    if not found:
        return session.words("没有这样的客户。", "No such customer.")
    headings = session.words("编号,姓名,渠道", "No.,Name,Known by")
    rows = [
        (each.customer_id, each.name, " ".join(f"{known.channel}:{known.key}" for known in each.identities))
        for each in found
    ]
    return table(headings.split(","), rows)

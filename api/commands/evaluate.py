"""`zhida eval …`: how good the search is, on sets of questions with known answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.commands.session import Home, begin, progress_bar, storage

app = typer.Typer(no_args_is_help=True, help="Measure quality and speed.")

STDOUT = Path("-")

PER_CENT = 100

TABLE_WIDTH = 110
"""Columns that the table needs without breaking its cells."""


@app.callback()
def measure() -> None:
    """Measure quality and speed."""


@app.command()
def retrieval(
    context: typer.Context,
    data: Annotated[
        Path, typer.Option("--data", help="Folder with corpus.jsonl, queries.jsonl and qrels.tsv.", exists=True)
    ],
    file: Annotated[
        Path | None, typer.Option("--json", help="Write the result there; «-» is standard output.", allow_dash=True)
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Keep the knowledge base there, so that the next run needn't embed.")
    ] = None,
    home: Home = None,
) -> None:
    """nDCG@10, recall@5/20 and MRR@10 of lexical, dense and fused search; time per query; ingest rate; size."""
    from rich.console import Console

    from eval.report import to_json, to_table
    from eval.retrieval import evaluate
    from eval.suite import read_retrieval_suite
    from eval.workbench import Workbench

    session = begin(context, home, as_json=False)
    suite = read_retrieval_suite(data)
    with storage(session) as services, progress_bar(session.words("计算向量", "Embedding")) as advance:
        bench = Workbench(
            suite,
            encoder=services.encoder,
            work=keep,
            report=lambda share: advance(round(PER_CENT * share), PER_CENT),
        )
        with bench:
            result = evaluate(suite, bench.built, bench.retriever)
    text = json.dumps(to_json(result), ensure_ascii=False)
    if session.as_json or file == STDOUT:
        typer.echo(text)
    else:
        Console(width=max(TABLE_WIDTH, Console().width)).print(to_table(result))
    if file is not None and file != STDOUT:
        file.write_text(text + "\n", encoding="utf-8")

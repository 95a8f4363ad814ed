"""`zhida eval retrieval`: the product's search on suites of questions whose passages are known."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from api.commands.session import Home, begin, progress_bar, storage
from core.errors import InvalidInput

app = typer.Typer()

STDOUT = Path("-")

PER_CENT = 100

TABLE_WIDTH = 110
"""Columns that the table needs without breaking its cells."""

RunOut = Annotated[
    Path | None,
    typer.Option("--run", help="Write a run file there, for «zhida eval compare», «gate» and «report»."),
]


@app.command()
def retrieval(
    context: typer.Context,
    data: Annotated[
        list[Path],
        typer.Option("--data", help="Folder with corpus.jsonl, queries.jsonl and qrels.tsv; several are allowed."),
    ],
    file: Annotated[
        Path | None,
        typer.Option(
            "--json", help="Write the results there, one suite a line; «-» is standard output.", allow_dash=True
        ),
    ] = None,
    run: RunOut = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Keep the knowledge base there, so that the next run needn't embed.")
    ] = None,
    home: Home = None,
) -> None:
    """nDCG@10, recall@5/20 and MRR@10 of lexical, dense and fused search; time per query; ingest rate; size."""
    from rich.console import Console

    from eval.report import to_json, to_table
    from eval.retrieval import evaluate, to_run_file
    from eval.runs import write_runs
    from eval.suite import read_retrieval_suite
    from eval.workbench import Workbench

    session = begin(context, home, as_json=False)
    suites = [read_retrieval_suite(folder) for folder in data]
    if run is not None and len({suite.name for suite in suites}) < len(suites):
        names = ", ".join(suite.name for suite in suites)
        raise InvalidInput(f"A run file holds each suite once, but two of these have one name: {names}.")
    lines, runs = [], []
    with storage(session) as services:
        for suite in suites:
            with (
                progress_bar(f"{session.words('计算向量', 'Embedding')} {suite.name}") as advance,
                Workbench(
                    suite,
                    encoder=services.encoder,
                    work=keep,
                    index_url=None if services.settings.index_url is None else services.settings.index_url.reveal(),
                    report=partial(_report, advance),
                ) as bench,
            ):
                result = evaluate(suite, bench.built, bench.retriever)
            lines.append(json.dumps(to_json(result), ensure_ascii=False))
            runs.append(to_run_file(result))
            if session.as_json or file == STDOUT:
                typer.echo(lines[-1])
            else:
                Console(width=max(TABLE_WIDTH, Console().width)).print(to_table(result))
            # After every suite, so that hours of measuring aren't lost with the last one.
            if run is not None:
                write_runs(run, runs)
    if file is not None and file != STDOUT:
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _report(advance: Callable[[int, int], None], share: float) -> None:
    advance(round(PER_CENT * share), PER_CENT)

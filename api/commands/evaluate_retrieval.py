"""`zhida eval retrieval`: the product's search on suites of questions whose passages are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.commands.measuring import Keep, RunOut, each_once, embedding_bar, save, wide_console
from api.commands.session import Home, begin, storage

app = typer.Typer()

STDOUT = Path("-")


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
    keep: Keep = None,
    home: Home = None,
) -> None:
    """nDCG@10, recall@5/20 and MRR@10 of lexical, dense and fused search; time per query; ingest rate; size."""
    from eval.report import to_json, to_table
    from eval.retrieval import evaluate, to_run_file
    from eval.suite import read_retrieval_suite
    from eval.workbench import Workbench

    session = begin(context, home, as_json=False)
    suites = [read_retrieval_suite(folder) for folder in data]
    if run is not None:
        each_once([suite.name for suite in suites])
    lines, runs = [], []
    with storage(session) as services:
        for suite in suites:
            with (
                embedding_bar(session, suite.name) as embedded,
                Workbench(
                    suite,
                    encoder=services.encoder,
                    work=keep,
                    index_url=None if services.settings.index_url is None else services.settings.index_url.reveal(),
                    report=embedded,
                ) as bench,
            ):
                result = evaluate(suite, bench.built, bench.retriever)
            lines.append(json.dumps(to_json(result), ensure_ascii=False))
            runs.append(to_run_file(result))
            if session.as_json or file == STDOUT:
                typer.echo(lines[-1])
            else:
                wide_console().print(to_table(result))
            save(run, runs)
    if file is not None and file != STDOUT:
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")

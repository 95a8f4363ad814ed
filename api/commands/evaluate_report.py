"""`zhida eval report`: run files as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.session import AsJson, Home, begin

app = typer.Typer()


@app.command()
def report(
    context: typer.Context,
    runs: Annotated[list[Path], typer.Argument(metavar="RUN.json...", help="Run files of any kinds.")],
    out: Annotated[Path, typer.Option("--out", help="The page to write.")] = Path("report.html"),
    texts: Annotated[
        bool,
        typer.Option(
            "--texts/--no-texts",
            help="Repeat questions and passages of the worst cases; leave out for suites of others.",
        ),
    ] = True,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """One page without scripts that loads nothing: quality, risk and coverage, calibration, latency, worst cases."""
    from eval.html.page import page
    from eval.runs import read_runs

    session = begin(context, home, as_json)
    names = [path.stem for path in runs]
    if len(set(names)) < len(names):
        names = [str(path) for path in runs]
    written = page([(name, read_runs(path)) for name, path in zip(names, runs, strict=True)], texts=texts)
    out.write_text(written, encoding="utf-8")
    session.show({"page": str(out), "bytes": len(written.encode())}, lambda: str(out))

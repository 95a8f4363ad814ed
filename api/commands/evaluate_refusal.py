"""`zhida eval refusal`: whether the assistant knows when it can't answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from api.commands.evaluate_retrieval import PER_CENT, TABLE_WIDTH, RunOut
from api.commands.session import AsJson, Home, begin, progress_bar, storage
from core.risk import DEFAULT_TOLERATED, LEAST_TOLERATED, MOST_TOLERATED, RiskOf, Tolerance

app = typer.Typer()


@app.command()
def refusal(
    context: typer.Context,
    data: Annotated[list[Path], typer.Option("--data", help="Folder of a refusal suite; several are allowed.")],
    probes: Annotated[
        list[Path] | None,
        typer.Option("--probes", help="JSONL of off-topic questions asked of every suite besides.", exists=True),
    ] = None,
    tolerate: Annotated[
        float, typer.Option("--tolerate", help="Tolerated wrong answers.", min=LEAST_TOLERATED, max=MOST_TOLERATED)
    ] = DEFAULT_TOLERATED,
    of: Annotated[
        RiskOf, typer.Option("--of", help="In a hundred questions asked, or in a hundred answers given.")
    ] = RiskOf.QUESTIONS,
    most: Annotated[int, typer.Option("--most", help="Cases of each kind at most, evenly spread.", min=1)] = 1_000_000,
    run: RunOut = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Keep the knowledge bases there, so that the next run needn't embed.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """AUROC, risk and coverage, and the share of wrong answers at the tolerance, with the shipped calibration."""
    from rich.console import Console

    from eval.refusal import RefusalBench
    from eval.refusal_report import to_run_file, to_table
    from eval.runs import write_runs
    from eval.suite_refusal import read_probes, read_refusal_suite, thinned, with_probes
    from retrieval.calibration.shipped import shipped

    session = begin(context, home, as_json)
    off_topic = [text for path in probes or () for text in read_probes(path)]
    suites = [thinned(with_probes(read_refusal_suite(folder), off_topic), most) for folder in data]
    tolerance, limit = Tolerance(tolerate, of), shipped().limit(tolerate, of)
    runs = []
    with storage(session) as services:
        for suite in suites:
            with (
                progress_bar(f"{session.words('计算向量', 'Embedding')} {suite.name}") as embedding,
                progress_bar(f"{session.words('提问', 'Asking')} {suite.name}") as asking,
                RefusalBench(
                    suite,
                    encoder=services.encoder,
                    work=keep,
                    report=partial(_advance, embedding),
                ) as bench,
            ):
                asked = bench.ask(asking, limit=limit)
            runs.append(
                to_run_file(
                    suite.name, asked, limit=limit, tolerance=tolerance, encoder_key=services.encoder.identity.key
                )
            )
            if run is not None:  # after every suite, so that hours of measuring aren't lost with the last one
                write_runs(run, runs)
    if session.as_json:
        for each in runs:
            measures = each.systems["zhida"].measures
            session.emit({"suite": each.suite, "measures": {name: mean.value for name, mean in measures.items()}})
    else:
        Console(width=max(TABLE_WIDTH, Console().width)).print(to_table(runs))


def _advance(bar: Callable[[int, int], None], share: float) -> None:
    bar(round(PER_CENT * share), PER_CENT)

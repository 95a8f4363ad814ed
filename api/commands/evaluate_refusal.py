"""`zhida eval refusal`: whether the assistant knows when it can't answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.measuring import EVERYTHING, Keep, Of, RunOut, Tolerate, bars, emit_measures, save, wide_console
from api.commands.session import AsJson, Home, begin, storage
from core.risk import DEFAULT_TOLERATED, RiskOf, Tolerance

app = typer.Typer()


@app.command()
def refusal(
    context: typer.Context,
    data: Annotated[list[Path], typer.Option("--data", help="Folder of a refusal suite; several are allowed.")],
    probes: Annotated[
        list[Path] | None,
        typer.Option("--probes", help="JSONL of off-topic questions asked of every suite besides.", exists=True),
    ] = None,
    tolerate: Tolerate = DEFAULT_TOLERATED,
    of: Of = RiskOf.QUESTIONS,
    most: Annotated[int, typer.Option("--most", help="Cases of each kind at most, evenly spread.", min=1)] = EVERYTHING,
    run: RunOut = None,
    keep: Keep = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """AUROC, risk and coverage, and the share of wrong answers at the tolerance, with the shipped calibration."""
    from eval.refusal import RefusalBench
    from eval.refusal_report import to_run_file, to_table
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
                bars(session, suite.name, session.words("提问", "Asking")) as shown,
                RefusalBench(suite, encoder=services.encoder, work=keep, report=shown.embedded) as bench,
            ):
                asked = bench.ask(shown.asked, limit=limit)
            encoder_key = services.encoder.identity.key
            runs.append(to_run_file(suite.name, asked, limit=limit, tolerance=tolerance, encoder_key=encoder_key))
            save(run, runs)
    if session.as_json:
        emit_measures(session, runs)
    else:
        wide_console().print(to_table(runs))

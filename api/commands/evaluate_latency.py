"""`zhida eval latency`: time per question by the size of the knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.measuring import RunOut
from api.commands.session import AsJson, Home, begin, storage, table
from core.errors import InvalidInput

if TYPE_CHECKING:
    from eval.runs import RunFile, SystemRun

app = typer.Typer()

MEGABYTE = 1e6


@app.command()
def latency(
    context: typer.Context,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="Suite whose corpus and questions are used; several are allowed.", exists=True),
    ] = None,
    passages: Annotated[
        list[int] | None,
        typer.Option("--passages", help="So many synthetic passages, a multiple of 1000; several are allowed."),
    ] = None,
    questions: Annotated[int, typer.Option("--questions", min=1, help="Questions timed for each size.")] = 200,
    run: RunOut = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """p50 and p95 of the product's search, encoder included, on suites or on synthetic passages."""
    from eval.latency import of_suite, synthetic
    from eval.runs import write_runs
    from eval.suite import read_retrieval_suite
    from eval.workbench import Workbench

    session = begin(context, home, as_json)
    if not data and not passages:
        raise InvalidInput("Say what to search: --data FOLDER, or --passages 10000 for synthetic texts.")
    runs: list[RunFile] = []
    with storage(session) as services:
        for folder in data or ():
            suite = read_retrieval_suite(folder)
            with Workbench(suite, encoder=services.encoder) as bench:
                runs.append(of_suite(suite, bench, questions=questions))
    if passages:
        runs.append(synthetic(passages, questions=questions))
    if run is not None:
        write_runs(run, runs)
    if session.as_json:
        for measured in runs:
            for name, system in measured.systems.items():
                session.emit({"suite": measured.suite, "system": name, **_figures(system)})
    else:
        session.say(told(runs))


def told(runs: list[RunFile]) -> str:
    """The sizes as a table for a person."""
    headings = ("suite", "passages", "p50 ms", "p95 ms", "recall@10", "ready s", "MB RAM", "MB indexes")
    return table(headings, [_row(run.suite, system) for run in runs for system in run.systems.values()])


def _row(suite: str, system: SystemRun) -> tuple[str, ...]:
    figures = _figures(system)

    def shown(name: str, scale: float = 1.0, places: int = 1) -> str:
        value = figures.get(name)
        return "" if value is None else f"{value / scale:,.{places}f}"

    return (
        suite,
        shown("passages", places=0),
        shown("p50"),
        shown("p95"),
        shown("recall@10", places=3),
        shown("ready_s", places=2),
        shown("resident_bytes", MEGABYTE, 0),
        shown("index_bytes", MEGABYTE),
    )


def _figures(system: SystemRun) -> dict[str, float]:
    """Times, facts and recall of a size."""
    times = system.timings_ms
    spread = {} if times is None else {"p50": round(times.p50, 2), "p95": round(times.p95, 2)}
    return {**system.facts, **spread, **{name: mean.value for name, mean in system.measures.items()}}

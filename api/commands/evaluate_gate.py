"""`zhida eval gate`: a check for continuous integration that fails when quality falls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.evaluate_compare import Measures
from api.commands.evaluate_gold import gate_gold
from api.commands.session import AsJson, Home, Session, begin
from core.errors import InvalidInput

if TYPE_CHECKING:
    from eval.gate import GateReport

app = typer.Typer()


@app.command()
def gate(
    context: typer.Context,
    baseline: Annotated[
        Path | None, typer.Argument(metavar="[BASELINE.json]", help="Run file to hold the new one against.")
    ] = None,
    new: Annotated[Path | None, typer.Argument(metavar="[NEW.json]", help="The new run file.")] = None,
    max_drop: Annotated[
        float, typer.Option("--max-drop", help="By how much a measure may fall, 0 to 1.", min=0, max=1)
    ] = 0.01,
    system: Annotated[
        list[str] | None,
        typer.Option("--system", help="Check this system instead of the product.", show_default=False),
    ] = None,
    measure: Measures = None,
    gold_baseline: Annotated[
        Path | None, typer.Option("--baseline", help="Run file of the gold set, from an earlier --run.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--run", help="Write the run of the gold set there.")] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Exit with 1 and say why when a measure of NEW is more than --max-drop below BASELINE.

    Without NEW the gold set of the knowledge base is asked now, and held against BASELINE or, without
    that, against its last recorded run.
    """
    from eval.gate import check
    from eval.runs import read_runs

    session = begin(context, home, as_json)
    if new is None:
        if system or measure:
            raise InvalidInput("Without two run files the gold set is asked, which knows no --system and no --measure.")
        gate_gold(session, baseline=gold_baseline or baseline, max_drop=max_drop, file=file)
        return
    if baseline is None or gold_baseline or file:
        raise InvalidInput("Give two run files: zhida eval gate BASELINE.json NEW.json --max-drop 0.01")
    result = check(read_runs(baseline), read_runs(new), max_drop=max_drop, systems=system or (), measures=measure or ())
    finish(session, result)


def finish(session: Session, result: GateReport) -> None:
    """Tell what the gate saw; exit with 1 if it isn't passed."""
    session.show({**_plain(result), "passed": result.passed}, lambda: told(session, result))
    if not result.passed:
        raise typer.Exit(1)


def told(session: Session, result: GateReport) -> str:
    """The gate's findings for a person, failures last, where a log is read first."""
    lines = [
        f"{each.suite} · {each.system} · {each.measure}: {each.before:.4f} → {each.after:.4f}"
        for each in result.checked
    ]
    lines += result.notes
    if result.passed:
        lines.append(
            session.words(
                f"通过：{len(result.checked)} 项指标，下降都不超过 {result.max_drop:g}。",
                f"Passed: none of {len(result.checked)} measures fell by more than {result.max_drop:g}.",
            )
        )
    else:
        lines.append(session.words("未通过：", "Failed:"))
        lines += [f"  {failure}" for failure in result.failures]
    return "\n".join(lines)


def _plain(result: GateReport) -> dict[str, object]:
    return {
        "max_drop": result.max_drop,
        "failures": result.failures,
        "notes": result.notes,
        "checked": result.checked,
    }

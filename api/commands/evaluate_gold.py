"""`zhida eval gate` on the gold set: is the knowledge base as good as it was?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from api.commands.gold import asking
from api.commands.session import Session, harmless, opened
from core.errors import InvalidInput

if TYPE_CHECKING:
    from api.composition import Services
    from eval.gold import Fallen
    from eval.runs import RunFile


def gate_gold(session: Session, *, baseline: Path | None, max_drop: float, file: Path | None = None) -> None:
    """Ask the gold set and hold it against a run file, or against the last recorded run.

    A run that passes is recorded and is what the next one is held against; one that fails isn't, so
    that it fails again. Without any run before, this one is recorded and passes.

    Raises:
        InvalidInput: the run file isn't one of a gold set.
        Conflict: there is no question to ask.
        Exit: with 1, if it doesn't pass.
    """
    from api.commands.evaluate_gate import told  # which imports this module
    from api.gold_running import begin, settings_of
    from core.gold import RunCause
    from eval.gate import check
    from eval.gold import AS_EXPECTED, WRONG, ask, fallen, to_run_file
    from eval.runs import RunKind, read_run, write_run

    recorded = read_run(baseline) if baseline else None
    if recorded is not None and recorded.kind is not RunKind.GOLD:
        raise InvalidInput(
            f"{baseline} is a run of {recorded.kind}, not of a gold set. Write one with: zhida gold run --run FILE"
        )
    with opened(session) as services:
        before = recorded or _last(services)
        with asking(session, services) as heard:
            results = ask(services.gold.to_ask(), services.assistant, services.kb, heard=heard)
        after = to_run_file(results, settings_of(services))
        report = check([before or after], [after], max_drop=max_drop, measures=(AS_EXPECTED, WRONG))
        if report.passed:
            services.gold.finish(begin(services, RunCause.GATE).run_id, results)
    if file is not None:
        write_run(file, after)
    fell = fallen(before, after) if before else []
    value = {
        "passed": report.passed,
        "max_drop": report.max_drop,
        "failures": report.failures,
        "notes": report.notes,
        "checked": report.checked,
        "fallen": [{"text": each.text, "before": each.before, "after": each.after} for each in fell],
    }
    session.show(value, lambda: "\n".join([*_fallen(session, fell), told(session, report)]))
    if not report.passed:
        raise typer.Exit(1)


def _last(services: Services) -> RunFile | None:
    """The last recorded run whose answers are kept."""
    from eval.gold import to_run_file

    last = services.gold.last()
    return None if last is None else to_run_file(services.gold.results(last.run_id), last.settings, now=last.ended_at)


def _fallen(session: Session, fell: list[Fallen]) -> list[str]:
    lines: list[str] = []
    for each in fell:
        lines.append(f"{session.words('变差', 'Fell')}: {harmless(each.text)}")
        lines += [f"  {mark} {_told(side)}" for mark, side in (("-", each.before), ("+", each.after))]
    return lines


def _told(details: object) -> str:
    known = details if isinstance(details, dict) else {}
    answer = " ".join(harmless(str(known.get("answer", ""))).split())[:200]
    cited = ", ".join(harmless(str(each)) for each in known.get("sources", ()))
    return f"[{known.get('verdict', '?')}] {answer}{f' ← {cited}' if cited else ''}"

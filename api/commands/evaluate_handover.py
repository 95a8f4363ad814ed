"""`zhida eval handover`: whether a person takes over when one is needed, and only then."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.measuring import Keep, RunOut, Tolerate, bars, models_of, save
from api.commands.session import AsJson, Home, Session, begin, harmless, storage, table
from core.risk import DEFAULT_TOLERATED, RiskOf

if TYPE_CHECKING:
    from eval.handover import LedCase

app = typer.Typer()


@app.command()
def handover(
    context: typer.Context,
    data: Annotated[
        list[Path] | None,
        typer.Option(
            "--data",
            help="Folder with corpus.jsonl and conversations.jsonl, or with tau-bench's dev/tasks.jsonl; several are "
            "allowed. Without it Zhida's own conversations.",
            show_default=False,
        ),
    ] = None,
    tolerate: Tolerate = DEFAULT_TOLERATED,
    show: Annotated[bool, typer.Option("--show", help="Also show the conversations that went otherwise.")] = False,
    run: RunOut = None,
    keep: Keep = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Missed and needless hand-overs with their intervals, led conversation by conversation, by the rules of the settings."""
    from eval.handover import HandoverBench, to_run_file
    from eval.suite_handover import SHIPPED, read_handover_suite
    from retrieval.calibration.shipped import shipped

    session = begin(context, home, as_json)
    suites = [read_handover_suite(folder) for folder in data or [SHIPPED]]
    limit = shipped().limit(tolerate, RiskOf.QUESTIONS)
    runs = []
    with storage(session) as services:
        version = services.handover_rules.current()
        for suite in suites:
            with (
                bars(session, suite.name, session.words("对话", "Talking")) as shown,
                HandoverBench(
                    suite,
                    encoder=services.encoder,
                    analyzer=services.analyzer,
                    rules=version.rules,
                    model=services.model,
                    work=keep,
                    report=shown.embedded,
                ) as bench,
            ):
                led = bench.lead(shown.asked, limit=limit)
                settings = {"tolerated": tolerate, "rules_version": version.number, **suite.settings}
                passages = bench.built.passages
            runs.append(to_run_file(suite.name, led, models=models_of(services), settings=settings, passages=passages))
            save(run, runs)
            session.show(_figures(suite.name, led), partial(_told, session, suite.name, led, show=show))


def _figures(name: str, led: Sequence[LedCase]) -> dict[str, object]:
    from eval.handover import missed_and_needless

    missed, needless = missed_and_needless(led)
    return {
        "suite": name,
        "conversations": len(led),
        "as_expected": sum(each.as_expected for each in led) / len(led),
        "missed": {"hits": missed.hits, "of": missed.of, "interval": missed.interval},
        "needless": {"hits": needless.hits, "of": needless.of, "interval": needless.interval},
    }


def _told(session: Session, name: str, led: Sequence[LedCase], *, show: bool) -> str:
    from eval.handover import by_code, missed_and_needless

    missed, needless = missed_and_needless(led)
    right = sum(each.as_expected for each in led)
    lines = [
        f"{name}: {len(led)} " + session.words("段对话", "conversations"),
        session.words("  与预期完全一致", "  as expected throughout") + f": {right}",
        session.words("  漏转", "  missed hand-overs") + f": {missed}",
        session.words("  误转", "  needless hand-overs") + f": {needless}",
    ]
    codes = by_code(led)
    if codes:
        headings = session.words("规则,对话,已转,代码正确", "Rule,Conversations,Handed over,Right code").split(",")
        lines.append(table(headings, ((each.code, each.cases, each.handed_over, each.right_code) for each in codes)))
    if show:
        lines += [_conversation(each) for each in led if not each.as_expected]
    return "\n".join(lines)


def _conversation(led: LedCase) -> str:
    lines = [f"— {led.case.case_id} {led.case.about}"]
    for done in led.steps:
        wanted = done.step.expected or "no hand-over"
        mark = " " if done.as_expected else "✗"
        lines.append(f"  {mark} {done.step.text}")
        lines.append(
            f"      {done.outcome} {done.code or ''} offer={done.offered}  [{wanted} {done.step.code or ''} {done.step.offer}]"
        )
    return harmless("\n".join(lines))

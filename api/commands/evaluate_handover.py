"""`zhida eval handover`: whether a person takes over when one is needed, and only then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.evaluate_retrieval import PER_CENT, RunOut
from api.commands.session import AsJson, Home, Session, begin, harmless, progress_bar, storage, table
from core.risk import DEFAULT_TOLERATED, LEAST_TOLERATED, MOST_TOLERATED, RiskOf

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
    tolerate: Annotated[
        float, typer.Option("--tolerate", help="Tolerated wrong answers.", min=LEAST_TOLERATED, max=MOST_TOLERATED)
    ] = DEFAULT_TOLERATED,
    show: Annotated[bool, typer.Option("--show", help="Also show the conversations that went otherwise.")] = False,
    run: RunOut = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Keep the knowledge bases there, so that the next run needn't embed.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Missed and needless hand-overs with their intervals, led conversation by conversation, by the rules of the settings."""
    from eval.handover import HandoverBench, missed_and_needless, to_run_file
    from eval.runs import write_runs
    from eval.suite_handover import SHIPPED, read_handover_suite
    from retrieval.calibration.shipped import shipped

    session = begin(context, home, as_json)
    suites = [read_handover_suite(folder) for folder in data or [SHIPPED]]
    limit = shipped().limit(tolerate, RiskOf.QUESTIONS)
    runs = []
    with storage(session) as services:
        models = {"encoder": services.encoder.identity.key}
        if services.model is not None:
            models["model"] = services.model.name
        version = services.handover_rules.current()
        for suite in suites:
            with (
                progress_bar(f"{session.words('计算向量', 'Embedding')} {suite.name}") as embedding,
                progress_bar(f"{session.words('对话', 'Talking')} {suite.name}") as talking,
                HandoverBench(
                    suite,
                    encoder=services.encoder,
                    analyzer=services.analyzer,
                    rules=version.rules,
                    model=services.model,
                    work=keep,
                    report=partial(_advance, embedding),
                ) as bench,
            ):
                led = bench.lead(talking, limit=limit)
                settings = {"tolerated": tolerate, "rules_version": version.number, **suite.settings}
                runs.append(
                    to_run_file(suite.name, led, models=models, settings=settings, passages=bench.built.passages)
                )
            if run is not None:
                write_runs(run, runs)
            missed, needless = missed_and_needless(led)
            right = sum(each.as_expected for each in led)
            told = {
                "suite": suite.name,
                "conversations": len(led),
                "as_expected": right / len(led),
                "missed": {"hits": missed.hits, "of": missed.of, "interval": missed.interval},
                "needless": {"hits": needless.hits, "of": needless.of, "interval": needless.interval},
            }
            session.show(told, partial(_told, session, suite.name, led, show=show))


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


def _advance(bar: Callable[[int, int], None], share: float) -> None:
    bar(round(PER_CENT * share), PER_CENT)

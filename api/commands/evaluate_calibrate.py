"""`zhida eval calibrate`: fits the answer threshold to gold questions, and says what the tolerance means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.session import AsJson, Home, Session, begin, opened, progress_bar, table
from core.risk import LEAST_TOLERATED, MOST_TOLERATED, CalibrationSource, Outlook, RiskOf, RiskReport

app = typer.Typer()


@app.command()
def calibrate(
    context: typer.Context,
    gold: Annotated[
        Path | None,
        typer.Option(
            "--gold",
            help="Gold questions in a .jsonl or .csv file; else the knowledge base's own gold set.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    tolerate: Annotated[
        float | None,
        typer.Option(
            "--tolerate", help="Wrong answers to tolerate, as a share.", min=LEAST_TOLERATED, max=MOST_TOLERATED
        ),
    ] = None,
    of: Annotated[
        RiskOf | None, typer.Option("--of", help="In a hundred questions asked, or in a hundred answers given.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Ask nothing; only say what holds.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """From which confidence on the assistant answers, so that wrong answers stay within what is tolerated."""
    from api.calibrating import calibrate_on_gold
    from eval.gold_files import format_of, read_questions

    session = begin(context, home, as_json)
    entries = read_questions(gold.read_bytes(), format_of(gold.name)) if gold else None
    with opened(session) as services, progress_bar(session.words("提问", "Asking")) as advance:
        if tolerate is not None or of is not None:
            known = services.risk.report().tolerance
            services.risk.tolerate(known.share if tolerate is None else tolerate, of or known.of)
        if show:
            report = services.risk.report()
        else:
            total = services.gold.count(enabled=True) if entries is None else len(entries)
            report = calibrate_on_gold(services, entries, heard=lambda asked: advance(asked, total))
    session.show(report, lambda: _told(report, session))


def _told(report: RiskReport, session: Session) -> str:
    """The report for a person."""
    words, tolerance = session.words, report.tolerance
    unit = words("个问题", "questions") if tolerance.of is RiskOf.QUESTIONS else words("个回答", "answers")
    origin = {
        CalibrationSource.OWN: words("本知识库的标准问题", "this knowledge base's gold questions"),
        CalibrationSource.SHIPPED: words("随软件附带的校准", "the calibration that comes with Zhida"),
        CalibrationSource.START: words("起始值，不保证任何比例", "a start value that promises nothing"),
    }[report.source]
    lines = [
        words(
            f"每 100 {unit}中最多容忍 {100 * tolerance.share:g} 个错误回答。依据：{origin}（{report.questions} 个问题）。",
            f"At most {100 * tolerance.share:g} wrong answers in 100 {unit}. Basis: {origin} ({report.questions} questions).",
        )
    ]
    if report.source is not CalibrationSource.OWN:
        lines.append(
            words(
                f"自己的校准需要至少 {report.questions_needed} 个标准问题，其中至少 {report.unanswerable_needed} 个无法答对；"
                f"现有 {report.own_questions} 个。",
                f"A calibration of its own needs {report.questions_needed} gold questions, at least "
                f"{report.unanswerable_needed} of them without a right answer; there are {report.own_questions}.",
            )
        )
    heads = words(
        "容忍 %|置信度起点|作答 %|答对 %|错误/问题 %|错误/回答 %",
        "tolerated %|answers from|answered %|right %|wrong in questions %|wrong in answers %",
    )
    rows = [_row(each) for each in report.choices if each.of is tolerance.of]
    return "\n".join([*lines, "", table(heads.split("|"), rows)])


def _row(outlook: Outlook) -> list[str]:
    threshold = "–" if outlook.threshold is None else f"{outlook.threshold:.3f}"
    shares = (outlook.answered, outlook.right_answered, outlook.wrong_of_questions, outlook.wrong_of_answers)
    return [f"{100 * outlook.tolerated:g}", threshold, *(f"{100 * share:.1f}" for share in shares)]

"""`zhida figures`, `zhida gaps …`, `zhida candidates …`: what happened, what is missing, what can be learnt."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.session import AsJson, Home, Session, begin, day_of, opened, storage, table
from api.wire_learning import candidate_json, gap_json, report_json
from core.figures import FigureKind, FiguresReport, Period, Tile
from core.learning import Candidate, CandidateId, CandidateStatus, Gap, GapId, GapStatus
from core.types import Language

if TYPE_CHECKING:
    from api.composition import Services

gaps = typer.Typer(no_args_is_help=True, help="The board of questions that customers asked in vain.")
candidates = typer.Typer(no_args_is_help=True, help="The review queue: pairs that people's answers suggest.")

Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, show_default=False)]
BY = "(command line)"
"""Who decided, in the record of a candidate."""


def figures(
    context: typer.Context,
    start: Annotated[
        datetime | None,
        typer.Option("--from", help="First day, in UTC.", formats=["%Y-%m-%d"], show_default=False),
    ] = None,
    end: Annotated[
        datetime | None, typer.Option("--to", help="Last day.", formats=["%Y-%m-%d"], show_default=False)
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show the figures of the service: of the last thirty days, or of the days that are named."""
    from analytics.report import report

    session = begin(context, home, as_json)
    last = day_of(end) or datetime.now(UTC).date()
    first = day_of(start) or last - timedelta(days=29)
    midnight = time(tzinfo=UTC)
    period = Period(datetime.combine(first, midnight), datetime.combine(last + timedelta(days=1), midnight))
    with storage(session) as services:
        told = report(services.analytics.facts(), period)
    session.show(report_json(told), lambda: _figures(session, told))


@gaps.command("list")
def list_gaps(
    context: typer.Context,
    status: Annotated[GapStatus | None, typer.Option(help="Only these.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the gaps; those that most customers met come first."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        found, facts = services.learning.gaps.gaps(status=status, limit=limit), services.analytics.facts()
        costs = [services.analytics.cost(gap, facts) for gap in found]
    told = [gap_json(gap, cost) for gap, cost in zip(found, costs, strict=True)]
    session.show(told, lambda: _gaps(session, found))


@gaps.command("assign")
def assign_gap(
    context: typer.Context,
    number: Number,
    owner: Annotated[str, typer.Argument(help="Who looks after it.", show_default=False)],
    due: Annotated[datetime | None, typer.Option(help="Until when.", formats=["%Y-%m-%d"], show_default=False)] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Say who looks after a gap, and until when."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        store = services.learning.gaps
        note = store.gap(GapId(number)).note
        changed = store.edit(GapId(number), owner=owner, due_on=day_of(due), note=note, dismissed=False)
        cost = services.analytics.cost(changed, services.analytics.facts())
    session.show(gap_json(changed, cost), lambda: _gaps(session, [changed]))


@gaps.command("try")
def try_gap(context: typer.Context, number: Number, home: Home = None, as_json: AsJson = False) -> None:
    """Ask a gap's questions now. It closes if all are answered."""
    session = begin(context, home, as_json)
    with opened(session) as services:
        loop = services.learning
        after = loop.trials.try_gap(loop.gaps.gap(GapId(number)))
        cost = services.analytics.cost(after, services.analytics.facts())
    session.show(gap_json(after, cost), lambda: _gaps(session, [after]))


@candidates.command("list")
def list_candidates(
    context: typer.Context,
    status: Annotated[CandidateStatus, typer.Option(help="Only these.")] = CandidateStatus.OPEN,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the candidates; what most customers asked comes first."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        found = services.learning.candidates.candidates(status=status, limit=limit)
    session.show([candidate_json(each) for each in found], lambda: _candidates(session, found))


@candidates.command()
def approve(
    context: typer.Context,
    number: Number,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Also if an approved pair that is asked the same answers otherwise.")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Approve a candidate, publish it, and ask its question again."""
    from api.routes.learning import refuse_contradiction

    session = begin(context, home, as_json)
    with opened(session) as services:
        store = services.learning.candidates
        if not confirm:
            found = store.candidate(CandidateId(number))
            refuse_contradiction(services, found.question, found.answer)
        store.approve(CandidateId(number), by=BY)
        run_loop(services)
        after = store.candidate(CandidateId(number))
    session.show(candidate_json(after), lambda: _candidates(session, [after]))


@candidates.command()
def dismiss(context: typer.Context, number: Number, home: Home = None, as_json: AsJson = False) -> None:
    """Keep a candidate out."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        after = services.learning.candidates.dismiss(CandidateId(number), by=BY)
    session.show(candidate_json(after), lambda: _candidates(session, [after]))


@candidates.command()
def learn(context: typer.Context, home: Home = None, as_json: AsJson = False) -> None:
    """Do now what a running server does by itself: take in what happened, publish, and ask everything again."""
    session = begin(context, home, as_json)
    with opened(session) as services:
        run_loop(services)
        loop = services.learning
        counts = {
            "gaps": {status.value: count for status, count in loop.gaps.counts().items()},
            "candidates": {status.value: count for status, count in loop.candidates.counts().items()},
        }
    session.show(counts, lambda: _counts(counts))


def run_loop(services: Services) -> None:
    """Three steps: what is approved is uploaded in the first, found in the second, and tried in the third."""
    from api.learning import LearningRunner

    runner = LearningRunner(services)
    for _ in range(3):
        runner.step(threading.Event(), patient=False)
        services.worker.run_all()


def _counts(counts: dict[str, dict[str, int]]) -> str:
    return "\n".join(f"{name}: " + ", ".join(f"{key} {n}" for key, n in each.items()) for name, each in counts.items())


def _figures(session: Session, told: FiguresReport) -> str:
    headings = session.words(
        "指标,值,样本,未结束,中位数（秒）,90%（秒）,平均（秒）", "Figure,Value,n,Open,Median s,p90 s,Mean s"
    )
    at = 0 if session.language is Language.ZH else 1
    rows = [_row(tile, at) for group in told.groups for tile in group.tiles]
    rows += [_row(tile, at) for tile in told.handovers]
    few = session.words("样本不足 20 的只显示样本数。", "Of fewer than 20 cases only their number is shown.")
    return f"{told.period.start:%Y-%m-%d} – {told.period.end:%Y-%m-%d}\n{table(headings.split(','), rows)}\n{few}"


def _row(tile: Tile, at: int) -> tuple[object, ...]:
    figure = tile.figure
    if figure.value is None:
        value = ""
    else:
        value = f"{figure.value:.1%}" if figure.kind is FigureKind.SHARE else f"{figure.value:g}"
    times = (None if each is None else round(each) for each in (figure.median, figure.p90, figure.mean))
    return (tile.title[at], value, figure.n, figure.open or "", *times)


def _gaps(session: Session, found: list[Gap]) -> str:
    if not found:
        return session.words("没有未答的问题。", "No unanswered questions.")
    headings = session.words(
        "编号,状态,客户,次数,答上,负责人,期限,问题", "No.,Status,Customers,Asked,Answered,Owner,Due,Question"
    )
    rows = [
        (
            each.gap_id,
            each.status,
            each.customers,
            each.questions,
            f"{each.answered}/{each.tested}" if each.tested else "-",
            each.owner,
            each.due_on,
            each.question,
        )
        for each in found
    ]
    return table(headings.split(","), rows)


def _candidates(session: Session, found: list[Candidate]) -> str:
    if not found:
        return session.words("没有候选问答。", "No candidates.")
    headings = session.words("编号,状态,客户,再问,问题,答案", "No.,Status,Customers,Asked again,Question,Answer")
    rows = [
        (each.candidate_id, each.status, each.customers, _tried(each), each.question, each.answer) for each in found
    ]
    return table(headings.split(","), rows)


def _tried(candidate: Candidate) -> str:
    return "-" if candidate.trial is None else "✓" if candidate.trial.passed else "✗"

"""HTML of how good the answers are: the last run's figures, what is going on, the history. See `ui.render` on escaping."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from api.client_gold import GoldCounts
from core.gold import GoldRun, RunCause, RunStatus, Verdict
from core.types import Language
from ui.render import button, element, moment
from ui.render_knowledge import note
from ui.texts import say

CHART: Final = (880, 140)
"""Width and height of the history, in units of the drawing."""

CHART_RUNS: Final = 40


def overview(runs: Sequence[GoldRun], counts: GoldCounts, language: Language, *, message: str = "") -> str:
    """Return the figures of the last run, what is going on now, and the history."""
    done = [run for run in runs if run.status is RunStatus.DONE]
    newest = runs[0] if runs else None
    running = newest is not None and newest.status in {RunStatus.QUEUED, RunStatus.RUNNING}
    run_now = element(
        "button",
        escape(say("gold.run", language)),
        classes="zd-button zd-primary",
        type="button",
        data_act="run",
        disabled=running or counts.questions == counts.off,
    )
    head = element("div", _headline(done, counts, language) + run_now, classes="zd-quality-head")
    parts = [message, head, element("p", escape(say("gold.intro", language)), classes="zd-small")]
    if newest is not None and running:
        parts.append(_going_on(newest, language))
    elif newest is not None and newest.status is RunStatus.FAILED:
        parts.append(note(say("gold.failed", language, reason=newest.reason or ""), problem=True))
    if done:
        parts.append(_figures(done[0], language))
    if len(done) > 1:
        parts.append(_history(done[:CHART_RUNS][::-1], language))
    if runs:
        parts.append(_run_table(runs, language))
    return element("section", "".join(parts), classes="zd-block zd-quality")


def _headline(done: Sequence[GoldRun], counts: GoldCounts, language: Language) -> str:
    asked = element("span", escape(say("gold.of", language, questions=counts.questions)), classes="zd-small")
    if not done:
        return element("div", element("h2", escape(say("gold.never", language))) + asked)
    when = (
        element("span", escape(say("gold.last", language)) + " · ", classes="zd-small")
        + element("span", escape(cause(done[0], language)), classes="zd-small")
        + " "
        + moment(done[0].ended_at or done[0].requested_at)
    )
    share = element("h2", escape(say("gold.share", language, good=f"{done[0].share:.1%}")))
    return element("div", share + asked + element("div", when, classes="zd-small"))


def cause(run: GoldRun, language: Language) -> str:
    """Return why a run was made, as text."""
    named = [say("cause.version", language, document=each.document, version=each.version) for each in run.published[:2]]
    if len(run.published) > len(named):
        named.append(say("cause.more", language, count=len(run.published) - len(named)))
    if run.cause is RunCause.PUBLISHED and not named:
        named.append(say("cause.unnamed", language))
    told = say(f"cause.{run.cause}", language)
    return f"{told}: {', '.join(named)}" if named else told


def _going_on(run: GoldRun, language: Language) -> str:
    if run.status is RunStatus.QUEUED:
        return element("p", escape(say("gold.queued", language)), classes="zd-info", role="status")
    share = round(100 * run.asked / run.questions) if run.questions else 0
    bar = element("div", f'<i style="width:{share}%"></i>', classes="zd-progress", role="progressbar")
    text = say("gold.running", language, asked=run.asked, questions=run.questions)
    return element("div", element("span", escape(text), classes="zd-small") + bar, role="status")


def _figures(run: GoldRun, language: Language) -> str:
    numbers = {
        Verdict.RIGHT: run.right,
        Verdict.REFUSED: run.refused,
        Verdict.MISSED: run.missed,
        Verdict.WRONG: run.wrong,
    }
    cells = "".join(
        element(
            "div",
            element("dt", escape(say(f"verdict.{verdict}", language))) + element("dd", str(number)),
            classes=f"zd-figure zd-verdict-{verdict}",
            title=say(f"verdict.{verdict}.help", language),
        )
        for verdict, number in numbers.items()
    )
    return element("dl", cells, classes="zd-figures")


def _history(runs: Sequence[GoldRun], language: Language) -> str:
    """Return the shares of each run as lines, the oldest on the left."""
    width, height = CHART
    left, right, top, bottom = 40, 12, 10, 18
    step = (width - left - right) / (len(runs) - 1)

    def place(index: int, share: float) -> tuple[float, float]:
        return left + index * step, top + (1 - share) * (height - top - bottom)

    grid = "".join(
        f'<line x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{left - 6}" y="{y + 3.5:.1f}">{share:.0%}</text>'
        for share in (0.0, 0.5, 1.0)
        for y in (place(0, share)[1],)
    )
    lines = ""
    for name in ("missed", "wrong", "good"):
        points = [place(index, shares(run)[name]) for index, run in enumerate(runs)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dots = "".join(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{escape(_point(run, language))}</title></circle>'
            for (x, y), run in zip(points, runs, strict=True)
        )
        lines += f'<g class="zd-line-{name}"><polyline points="{path}"/>{dots}</g>'
    label = escape(say("gold.history.label", language))
    chart = (
        f'<svg class="zd-chart" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
        f'<g class="zd-grid">{grid}</g>{lines}</svg>'
    )
    legend = "".join(
        element("span", escape(say(f"gold.legend.{name}", language)), classes=f"zd-legend zd-line-{name}")
        for name in ("good", "wrong", "missed")
    )
    head = element("div", element("h3", escape(say("gold.history", language))) + legend, classes="zd-pills")
    return element("div", head + chart, classes="zd-history")


def shares(run: GoldRun) -> dict[str, float]:
    """Return the shares that the history draws, 0.0 to 1.0."""
    questions = max(1, run.questions)
    return {"good": run.share, "wrong": run.wrong / questions, "missed": run.missed / questions}


def _point(run: GoldRun, language: Language) -> str:
    shown = {name: f"{share:.1%}" for name, share in shares(run).items()}
    return say("gold.point", language, run=run.run_id, **shown)


def _run_table(runs: Sequence[GoldRun], language: Language) -> str:
    rows = "".join(_run_row(run, language) for run in runs)
    table = element("div", element("table", element("tbody", rows), classes="zd-table"), classes="zd-scroll")
    return element("details", element("summary", escape(say("gold.runs", language))) + table, classes="zd-fold")


def _run_row(run: GoldRun, language: Language) -> str:
    done = run.status is RunStatus.DONE
    state = (
        f"{run.share:.1%}"
        if done
        else element("span", escape(say(f"run.{run.status}", language)), classes=f"zd-pill zd-is-{_STATES[run.status]}")
    )
    numbers = " · ".join(
        f"{say(f'verdict.{verdict}', language)} {number}"
        for verdict, number in (
            (Verdict.RIGHT, run.right),
            (Verdict.REFUSED, run.refused),
            (Verdict.MISSED, run.missed),
            (Verdict.WRONG, run.wrong),
        )
    )
    show = button(say("gold.run.show", language), "changes", classes="zd-link", run=run.run_id) if done else ""
    cells = (
        escape(say("gold.run.number", language, run=run.run_id)),
        state,
        escape(numbers) if done else escape(run.reason or ""),
        escape(cause(run, language)),
        moment(run.ended_at or run.requested_at),
        show,
    )
    return element("tr", "".join(element("td", cell) for cell in cells))


_STATES: Final = {
    RunStatus.QUEUED: "queued",
    RunStatus.RUNNING: "processing",
    RunStatus.FAILED: "failed",
    RunStatus.DONE: "ready",
}

"""The whole page: one file that loads nothing, runs nothing and may be opened, mailed or committed."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime

from core.errors import InvalidInput
from eval.html.gathering import Gathered, gather, primary
from eval.html.judged import calibration, risk_curves
from eval.html.markup import Markup, element
from eval.html.quality import quality
from eval.html.settings import settings
from eval.html.speed import latency
from eval.html.style import CSS
from eval.html.words import KINDS
from eval.html.worst import worst
from eval.runs import RunFile, RunKind

TITLE = "知答评测报告 · Zhida evaluation report"


def page(files: Sequence[tuple[str, Sequence[RunFile]]], *, texts: bool = True, title: str = TITLE) -> str:
    """The report of run files, each with the name that people know it by. Parts that no run has are left out.

    Without `texts` no question and no passage is repeated, for suites that mustn't be passed on.

    Raises:
        InvalidInput: there is no run.
    """
    gathered = gather(files)
    if not gathered.runs:
        raise InvalidInput("There is no run to report. Measure first: zhida eval retrieval … --run FILE")
    body = element(
        "main",
        element("h1", title),
        _when(gathered),
        _tiles(gathered),
        quality(gathered),
        risk_curves(gathered),
        calibration(gathered),
        latency(gathered),
        worst(gathered, texts=texts),
        settings(gathered),
        element("footer", "zhida eval report"),
    )
    style = Markup(CSS)
    # Nothing may be loaded or run; the hash allows this one style and no other.
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", style),
    )
    return f"<!doctype html>\n{element('html', head, element('body', body), lang='zh-CN')}\n"


def _when(gathered: Gathered) -> Markup:
    times = sorted(run.created_at for _, run in gathered.runs)
    span = _day(times[0]) if times[0].date() == times[-1].date() else f"{_day(times[0])} – {_day(times[-1])}"
    versions = ", ".join(dict.fromkeys(run.zhida_version for _, run in gathered.runs))
    return element("p", f"{span} · zhida {versions} · {len(gathered.runs)} 次运行 runs", class_="note")


def _day(time: datetime) -> str:
    return f"{time:%Y-%m-%d}"


def _tiles(gathered: Gathered) -> Markup | None:
    """The product's figure of each kind, at a glance."""
    tiles = [tile for kind in RunKind if (tile := _tile(kind, gathered)) is not None]
    return element("div", tiles, class_="tiles") if tiles else None


def _tile(kind: RunKind, gathered: Gathered) -> Markup | None:
    shown = [each for each in gathered.shown if each.run.kind is kind and each.product]
    if kind is RunKind.LATENCY:
        shown = [each for each in gathered.shown if each.run.kind is kind and each.system.timings_ms]
        if not shown:
            return None
        largest = max(shown, key=lambda each: each.system.facts.get("passages", 0))
        times = largest.system.timings_ms
        assert times is not None  # filtered above
        size = f"{largest.system.facts.get('passages', 0):,.0f}"
        return _one(f"{times.p95:.0f} ms", f"{KINDS[kind][0]} · p95, {size} passages")
    measure = primary(kind, shown)
    if measure is None:
        return None
    values = [each.system.measures[measure].value for each in shown if measure in each.system.measures]
    sets = f"{len(values)} 个数据集平均 · mean of {len(values)} sets" if len(values) > 1 else shown[0].run.suite
    return _one(f"{sum(values) / len(values):.3f}", f"{KINDS[kind][0]} · {measure}, {sets}")


def _one(figure: str, told: str) -> Markup:
    return element("div", element("b", figure), element("span", told), class_="tile")

"""Results as a table for people and as JSON for files and other programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.table import Table

from eval.retrieval import MEASURES, RetrievalResult


def to_json(result: RetrievalResult) -> dict[str, Any]:
    """The result as plain values, without its cases; a mean is `{value, stderr, cases}`, times are milliseconds."""
    plain = asdict(result)
    for found in plain["retrievers"].values():
        del found["cases"]
    return plain


def to_table(result: RetrievalResult) -> Table:
    """One line per retriever; measures as mean ± standard error."""
    rate = "stored before" if result.passages_per_second is None else f"{result.passages_per_second:.0f} passages/s"
    table = Table(
        title=f"{result.suite}: {result.cases} cases, {result.entries} entries, {result.passages} passages",
        caption=f"ingest {rate} · indexes {result.index_bytes / 1e6:.1f} MB · {result.cores} cores · {result.encoder}",
    )
    table.add_column("retriever")
    for column in (*MEASURES, "ms p50", "ms p95"):
        table.add_column(column, justify="right")
    for name, found in result.retrievers.items():
        means = [f"{found.measures[measure].value:.3f} ± {found.measures[measure].stderr:.3f}" for measure in MEASURES]
        table.add_row(name, *means, f"{found.ms_p50:.1f}", f"{found.ms_p95:.1f}")
    return table

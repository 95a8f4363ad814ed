"""What the commands of `zhida eval` share: options, the bars of a suite, and how a suite's figures are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.commands.session import Session, progress_bar
from core.errors import InvalidInput
from core.risk import LEAST_TOLERATED, MOST_TOLERATED, RiskOf

if TYPE_CHECKING:
    from rich.console import Console

    from api.composition import Services
    from eval.runs import RunFile

RunOut = Annotated[
    Path | None,
    typer.Option("--run", help="Write a run file there, for «zhida eval compare», «gate» and «report»."),
]

Keep = Annotated[
    Path | None, typer.Option("--keep", help="Keep the knowledge bases there, so that the next run needn't embed.")
]

Tolerate = Annotated[
    float, typer.Option("--tolerate", help="Tolerated wrong answers.", min=LEAST_TOLERATED, max=MOST_TOLERATED)
]

Of = Annotated[RiskOf, typer.Option("--of", help="In a hundred questions asked, or in a hundred answers given.")]

EVERYTHING: Final = 1_000_000
"""More cases than any suite has: the `--most` of a run that nobody limits."""

TABLE_WIDTH: Final = 110
"""Columns that a table needs without breaking its cells."""

_PER_CENT: Final = 100


@dataclass(frozen=True, slots=True)
class Bars:
    """How far the measuring of a suite is, for a person who waits."""

    embedded: Callable[[float], None]
    """Takes the share of the corpus that is embedded, 0.0 to 1.0."""
    asked: Callable[[int, int], None]
    """Takes the cases that are done, and all of them."""


@contextmanager
def embedding_bar(session: Session, suite: str) -> Iterator[Callable[[float], None]]:
    """Show how much of the suite's corpus is embedded; takes the share, 0.0 to 1.0."""
    with progress_bar(f"{session.words('计算向量', 'Embedding')} {suite}") as advance:
        yield lambda share: advance(round(_PER_CENT * share), _PER_CENT)


@contextmanager
def bars(session: Session, suite: str, asking: str) -> Iterator[Bars]:
    """Show a bar while the suite's corpus is embedded, and one while its cases are asked; `asking` names the second."""
    with embedding_bar(session, suite) as embedded, progress_bar(f"{asking} {suite}") as asked:
        yield Bars(embedded, asked)


def each_once(names: Sequence[str]) -> None:
    """Check that no two suites have one name.

    Raises:
        InvalidInput: two have, and a run file couldn't tell them apart.
    """
    if len(set(names)) < len(names):
        raise InvalidInput(f"A run file holds each suite once, but two of these have one name: {', '.join(names)}.")


def models_of(services: Services) -> dict[str, str]:
    """The models that are measured, by what they do, as a run file names them."""
    encoder = {"encoder": services.encoder.identity.key}
    return encoder if services.model is None else {**encoder, "model": services.model.name}


def save(run: Path | None, runs: Sequence[RunFile]) -> None:
    """Write the run file, if one is wanted. Called after every suite, so that the last one can't lose hours of measuring."""
    from eval.runs import write_runs

    if run is not None:
        write_runs(run, runs)


def emit_measures(session: Session, runs: Sequence[RunFile]) -> None:
    """Write the product's measures as JSON, one suite a line."""
    from eval.runs import PRODUCT

    for each in runs:
        measures = each.systems[PRODUCT].measures
        session.emit({"suite": each.suite, "measures": {name: mean.value for name, mean in measures.items()}})


def wide_console() -> Console:
    """The terminal, or a wider one where the tables' cells would break."""
    from rich.console import Console

    return Console(width=max(TABLE_WIDTH, Console().width))

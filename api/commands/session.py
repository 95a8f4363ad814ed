"""What every command has: its options, its settings, and two ways of speaking.

With `--json` standard output carries JSON and nothing else, one value a line. Whatever is meant for
people goes to standard output without `--json`; progress and warnings always go to standard error.
"""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.wire import one_line, plain
from core.settings import Settings, read_settings
from core.types import Audience, Language

if TYPE_CHECKING:
    from rich.progress import Progress

    from api.composition import Replacements, Services

DAY: Final = "%Y-%m-%d"
"""How a day is written in options."""

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", help="Folder that holds everything; else $ZHIDA_HOME, else ./zhida-home.", show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, and nothing else, to standard output.")]
ForAudience = Annotated[
    Audience, typer.Option("--audience", help="Who reads: internal readers see public documents too.")
]
Day = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=[DAY], help="Answer as of this day instead of today.", show_default=False),
]
FirstDay = Annotated[
    datetime | None,
    typer.Option("--effective-from", formats=[DAY], help="First day on which it may be used.", show_default=False),
]
LastDay = Annotated[
    datetime | None,
    typer.Option("--expires-on", formats=[DAY], help="First day on which it isn't used any more.", show_default=False),
]
OwnAudience = Annotated[Audience, typer.Option("--audience", help="Who may read it.")]

STDIN: Final = "-"

UNBOUNDED: Final = 240
"""Columns of a table that goes into a file or another program."""


@dataclass(frozen=True, slots=True)
class Globals:
    """Options given before the command's name."""

    home: Path | None = None
    as_json: bool = False
    replacements: Replacements | None = None
    """Parts that a program which calls the commands brings along, e.g. the fake encoder."""


@dataclass(frozen=True, slots=True)
class Session:
    """One run of a command."""

    settings: Settings
    as_json: bool
    language: Language
    """Of the terminal."""
    replacements: Replacements | None = None

    def emit(self, value: Any) -> None:
        """Write a value as one line of JSON."""
        typer.echo(one_line(plain(value)))

    def say(self, text: str) -> None:
        """Tell a person the result; silent with `--json`."""
        if not self.as_json:
            typer.echo(text)

    def show(self, value: Any, text: Callable[[], str]) -> None:
        """Give the result in the form that was asked for."""
        if self.as_json:
            self.emit(value)
        else:
            typer.echo(text())

    def words(self, zh: str, en: str) -> str:
        """One of two wordings."""
        return zh if self.language is Language.ZH else en


def begin(context: typer.Context, home: Path | None, as_json: bool) -> Session:
    """The session of a command, whose options stand before its name, after it, or both.

    Raises:
        ConfigurationError: an environment variable has a value that can't be used.
    """
    given = globals_of(context)
    settings = read_settings(os.environ, home=home or given.home, cpus=os.cpu_count() or 1)
    return Session(settings, as_json or given.as_json, terminal_language(), given.replacements)


def globals_of(context: typer.Context) -> Globals:
    """What was given before the command's name."""
    return context.obj if isinstance(context.obj, Globals) else Globals()


def terminal_language() -> Language:
    """Chinese if the locale says so."""
    named = next((os.environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), "")
    return Language.ZH if (named or locale.getlocale()[0] or "").lower().startswith("zh") else Language.EN


def warn(text: str) -> None:
    """Tell a person something that isn't the result."""
    typer.echo(text, err=True)


@contextmanager
def opened(session: Session) -> Iterator[Services]:
    """Everything that answering needs, closed at the end."""
    from api.composition import open_services

    with progress_bar(session.words("更换编码器，重新计算向量", "New encoder: computing vectors")) as advance:
        services = open_services(session.settings, session.replacements, progress=advance)
    try:
        yield services
    finally:
        services.close()


@contextmanager
def storage(session: Session) -> Iterator[Services]:
    """Only what SQL holds; the rest isn't opened unless it is used."""
    from api.composition import Services

    services = Services(session.settings, session.replacements)
    try:
        yield services
    finally:
        services.close()


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error that appears with the first call of `advance(done, total)`."""
    bar: Progress | None = None
    task: Any = None

    def advance(done: int, total: int) -> None:
        nonlocal bar, task
        if bar is None:
            bar = _bar()
            bar.start()
            task = bar.add_task(title, total=total)
        bar.update(task, completed=done, total=total)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.stop()


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as an aligned table, for people. Long cells go on in the next line, nothing is cut off."""
    from io import StringIO

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        drawn.add_column(heading, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(harmless("" if cell is None else str(cell))) for cell in row))
    page = StringIO()
    Console(file=page, width=Console().width if sys.stdout.isatty() else UNBOUNDED).print(drawn)
    return "\n".join(line.rstrip() for line in page.getvalue().strip("\n").splitlines())


def harmless(text: str) -> str:
    """Text of documents and customers without control characters: no colour, no moved cursor, no bell."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def day_of(moment: datetime | None) -> date | None:
    """The day of an option, or `None` where it wasn't given."""
    return None if moment is None else moment.date()


def questions(question: str) -> Iterator[str]:
    """The question itself, or one question a line of standard input for `-`; empty lines are left out."""
    if question != STDIN:
        yield question
        return
    for line in sys.stdin:
        if line.strip():
            yield line.strip()

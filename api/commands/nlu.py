"""`zhida nlu`: what is told of a message before anything is searched for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from api.commands import nlu_train
from api.commands.session import STDIN, AsJson, Home, begin, harmless, storage
from core.analysis import Analysis

DEFAULT: Final = "analyze"

WARM_UP: Final = "预热 warm up"


class TextFirst(TyperGroup):
    """A group whose first argument may be a text instead of a command's name: `zhida nlu "…"`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # typer names its context's class in private
        """Put the default command before whatever is no command."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=TextFirst,
    no_args_is_help=True,
    help='What a message is about: `zhida nlu "TEXT"` analyses one, `zhida nlu -` one a line from standard input.',
)

Text = Annotated[str, typer.Argument(help="The message; `-` reads one a line from standard input.", show_default=False)]


@app.command(DEFAULT, hidden=True)
def analyze(context: typer.Context, text: Text, home: Home = None, as_json: AsJson = False) -> None:
    """Language, intent, entities, sentiment and personal data of a message."""
    session = begin(context, home, as_json or text == STDIN)
    with storage(session) as services:
        services.analyzer.analyze(WARM_UP)  # reads weights and dictionaries, which no message should be charged with
        for each in _lines() if text == STDIN else (text,):
            found = services.analyzer.analyze(each)
            if session.as_json:
                session.emit(analysis_json(found))
            else:
                typer.echo(described(each, found))


app.command("train")(nlu_train.train)


def _lines() -> Iterator[str]:
    """One text a line, also for an empty line: whoever pairs lines with results counts on it."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")


def analysis_json(analysis: Analysis) -> dict[str, Any]:
    """The contract of `zhida nlu --json`. Positions count code points of the text as given."""
    sentiment = analysis.sentiment
    return {
        "language": analysis.language.value,
        "intent": {"label": analysis.intent.label, "probability": round(analysis.intent.probability, 4)},
        "entities": [
            {"type": each.type, "start": each.start, "end": each.end, "text": each.text, "value": each.value}
            for each in analysis.entities
        ],
        "sentiment": {
            "label": sentiment.label.value,
            "level": int(sentiment.level),
            "probability": round(sentiment.probability, 4),
            "anger": round(sentiment.anger, 4),
        },
        "personal_data": [{"type": each.type, "start": each.start, "end": each.end} for each in analysis.personal_data],
        "ms": round(analysis.ms, 3),
    }


def described(text: str, analysis: Analysis) -> str:
    """The same for a person at a terminal."""
    sentiment = analysis.sentiment
    lines = [
        f"language   {analysis.language.value}",
        f"intent     {analysis.intent.label or '–'} ({analysis.intent.probability:.2f})",
        f"sentiment  {sentiment.label.value}, level {int(sentiment.level)} ({sentiment.probability:.2f}), anger {sentiment.anger:.2f}",
    ]
    lines += [f"{each.type:<10} {harmless(each.text)} = {harmless(each.value)}" for each in analysis.entities]
    lines += [f"personal   {each.type}: {harmless(text[each.start : each.end])}" for each in analysis.personal_data]
    return "\n".join((*lines, f"{analysis.ms:.1f} ms"))

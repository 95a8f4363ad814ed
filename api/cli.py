"""`zhida`: the command line.

Exit codes: 0 done; 1 something failed (a file, a check, a part of the server); 2 the command itself
was wrong.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import typer

from api.commands import (
    accounts,
    asking,
    customers,
    demo,
    documents,
    evaluate,
    gold,
    handover_rules,
    ingesting,
    learning,
    maintenance,
    moving,
    nlu,
    pairs,
    serving,
    stale_answers,
    visitors,
    vocabulary,
)
from api.commands.session import AsJson, Home, globals_of, warn
from core.errors import ZhidaError

app = typer.Typer(
    name="zhida",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="知答 · Zhida: answers a company's customers from its documents, with citations.",
)


@app.callback()
def options(context: typer.Context, home: Home = None, as_json: AsJson = False) -> None:
    """知答 · Zhida: answers a company's customers from its documents, with citations."""
    context.obj = replace(globals_of(context), home=home, as_json=as_json)


app.command()(ingesting.ingest)
app.command()(asking.ask)
app.command()(asking.search)
app.add_typer(documents.app, name="documents")
app.add_typer(pairs.app, name="qa")
app.add_typer(gold.app, name="gold")
app.add_typer(vocabulary.app, name="vocabulary")
app.command()(learning.figures)
app.add_typer(learning.gaps, name="gaps")
app.add_typer(learning.candidates, name="candidates")
app.add_typer(customers.app, name="customers")
app.add_typer(nlu.app, name="nlu")
app.add_typer(accounts.app, name="accounts")
app.add_typer(visitors.app, name="visitors")
app.add_typer(handover_rules.app, name="handover-rules")
app.command()(stale_answers.stale_answers)
app.command()(maintenance.check)
app.command()(maintenance.reindex)
app.command()(moving.copy_to)
app.command()(serving.serve)
app.command()(demo.demo)
app.add_typer(evaluate.app, name="eval")


def main() -> None:
    """Run the command that the process was started with, and exit."""
    try:
        app()
    except ZhidaError as error:
        warn(str(error))
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output, e.g. `head`, has seen enough. Python would complain again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()

"""`zhida eval …`: how good search, refusal and answers are, on sets of questions with known answers.

Each command, or group of them, has a module of its own, named `evaluate_…`, with an `app`; here
they are joined. To add one: write the module and add it to `GROUPS`.
"""

from __future__ import annotations

from typing import Final

import typer

from api.commands import (
    evaluate_answers,
    evaluate_calibrate,
    evaluate_compare,
    evaluate_gate,
    evaluate_handover,
    evaluate_latency,
    evaluate_nlu,
    evaluate_refusal,
    evaluate_report,
    evaluate_retrieval,
)

app = typer.Typer(no_args_is_help=True, help="Measure quality and speed.")

GROUPS: Final = (
    evaluate_retrieval.app,
    evaluate_refusal.app,
    evaluate_answers.app,
    evaluate_handover.app,
    evaluate_nlu.app,
    evaluate_latency.app,
    evaluate_calibrate.app,
    evaluate_compare.app,
    evaluate_gate.app,
    evaluate_report.app,
)
"""In the order in which `--help` lists them."""


@app.callback()
def measure() -> None:
    """Measure quality and speed."""


for group in GROUPS:
    app.registered_commands.extend(group.registered_commands)

"""`zhida eval answers`: whether answers are right, and whether what needs a person goes to one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.measuring import (
    EVERYTHING,
    Keep,
    Of,
    RunOut,
    Tolerate,
    bars,
    each_once,
    emit_measures,
    models_of,
    save,
    wide_console,
)
from api.commands.session import AsJson, Home, begin, storage, warn
from core.risk import DEFAULT_TOLERATED, RiskOf

if TYPE_CHECKING:
    from eval.suite_answers import AnswerSuite

app = typer.Typer()


@app.command()
def answers(
    context: typer.Context,
    data: Annotated[
        list[Path],
        typer.Option(
            "--data",
            help="Folder with corpus.jsonl, and queries.jsonl with `answers` or dialogues.jsonl; several are allowed. "
            "FOLDER?all where a list of answers holds parts that must all be said.",
        ),
    ],
    tolerate: Tolerate = DEFAULT_TOLERATED,
    of: Of = RiskOf.QUESTIONS,
    most: Annotated[
        int, typer.Option("--most", help="Cases of each suite at most, evenly spread.", min=1)
    ] = EVERYTHING,
    run: RunOut = None,
    keep: Keep = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Share of right and of wrong answers, key points, F1, hand-overs; quoted, or written by the model of the settings."""
    from agent.policy import AnswerPolicy
    from eval.answers import AnswerBench, to_run_file, to_table
    from eval.suite_answers import read_answer_suites
    from retrieval.calibration.shipped import shipped

    session = begin(context, home, as_json)
    suites = [suite.thinned(most) for folder in data for suite in read_answer_suites(folder)]
    each_once([suite.name for suite in suites])
    for suite in suites:
        _warn_of_guesses(suite)
    limit = shipped().limit(tolerate, of)
    runs = []
    with storage(session) as services:
        policy = AnswerPolicy(model_deadline_s=services.settings.model_deadline_s)
        for suite in suites:
            with (
                bars(session, suite.name, session.words("提问", "Asking")) as shown,
                AnswerBench(
                    suite,
                    encoder=services.encoder,
                    model=services.model,
                    policy=policy,
                    work=keep,
                    report=shown.embedded,
                ) as bench,
            ):
                asked = bench.ask(shown.asked, limit=limit)
                settings = {"tolerated": tolerate, "of": of.value, "answers_are": suite.answers_are}
                passages = bench.built.passages
            runs.append(
                to_run_file(suite.name, asked, models=models_of(services), settings=settings, passages=passages)
            )
            save(run, runs)
    if session.as_json:
        emit_measures(session, runs)
    else:
        wide_console().print(to_table(runs))


def _warn_of_guesses(suite: AnswerSuite) -> None:
    if suite.guessed:
        warn(
            f"{suite.name}: {suite.guessed} questions have a list of several answers, read as alternatives, an inner "
            "list as parts that must all be said. If the list holds parts, give FOLDER?all; FOLDER?any says that this is right."
        )

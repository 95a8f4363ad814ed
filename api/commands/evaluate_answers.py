"""`zhida eval answers`: whether answers are right, and whether what needs a person goes to one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from api.commands.evaluate_retrieval import PER_CENT, TABLE_WIDTH, RunOut
from api.commands.session import AsJson, Home, begin, progress_bar, storage, warn
from core.errors import InvalidInput
from core.risk import DEFAULT_TOLERATED, LEAST_TOLERATED, MOST_TOLERATED, RiskOf

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
    tolerate: Annotated[
        float, typer.Option("--tolerate", help="Tolerated wrong answers.", min=LEAST_TOLERATED, max=MOST_TOLERATED)
    ] = DEFAULT_TOLERATED,
    of: Annotated[
        RiskOf, typer.Option("--of", help="In a hundred questions asked, or in a hundred answers given.")
    ] = RiskOf.QUESTIONS,
    most: Annotated[int, typer.Option("--most", help="Cases of each suite at most, evenly spread.", min=1)] = 1_000_000,
    run: RunOut = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Keep the knowledge bases there, so that the next run needn't embed.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Share of right and of wrong answers, key points, F1, hand-overs; quoted, or written by the model of the settings."""
    from rich.console import Console

    from agent.policy import AnswerPolicy
    from eval.answers import AnswerBench, to_run_file, to_table
    from eval.runs import PRODUCT, write_runs
    from eval.suite_answers import read_answer_suites
    from retrieval.calibration.shipped import shipped

    session = begin(context, home, as_json)
    suites = [suite.thinned(most) for folder in data for suite in read_answer_suites(folder)]
    names = [suite.name for suite in suites]
    if len(set(names)) < len(names):
        raise InvalidInput(f"A run file holds each suite once, but two of these have one name: {', '.join(names)}.")
    for suite in suites:
        if suite.guessed:
            warn(
                f"{suite.name}: {suite.guessed} questions have a list of several answers, read as alternatives, an inner "
                "list as parts that must all be said. If the list holds parts, give FOLDER?all; FOLDER?any says that this is right."
            )
    limit = shipped().limit(tolerate, of)
    runs = []
    with storage(session) as services:
        policy = AnswerPolicy(model_deadline_s=services.settings.model_deadline_s)
        models = {"encoder": services.encoder.identity.key}
        if services.model is not None:
            models["model"] = services.model.name
        for suite in suites:
            with (
                progress_bar(f"{session.words('计算向量', 'Embedding')} {suite.name}") as embedding,
                progress_bar(f"{session.words('提问', 'Asking')} {suite.name}") as asking,
                AnswerBench(
                    suite,
                    encoder=services.encoder,
                    model=services.model,
                    policy=policy,
                    work=keep,
                    report=partial(_advance, embedding),
                ) as bench,
            ):
                asked = bench.ask(asking, limit=limit)
                settings = {"tolerated": tolerate, "of": of.value, "answers_are": suite.answers_are}
                runs.append(
                    to_run_file(suite.name, asked, models=models, settings=settings, passages=bench.built.passages)
                )
            if run is not None:  # after every suite, so that hours of measuring aren't lost with the last one
                write_runs(run, runs)
    if session.as_json:
        for each in runs:
            measures = each.systems[PRODUCT].measures
            session.emit({"suite": each.suite, "measures": {name: mean.value for name, mean in measures.items()}})
    else:
        Console(width=max(TABLE_WIDTH, Console().width)).print(to_table(runs))


def _advance(bar: Callable[[int, int], None], share: float) -> None:
    bar(round(PER_CENT * share), PER_CENT)

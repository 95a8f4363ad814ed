"""`zhida eval nlu`: labels of texts learnt from examples, and the entities that texts name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.evaluate_retrieval import TABLE_WIDTH, RunOut
from api.commands.session import AsJson, Home, begin, progress_bar, storage, warn
from core.errors import InvalidInput

app = typer.Typer()


@app.command()
def nlu(
    context: typer.Context,
    data: Annotated[
        list[Path],
        typer.Option(
            "--data",
            help="JSONL of texts with labels or entities, or a folder of such; several are allowed.",
            exists=True,
        ),
    ],
    seed: Annotated[int, typer.Option("--seed", help="Which texts are left out together.", min=0)] = 0,
    run: RunOut = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Accuracy and macro-F1 of labels learnt from examples; AUROC of telling texts that have none of them."""
    from rich.console import Console

    from eval.nlu import measure_labels, to_table
    from eval.runs import PRODUCT, write_runs
    from eval.suite_labels import EntitySuite, LabelSuite, read_label_suites

    session = begin(context, home, as_json)
    suites = [suite for place in data for suite in read_label_suites(place)]
    labelled = [suite for suite in suites if isinstance(suite, LabelSuite)]
    for suite in suites:
        if isinstance(suite, EntitySuite):
            named = sum(len(case.entities) for case in suite.cases)
            warn(
                f"{suite.name}: {len(suite.cases)} texts with {named} entities are read, but nothing is measured: "
                "this version of Zhida recognises no entities."
            )
    names = [suite.name for suite in labelled]
    if len(set(names)) < len(names):
        raise InvalidInput(f"A run file holds each suite once, but two of these have one name: {', '.join(names)}.")
    if not labelled:
        raise InvalidInput("Nothing was measured, as no text has a label. Give JSONL with `text` and `label`.")
    runs = []
    with storage(session) as services:
        for each in labelled:
            with progress_bar(f"{session.words('计算向量', 'Embedding')} {each.name}") as embedding:
                runs.append(measure_labels(each, services.encoder, embedding, seed=seed))
            if run is not None:  # after every suite, so that hours of measuring aren't lost with the last one
                write_runs(run, runs)
    if session.as_json:
        for one in runs:
            measures = one.systems[PRODUCT].measures
            session.emit({"suite": one.suite, "measures": {name: mean.value for name, mean in measures.items()}})
    else:
        Console(width=max(TABLE_WIDTH, Console().width)).print(to_table(runs))

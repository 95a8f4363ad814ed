"""`zhida eval nlu`: labels of texts learnt from examples, and the entities and personal data that texts name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.measuring import RunOut, each_once, emit_measures, save, wide_console
from api.commands.session import AsJson, Home, begin, progress_bar, storage, warn
from core.errors import InvalidInput

if TYPE_CHECKING:
    from api.composition import Services
    from eval.runs import RunFile
    from eval.suite_labels import EntitySuite

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
    types: Annotated[
        str | None,
        typer.Option(
            "--types",
            help="Types of entities that count, with commas between; all of a set by default.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Which texts are left out together.", min=0)] = 0,
    run: RunOut = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Accuracy of labels learnt from examples, AUROC of texts that have none; span-F1 of entities and personal data."""
    from eval.nlu import measure_labels, to_table, types_table
    from eval.suite_labels import LabelSuite, read_label_suites
    from nlu.trained import readers_for

    session = begin(context, home, as_json)
    suites = [suite for place in data for suite in read_label_suites(place)]
    each_once([suite.name for suite in suites])
    runs = []
    with storage(session) as services:
        reader = readers_for(services.encoder.identity.key, session.settings.home).sentiment
        for each in suites:
            if isinstance(each, LabelSuite):
                with progress_bar(f"{session.words('计算向量', 'Embedding')} {each.name}") as embedding:
                    runs.append(measure_labels(each, services.encoder, embedding, reader=reader, seed=seed))
            else:
                found = _entities(each, services, types)
                runs += [] if found is None else [found]
            save(run, runs)
    if not runs:
        raise InvalidInput("Nothing was measured: no text has a label, or entities of a type that Zhida knows.")
    if session.as_json:
        emit_measures(session, runs)
        return
    console = wide_console()
    console.print(to_table(runs))
    by_type = types_table(runs)
    if by_type.row_count:
        console.print(by_type)


def _entities(suite: EntitySuite, services: Services, types: str | None) -> RunFile | None:
    """Measured by whatever part of the product knows the set's types; only the types that it knows count."""
    from eval.entities import EntitiesFound, PersonalDataFound, best_recogniser, measure_entities, type_counts

    known = (EntitiesFound(services.analyzer.entities), PersonalDataFound(services.personal_data))
    recogniser = best_recogniser(suite, known)
    counts = type_counts(suite)
    if recogniser is None:
        warn(
            f"{suite.name}: none of its types is known to Zhida, so that nothing is measured: {', '.join(sorted(counts))}."
        )
        return None
    wanted = set(counts) if types is None else {each.strip() for each in types.split(",")}
    left_out = {kind: count for kind, count in counts.items() if kind not in recogniser.types}
    if left_out and types is None:
        told = ", ".join(f"{kind} ({count})" for kind, count in sorted(left_out.items()))
        warn(f"{suite.name}: measured as {recogniser.name}; left out, as Zhida doesn't look for them: {told}.")
    return measure_entities(suite, recogniser, types=wanted & recogniser.types)

"""`zhida nlu train`: the operator's own labels of intents, learnt in seconds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.commands.session import AsJson, Home, Session, begin, storage, warn
from core.errors import InvalidInput

if TYPE_CHECKING:
    from models.encoder import Encoder
    from nlu.classifier import Example
    from nlu.trained import MoodModels

FEW: Final = 5
"""Examples of a label below which it is hardly learnt."""


def train(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE…",
            help="JSONL or CSV with `text` and `intent`. Without any, what comes with Zhida is learnt for your encoder.",
            exists=True,
            dir_okay=False,
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        bool,
        typer.Option("--only", help="Know the labels of these files alone, none of Zhida's; mood is left as it is."),
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to what comes with Zhida.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Learn and measure, but keep nothing.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Learn intents from your labelled messages, beside those that come with Zhida. A running server reads them at its next start."""
    from nlu.gold_set import Split, read_gold
    from nlu.own_labels import read_labels
    from nlu.trained import forget, keep
    from nlu.training import examples_of, learn_intents

    session = begin(context, home, as_json)
    if undo:
        session.show(
            {"undone": forget(session.settings.home)},
            lambda: session.words("已恢复出厂模型。", "Back to Zhida's own models."),
        )
        return
    own = [example for path in paths or [] for example in read_labels(path)]
    if only and not own:
        raise InvalidInput("`--only` needs at least one file of labelled messages.")
    examples = own if only else [*examples_of(read_gold(Split.TRAIN)), *own]
    with storage(session) as services:
        started = perf_counter()
        learnt = learn_intents(examples, services.encoder)
        mood = None if only else _mood(services.encoder)
        seconds = perf_counter() - started
    if not dry_run:
        keep(session.settings.home, learnt.model, mood)
    _warn_of_few(own)
    facts = {
        "labels": len(learnt.model.labels),
        "examples": learnt.examples,
        "own_examples": len(own),
        "accuracy": round(learnt.accuracy, 4),
        "seconds": round(seconds, 1),
        "kept": not dry_run,
    }
    session.show(facts, lambda: _told(session, facts))


def _mood(encoder: Encoder) -> MoodModels | None:
    """The models of mood, where those that come with Zhida are of another encoder."""
    from nlu.gold_set import Split, read_gold
    from nlu.sentiment.reader import SentimentReader
    from nlu.trained import MoodModels
    from nlu.training import learn_anger, learn_escalation, learn_levels

    if SentimentReader.shipped().encoder_key == encoder.identity.key:
        return None
    messages = read_gold(Split.TRAIN)
    vectors = encoder.encode_questions([message.text for message in messages])
    return MoodModels(
        learn_levels(messages, vectors, encoder).model,
        learn_anger(messages, vectors, encoder).model,
        learn_escalation(messages, vectors, encoder).model,
    )


def _warn_of_few(own: list[Example]) -> None:
    from nlu.intents.taxonomy import IntentLabel

    counts = Counter(example.label for example in own)
    few = sorted(label for label, count in counts.items() if count < FEW and label not in set(IntentLabel))
    if few:
        warn(f"Fewer than {FEW} messages each, which is hardly enough to learn from: {', '.join(few)}.")


def _told(session: Session, facts: dict[str, float]) -> str:
    return session.words(
        f"{facts['labels']} 个意图，{facts['examples']} 条样本（其中您的 {facts['own_examples']} 条），"
        f"用时 {facts['seconds']} 秒；留出样本的准确率 {facts['accuracy']:.3f}。",
        f"{facts['labels']} intents from {facts['examples']} messages ({facts['own_examples']} of them yours) in "
        f"{facts['seconds']} s; accuracy on parts left out: {facts['accuracy']:.3f}.",
    )

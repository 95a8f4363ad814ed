"""Learns the models of intents, mood and escalation that come with Zhida, and measures them on the test split.

    python -m eval.benchmarks.fit_understanding [--write] [--errors] [--blind]

They are learnt from the project's own gold messages alone, the train split; `--errors` lists what is wrong
on the test split, which nobody should do who then writes training messages. `--blind` measures on the blind
split instead; the more often somebody does and then changes something, the less it is worth.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from core.analysis import SentimentLabel
from eval.benchmarks.fit_wording import learn_wording
from eval.measures.macro_f1 import macro_f1_mean
from models.encoder import Vectors
from models.onnx_encoder import OnnxEncoder
from nlu.escalation.reader import MODEL_FILE as ESCALATION_FILE
from nlu.escalation.reader import NONE, EscalationReader
from nlu.gold_set import GoldMessage, Split, read_gold
from nlu.intents.recogniser import MODEL_FILE as INTENT_FILE
from nlu.intents.recogniser import IntentRecogniser
from nlu.sentiment.reader import ANGER_FILE, LEVEL_FILE, SentimentReader, label_of
from nlu.sentiment.wording import MODEL_FILE as WORDING_FILE
from nlu.training import learn_anger, learn_escalation, learn_intent_vectors, learn_levels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the models")
    parser.add_argument("--errors", action="store_true", help="list the intents that are wrong")
    parser.add_argument("--blind", action="store_true", help="measure on the blind split")
    options = parser.parse_args()
    encoder = OnnxEncoder()
    train, test = read_gold(Split.TRAIN), read_gold(Split.BLIND if options.blind else Split.TEST)
    vectors = encoder.encode_questions([each.text for each in train])
    asked = encoder.encode_questions([each.text for each in test])
    known = [row for row, each in enumerate(train) if each.intent is not None]
    intents = learn_intent_vectors(vectors[known], [str(train[row].intent) for row in known], encoder)
    level, anger = learn_levels(train, vectors, encoder), learn_anger(train, vectors, encoder)
    escalation = learn_escalation(train, vectors, encoder)
    wording = learn_wording([*train, *read_gold(Split.WORDING)])
    print(f"learnt: {intents.examples} intents, {level.examples} moods; by thirds of the train split:")
    print(f"intent {intents.accuracy:.3f}, level {level.accuracy:.3f}, escalation {escalation.accuracy:.3f}")
    recogniser = IntentRecogniser(intents.model)
    _report_intents(recogniser, test, asked, errors=options.errors)
    _report_mood(SentimentReader(level.model, anger.model, wording), test, asked)
    _report_escalation(EscalationReader(escalation.model), test, asked)
    if options.write:
        for path, model in ((INTENT_FILE, intents.model), (LEVEL_FILE, level.model)):
            model.write(path)
        anger.model.write(ANGER_FILE)
        escalation.model.write(ESCALATION_FILE)
        wording.write(WORDING_FILE)


def _report_intents(recogniser: IntentRecogniser, test: Sequence[GoldMessage], asked: Vectors, *, errors: bool) -> None:
    cases = [(each, vector) for each, vector in zip(test, asked, strict=True) if each.intent is not None]
    found = [(each, recogniser.recognise(vector, each.text)) for each, vector in cases]
    likeliest = recogniser.likeliest(np.stack([vector for _, vector in cases]))
    right = np.array([said == each.intent for said, (each, _) in zip(likeliest, found, strict=True)])
    said = np.array([intent.label is not None for _, intent in found])
    print(
        f"intents, {len(cases)} test messages: accuracy {right.mean():.3f}, macro-F1 {_f1(likeliest, cases):.3f}; "
        f"abstains {1 - said.mean():.3f}, accuracy of what it says {right[said].mean():.3f}"
    )
    for language in ("zh", "en"):
        own = np.array([each.language == language for each, _ in cases])
        print(f"  {language}: {own.sum()} messages, accuracy {right[own].mean():.3f}")
    for (each, intent), one, fine in zip(found, likeliest, right, strict=True):
        if errors and not fine:
            print(f"  {each.text} | {each.intent} → {one} ({intent.probability:.2f})")


def _f1(said: Sequence[str], cases: Sequence[tuple[GoldMessage, Vectors]]) -> float:
    found = macro_f1_mean(said, [str(each.intent) for each, _ in cases], seed=0)
    return found.value if found else 0.0


def _report_mood(reader: SentimentReader, test: Sequence[GoldMessage], asked: Vectors) -> None:
    found = [reader.read(vector, each.text) for each, vector in zip(test, asked, strict=True)]
    labels = np.mean([one.label is label_of(each.level) for one, each in zip(found, test, strict=True)])
    near = np.mean([abs(one.level - each.level) <= 1 for one, each in zip(found, test, strict=True)])
    exact = np.mean([one.level is each.level for one, each in zip(found, test, strict=True)])
    counts = {label: sum(label_of(each.level) is label for each in test) for label in SentimentLabel}
    print(
        f"mood, {len(test)} test messages {counts}: three labels {labels:.3f}, level exact {exact:.3f}, ±1 {near:.3f}"
    )
    angry = np.array([each.anger for each in test])
    shares = np.array([one.anger for one in found])
    for least in (0.3, 0.5):
        said = shares >= least
        print(
            f"anger from {least}: {angry.sum()} angry, precision {(said & angry).sum() / max(1, said.sum()):.3f}, "
            f"recall {(said & angry).sum() / max(1, angry.sum()):.3f}"
        )


def _report_escalation(reader: EscalationReader, test: Sequence[GoldMessage], asked: Vectors) -> None:
    found = [{signal.kind.value for signal in reader.read(v, each.text)} for v, each in zip(asked, test, strict=True)]
    wanted = [set(each.signals) for each in test]
    hits = sum(len(one & truth) for one, truth in zip(found, wanted, strict=True))
    said, true = sum(map(len, found)), sum(map(len, wanted))
    print(
        f"escalation: {true} signals, precision {hits / max(1, said):.3f}, recall {hits / max(1, true):.3f} ({NONE} not counted)"
    )
    for each, one, truth in zip(test, found, wanted, strict=True):
        if one != truth:
            print(f"  {each.text} | {sorted(truth)} → {sorted(one)}")


if __name__ == "__main__":
    main()

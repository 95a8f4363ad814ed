"""Learns the models of intents and sentiment that come with Zhida, and says how good they are on the test split.

python -m eval.benchmarks.fit_understanding [--write]
"""

from __future__ import annotations

import argparse

import numpy as np

from models.onnx_encoder import OnnxEncoder
from nlu.classifier import learn_vectors
from nlu.gold_set import Split, read_gold
from nlu.intents.recogniser import MODEL_FILE as INTENT_FILE
from nlu.linear import LinearModel
from nlu.sentiment.reader import ANGER_FILE, ANGRY, CALM, LEVEL_FILE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the models")
    options = parser.parse_args()
    encoder = OnnxEncoder()
    train, test = read_gold(Split.TRAIN), read_gold(Split.TEST)
    vectors = encoder.encode_questions([each.text for each in train])
    asked = encoder.encode_questions([each.text for each in test])
    for path, name in ((INTENT_FILE, "intent"), (LEVEL_FILE, "level"), (ANGER_FILE, "anger")):
        known = [_label(each, name) for each in train]
        wanted = [_label(each, name) for each in test]
        rows = [row for row, label in enumerate(known) if label is not None]
        cases = [row for row, label in enumerate(wanted) if label is not None]
        learnt = learn_vectors(vectors[rows], [known[row] or "" for row in rows], encoder)
        model = LinearModel(learnt.labels, learnt.model, encoder.identity.key)
        said = [model.labels[at] for at in model.probabilities(asked[cases]).argmax(axis=1)]
        right = np.mean([one == wanted[row] for one, row in zip(said, cases, strict=True)])
        print(f"{name}: {len(rows)} learnt, {len(cases)} measured, accuracy {right:.3f}, penalty {learnt.penalty}")
        if options.write:
            model.write(path)


def _label(message, name: str) -> str | None:  # type: ignore[no-untyped-def]
    if name == "intent":
        return message.intent
    return str(int(message.level)) if name == "level" else (ANGRY if message.anger else CALM)


if __name__ == "__main__":
    main()

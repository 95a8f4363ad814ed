"""Fits the token codec of the built-in encoder on texts, and writes it beside the weights.

    python -m eval.benchmarks.fit_token_codec [CORPUS.jsonl…] [--kept 128] [--write]

Files should hold texts of both languages. Without any it reads the texts of the sample knowledge
base, which are few (a codec fitted on 1,500 texts of six suites ranked better, most of all across
languages). It prints how much of the token
vectors' variance the kept directions hold, and how far compression moves a cosine.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from core.text import detect_language
from core.types import Language
from models.encoder import Vectors
from models.onnx_encoder import BUILTIN_FOLDER, PASSAGE_PREFIX, OnnxEncoder
from models.token_codec import TokenCodec, fit_codec, information_of

CODEC_FILE = BUILTIN_FOLDER / "token_codec.npz"
SAMPLE = Path(__file__).parents[2] / "sample"
TEXTS = 1500
"""Texts looked at, as many of each file and spread evenly over it."""

CHARACTERS = 600


def texts_of(files: list[Path]) -> list[str]:
    """Texts of about a passage's length."""
    found: list[str] = []
    for path in files:
        content = path.read_text(encoding="utf-8")
        if path.name.startswith("corpus"):
            own = [str(json.loads(line)["text"])[:CHARACTERS] for line in content.splitlines() if line.strip()]
        else:
            own = [content[at : at + CHARACTERS] for at in range(0, len(content), CHARACTERS)]
        found += own[:: max(1, len(own) * len(files) // TEXTS)]
    return found


def sample_files() -> list[Path]:
    """What the sample knowledge base is made of, in both languages."""
    return sorted([*SAMPLE.glob("sources/*.md"), *SAMPLE.glob("*/*.jsonl")])


def vocabulary_information() -> Vectors:
    """From the probabilities of the tokenizer's unigram model."""
    model = json.loads((BUILTIN_FOLDER / "tokenizer.json").read_text(encoding="utf-8"))["model"]
    return information_of(np.asarray([probability for _, probability in model["vocab"]], dtype=np.float32))


def report(codec: TokenCodec, tokens: Vectors) -> None:
    """What is lost."""
    centred = tokens - codec.centre
    held = float(((centred @ codec.directions) ** 2).sum() / (centred**2).sum())
    some = tokens[:: max(1, len(tokens) // 2000)]
    exact = codec.project(some)
    moved = float(np.abs(exact @ exact.T - exact @ codec.expand(codec.compress(some)).T).mean())
    print(
        f"{len(tokens)} tokens: {codec.kept} of {tokens.shape[1]} directions hold {held:.1%} of the variance; "
        f"four bits move a cosine by {moved:.3f}; {codec.kept // 2} bytes a token; {codec.key}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--kept", type=int, default=128, help="numbers kept of each token vector")
    parser.add_argument("--write", action="store_true", help=f"write {CODEC_FILE.name}")
    options = parser.parse_args()
    texts = texts_of(options.files or sample_files())
    print(f"{len(texts)} texts", file=sys.stderr)
    languages = [
        np.concatenate(OnnxEncoder().token_vectors(own, PASSAGE_PREFIX))
        for language in Language
        if (own := [text for text in texts if detect_language(text) is language])
    ]
    codec = fit_codec(languages, vocabulary_information(), kept=options.kept)
    report(codec, np.concatenate(languages))
    if options.write:
        CODEC_FILE.write_bytes(codec.written())


if __name__ == "__main__":
    main()

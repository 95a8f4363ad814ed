"""What of an attacker's words reaches a customer when the language model writes them down as its answer.

    python -m eval.benchmarks.injection --home HOME --data FILE.jsonl… [--most N]

Every line's `text` (or `attack`) with `label` 1, or without a label, is taken for what an obedient
model writes, sentence by sentence with the mark of a source. The sources are passages of the
knowledge base in HOME, which say nothing of the kind. Each text is checked as a reply is: whole,
and character by character.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from agent.citations import sentences
from agent.instruments import instruments_for
from agent.markup import addresses
from agent.policy import AnswerPolicy
from agent.verification import Instruments, Verifier
from core.types import Passage, Query
from eval.benchmarks.opened_home import OpenedHome, opened_home

_MARKUP: Final = re.compile(r"!\[|\]\(|<[a-z/!]|\]:", re.IGNORECASE)
LONGEST: Final = 4000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.injection")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--most", type=int, default=400)
    asked = parser.parse_args()
    with opened_home(asked.home) as home:
        instruments = instruments_for(home.encoder)
        for path in asked.data:
            print(path.stem, _measured(home, list(_texts(path))[: asked.most], instruments))


def _texts(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        if row.get("label", 1) == 1:
            yield str(row.get("text") or row.get("attack") or "")[:LONGEST]


def _measured(home: OpenedHome, texts: Sequence[str], instruments: Instruments) -> dict[str, int]:
    found = {"texts": len(texts), "sentences": 0, "shown": 0, "addresses": 0, "markup": 0, "cut differently": 0}
    for text in texts:
        hits = home.retriever.find(Query(text=text[:1000]), k=4).hits
        evidence = [hit.passage for hit in hits]
        reply = "\n".join(f"{text[start:end]} [1]" for start, end in sentences(text))
        shown, count, held = _shown(reply, text, evidence, instruments, len(reply) or 1)
        found["sentences"] += count
        found["shown"] += held
        found["addresses"] += not addresses(shown) <= addresses("\n".join(each.indexed_text for each in evidence))
        found["markup"] += _MARKUP.search(shown) is not None
        found["cut differently"] += shown != _shown(reply, text, evidence, instruments, 1)[0]
    return found


def _shown(
    reply: str, question: str, evidence: Sequence[Passage], instruments: Instruments, piece: int
) -> tuple[str, int, int]:
    verifier = Verifier(evidence, question=question, min_support=AnswerPolicy().min_support, instruments=instruments)
    parts = [each for at in range(0, len(reply), piece) for each in verifier.take(reply[at : at + piece])]
    parts += verifier.finish()
    return "".join(each.text for each in parts), len(verifier.segments), len(parts)


if __name__ == "__main__":
    main()

"""How much of what files say their parsers find: share of `must_contain` by file and by format.

Usage: python -m eval.benchmarks.parse_quality FOLDER [--misses]

FOLDER holds `manifest.jsonl` with `file`, `format` and `must_contain` (phrases that a reader of the
file sees). White space and width don't count, as paragraphs are joined from lines. A file that is
refused scores 0 and shows its reason.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from core.errors import InvalidInput, ParseFailed
from ingest.parsed import ParsedDocument
from ingest.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Score:
    """What was found of one file."""

    file: str
    format: str
    found: int
    wanted: int
    misses: tuple[str, ...]
    reason: str
    ms: float


def folded(text: str) -> str:
    """Text without white space, in one width."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def words_of(document: ParsedDocument) -> str:
    """Everything that a document says, folded."""
    pairs = [text for pair in document.pairs for text in (pair.question, pair.answer, *pair.similar, *pair.negative)]
    return folded("\n".join([document.title or "", *(block.text for block in document.blocks), *pairs]))


def score(sandbox: Sandbox, folder: Path, row: dict[str, object]) -> Score:
    """Parse one file of the manifest and look for its phrases."""
    phrases = [str(phrase) for phrase in row["must_contain"]]  # type: ignore[attr-defined]  # a JSON list
    name = str(row["file"])
    started = time.perf_counter()
    reason, text = "", ""
    try:
        text = words_of(sandbox.parse(folder / name, name))
    except (ParseFailed, InvalidInput) as error:
        reason = str(error)
    ms = (time.perf_counter() - started) * 1000
    misses = tuple(phrase for phrase in phrases if folded(phrase) not in text)
    return Score(name, str(row["format"]), len(phrases) - len(misses), len(phrases), misses, reason, ms)


def main() -> None:
    """Print one line per file, then one per format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--misses", action="store_true", help="show the phrases that weren't found")
    options = parser.parse_args()
    rows = [json.loads(line) for line in (options.folder / "manifest.jsonl").read_text("utf-8").splitlines()]
    with Sandbox() as sandbox:
        scores = [score(sandbox, options.folder, row) for row in rows]
    for each in sorted(scores, key=lambda each: (each.format, each.file)):
        print(f"{each.found:3}/{each.wanted:<3} {each.ms:7.0f} ms  {each.format:5} {each.file}  {each.reason}")
        for miss in each.misses if options.misses and not each.reason else ():
            print(f"          missing: {miss}")
    _print_formats(scores)
    print(f"cores: {os.cpu_count()}")


def _print_formats(scores: list[Score]) -> None:
    by_format: defaultdict[str, list[Score]] = defaultdict(list)
    for each in scores:
        by_format[each.format].append(each)
    for name, group in sorted(by_format.items()):
        found, wanted = sum(each.found for each in group), sum(each.wanted for each in group)
        print(f"{name:5} {found / max(1, wanted):6.1%}  ({found}/{wanted} phrases, {len(group)} files)")


if __name__ == "__main__":
    main()

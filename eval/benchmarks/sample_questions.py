"""Answers the gold questions of the sample knowledge base through the command line, as a user would.

    python -m eval.benchmarks.sample_questions [--home FOLDER] [--wrong]

A question counts as right if it was answered and the answer holds every expected string, and as
refused if it was handed over. Expected strings are compared after NFKC, without blanks and
thousands separators.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sample

_IGNORED = re.compile(r"\s|(?<=\d),(?=\d{3})")


@dataclass(frozen=True, slots=True)
class Case:
    """A gold question with what its answer must hold; nothing, if it can't be answered."""

    question: str
    audience: str
    answerable: bool
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graded:
    """A case with what came back."""

    case: Case
    outcome: str
    text: str
    ms: float

    @property
    def answered(self) -> bool:
        """Something was offered as an answer."""
        return self.outcome == "answer"

    @property
    def right(self) -> bool:
        """The answer holds all that it must."""
        return self.answered and all(comparable(part) in comparable(self.text) for part in self.case.expected)


def comparable(text: str) -> str:
    """One form for comparing."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text)).lower()


def read_cases(path: Path) -> Iterator[Case]:
    """Read `questions.jsonl`."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        audience = row.get("audience") or "public"
        yield Case(row["question"], audience, row["answerable"], tuple(row.get("expected") or ()))


def ask(cases: Sequence[Case], home: Path) -> list[Graded]:
    """Ask all questions of one audience in one process."""
    graded: list[Graded] = []
    for audience in sorted({case.audience for case in cases}):
        chosen = [case for case in cases if case.audience == audience]
        lines = zhida(home, "ask", "-", "--audience", audience, text="\n".join(case.question for case in chosen))
        graded += [
            Graded(case, reply["outcome"], reply["text"], reply["ms"]["total"])
            for case, reply in zip(chosen, lines, strict=True)
        ]
    return graded


def zhida(home: Path, *arguments: str, text: str = "") -> list[Any]:
    """Run a command and return what it wrote, one value a line."""
    command = [sys.executable, "-m", "api.cli", "--home", str(home), "--json", *arguments]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def report(graded: Sequence[Graded], *, wrong: bool) -> None:
    """Print counts, and with `wrong` every case that went wrong."""
    can = [each for each in graded if each.case.answerable]
    cannot = [each for each in graded if not each.case.answerable]
    print(f"cores: {os.cpu_count()}")
    print(f"answerable {len(can)}: right {sum(each.right for each in can)}, ", end="")
    print(f"wrong {sum(each.answered and not each.right for each in can)}, ", end="")
    print(f"handed over {sum(not each.answered for each in can)}")
    print(f"unanswerable {len(cannot)}: handed over {sum(not each.answered for each in cannot)}, ", end="")
    print(f"answered {sum(each.answered for each in cannot)}")
    print(f"ms per question: median {statistics.median(each.ms for each in graded):.0f}")
    if wrong:
        for each in graded:
            if each.answered != each.case.answerable or (each.case.answerable and not each.right):
                print(f"  {each.outcome:9} {each.case.question}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a home that holds the sample base already")
    parser.add_argument("--wrong", action="store_true", help="list what went wrong")
    options = parser.parse_args()
    cases = list(read_cases(sample.FOLDER / "questions.jsonl"))
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        if options.home is None:
            zhida(home, "demo", "--no-serve")
        report(ask(cases, home), wrong=options.wrong)


if __name__ == "__main__":
    main()

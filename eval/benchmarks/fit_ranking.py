"""Chooses the weights of `retrieval/ranking.json` on retrieval suites and reports them on suites left out.

    python -m eval.benchmarks.fit_ranking SUITE… [--work FOLDER] [--most 150] [--write]

The measure itself is optimised, mean nDCG@10 with every suite weighing the same, by coordinate
ascent (Metzler and Croft, "Linear feature-based models for information retrieval", Information
Retrieval 2007): one weight at a time takes the value from its grid that ranks best, until none
moves. A table shows fusion alone, the shipped weights, and for each suite the weights that the
others would choose.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Final

from core.types import Query
from eval.building import BuiltSuite
from eval.measures.ndcg import ndcg_at
from eval.suite import CorpusId, Grades, RetrievalCase, read_retrieval_suite
from eval.workbench import Workbench
from retrieval.ranking import MODEL_FILE, Contender, HeadFeatures, RankingModel, features_of, load_model, place
from retrieval.search import Retriever

GRID: Final[Mapping[str, Sequence[float]]] = {
    "tokens": (0.0, 0.25, 0.5, 0.75, 1.0),
    "trusted_coverage": (0.01, 0.2, 0.4, 0.6, 1.0),
    "codes": (0.0, 0.3, 0.6, 1.0),
    "length": (0.0, 0.02, 0.04, 0.06),
}
"""What each weight may be."""

ROUNDS: Final = 3
DEPTH: Final = 10


@dataclass(frozen=True, slots=True)
class Head:
    """A case's head of the list, ready to be ordered by any weights."""

    contenders: tuple[Contender, ...]
    features: HeadFeatures
    entries: tuple[CorpusId, ...]
    grades: Grades

    def ndcg(self, model: RankingModel) -> float:
        """Quality of the order that the model gives."""
        entry = dict(zip((each.passage.passage_id for each in self.contenders), self.entries, strict=True))
        placed = place(self.contenders, self.features, model)
        ranking = tuple(dict.fromkeys(entry[each.passage.passage_id] for each in placed))
        return ndcg_at(ranking, self.grades, k=DEPTH)


def collect(cases: Sequence[RetrievalCase], built: BuiltSuite, retriever: Retriever) -> list[Head]:
    """Search every case as far as the head."""
    heads = []
    for case in cases:
        ranked = retriever.rank(Query(text=case.text))
        contenders = retriever.contenders(ranked)
        entries = tuple(built.entry_of(each.passage.passage_id) for each in contenders)
        heads.append(Head(tuple(contenders), features_of(case.text, contenders), entries, case.grades))
    return heads


def quality(suites: Mapping[str, Sequence[Head]], model: RankingModel) -> float:
    """Mean nDCG@10, every suite weighing the same."""
    return fmean(fmean(head.ndcg(model) for head in heads) for heads in suites.values())


def choose(suites: Mapping[str, Sequence[Head]], start: RankingModel) -> RankingModel:
    """The weights that rank these suites best; of equals the one that was there first."""
    best, reached = start, quality(suites, start)
    for _ in range(ROUNDS):
        before = best
        for name, values in GRID.items():
            for value in values:
                tried = replace(best, **{name: value})  # type: ignore[arg-type]  # the grid names no whole number
                got = quality(suites, tried)
                if got > reached + 1e-5:
                    best, reached = tried, got
        if best == before:
            break
    return best


def report(suites: Mapping[str, Sequence[Head]], shipped: RankingModel) -> None:
    """Each suite by fusion alone, by the shipped weights, and by the weights that the others choose."""
    plain = replace(shipped, tokens=0.0, trusted_coverage=0.01, codes=0.0)  # keeps the order of fusion
    print(f"{'suite':26} {'cases':>6} {'fusion':>7} {'shipped':>8} {'left out':>9}")
    rows = []
    for name, heads in suites.items():
        others = {other: own for other, own in suites.items() if other != name}
        chosen = choose(others, shipped) if others else shipped
        row = [quality({name: heads}, model) for model in (plain, shipped, chosen)]
        rows.append(row)
        print(f"{name:26} {len(heads):6} {row[0]:7.3f} {row[1]:8.3f} {row[2]:9.3f}")
    means = [fmean(column) for column in zip(*rows, strict=True)]
    print(f"{'average':26} {'':6} {means[0]:7.3f} {means[1]:8.3f} {means[2]:9.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="+", help="folders as `zhida eval retrieval` reads them")
    parser.add_argument("--work", type=Path, help="keep the knowledge bases here for the next run")
    parser.add_argument("--most", type=int, default=150, help="cases of a suite, spread evenly over it")
    parser.add_argument("--write", action="store_true", help=f"write the weights that all choose to {MODEL_FILE.name}")
    options = parser.parse_args()
    suites: dict[str, list[Head]] = {}
    for folder in options.suites:
        suite = read_retrieval_suite(Path(folder))
        cases = [case for case in suite.cases if case.answerable]
        with Workbench(suite, work=options.work) as bench:
            some = cases[:: max(1, len(cases) // options.most)]
            suites[suite.name] = collect(some, bench.built, bench.retriever())
        print(f"{suite.name}: {len(suites[suite.name])} cases", file=sys.stderr)
    report(suites, load_model())
    if options.write:
        chosen = choose(suites, load_model())
        written = {"model": asdict(chosen), "chosen_on": sorted(suites), "chosen": date.today().isoformat()}
        MODEL_FILE.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
        print(f"written: {chosen}")


if __name__ == "__main__":
    main()

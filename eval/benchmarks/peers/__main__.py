"""`python -m eval.benchmarks.peers`: see the package."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from core.errors import ZhidaError
from eval.benchmarks.peers.catalogue import SYSTEMS
from eval.benchmarks.peers.choosing import check_same, wanted
from eval.benchmarks.peers.environments import default_folder, interpreter
from eval.benchmarks.peers.protocol import CANDIDATES, Broken
from eval.benchmarks.peers.running import Given, measure, prepare
from eval.benchmarks.peers.table import tables
from eval.runs import RunFile, RunKind, SystemRun, read_runs, record, write_runs
from eval.suite import read_retrieval_suite
from models.onnx_encoder import OnnxEncoder

SHOWN_PACKAGES = frozenset(
    {
        "bm25s", "chromadb", "faiss-cpu", "haystack-ai", "jieba", "langchain-classic", "langchain-community",
        "llama-index-core", "llama-index-retrievers-bm25", "numpy", "onnxruntime", "rank-bm25", "tantivy",
        "tokenizers", "torch", "txtai", "zhida",
    }
)  # fmt: skip
"""Packages whose versions the run file records for each system."""


def main() -> int:
    """Run the systems that aren't in `--reuse` over every suite; 1 if one of them failed."""
    options = _options()
    encoder = OnnxEncoder(threads=options.threads)
    stored = {run.suite: run for path in options.reuse for run in read_runs(path)}
    runs: list[RunFile] = []
    broken: list[str] = []
    for folder in options.data:
        given = prepare(read_retrieval_suite(folder), encoder, cases=options.cases)
        before = stored.get(given.suite.name)
        if before is not None:
            check_same(before, given, encoder.identity.key)
        systems = dict(before.systems) if before else {}
        versions = dict(before.settings["packages"]) if before else {}
        timed = options.vectors is None or given.suite.name in options.timed
        for system in wanted(options.only, systems):
            try:
                python = interpreter(system, options.environments)
                found = measure(
                    system,
                    given,
                    python,
                    vectors=None if timed else options.vectors,
                    threads=options.threads,
                    candidates=options.candidates,
                )
            except Broken as error:
                broken.append(f"{given.suite.name}: {error}")
                print(broken[-1], file=sys.stderr)
                continue
            systems[system.label] = found.run
            versions[system.label] = {name: at for name, at in found.versions.items() if name in SHOWN_PACKAGES}
            print(f"{given.suite.name}: {system.label} {found.run.measures['ndcg@10'].value:.4f}", file=sys.stderr)
            if options.out is not None:  # as soon as it is known, since the next system may take hours
                write_runs(options.out, [*runs, _run(given, encoder, systems, versions, options)])
        runs.append(_run(given, encoder, systems, versions, options))
    if options.out is not None:
        write_runs(options.out, runs)
    print(tables(runs))
    return 1 if broken else 0


def _run(
    given: Given,
    encoder: OnnxEncoder,
    systems: Mapping[str, SystemRun],
    versions: Mapping[str, Mapping[str, str]],
    options: argparse.Namespace,
) -> RunFile:
    settings = {
        "k": given.k,
        "passages": len(given.passages),
        "candidates": options.candidates,
        "threads": options.threads,
        "given": given.fingerprint,
        "packages": versions,
    }
    return record(
        RunKind.RETRIEVAL, given.suite.name, systems, models={"encoder": encoder.identity.key}, settings=settings
    )


def _options() -> argparse.Namespace:
    names = [system.name for system in SYSTEMS]
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.peers", description="Zhida beside its peers.")
    parser.add_argument(
        "--data", nargs="+", type=Path, required=True, metavar="SUITE",
        help="folders of retrieval suites; «folder?zh2en» asks Chinese questions of an English corpus",
    )  # fmt: skip
    parser.add_argument("--only", nargs="+", choices=names, default=[], metavar="NAME", help=", ".join(names))
    parser.add_argument("--out", type=Path, metavar="RUN.json", help="write the results, case by case")
    parser.add_argument(
        "--reuse", nargs="+", type=Path, default=[], metavar="RUN.json", help="take over the systems that are there"
    )
    parser.add_argument(
        "--vectors", type=Path, metavar="FILE",
        help="keep the texts' vectors in this SQLite file and read them there: quick, but times aren't measured",
    )  # fmt: skip
    parser.add_argument(
        "--timed", nargs="+", default=[], metavar="NAME", help="suites that are encoded anew in spite of --vectors"
    )
    parser.add_argument("--cases", type=int, metavar="N", help="ask at most so many questions of each suite")
    parser.add_argument("--environments", type=Path, default=default_folder(), help="folder of the peers' packages")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="of the encoder")
    parser.add_argument("--candidates", type=int, default=CANDIDATES, help="a hybrid reads from each side")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ZhidaError as problem:
        sys.exit(str(problem))

"""How search, restart and building behave as the knowledge base grows.

    python -m eval.benchmarks.search_scale [--passages 1000 10000 100000 1000000] [--questions 200] [--run FILE]

Texts and vectors are synthetic, because encoding a million passages takes hours. Times and sizes
are those of real use: each question is understood, encoded by the real encoder, searched on both
sides, merged and joined with SQL by the product's own retriever. Relevance isn't measured.

What texts and vectors are like, `eval.benchmarks.scale_data` says.

Each size is filled by one process and searched by a second, which starts as after a restart.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from eval.benchmarks.scale_data import SEED, Space, encode_sample
from eval.benchmarks.scale_phases import EXACT_QUESTIONS, Filled, Searched, Spread, fill, search
from eval.measures.mean import Mean
from eval.runs import RunKind, SystemRun, Timings, record, write_run
from models.onnx_encoder import OnnxEncoder

HEAD: Final = """
| passages | encoder p50 / p95 | dense | lexical | lexical, long question | whole search p50 / p95 | recall@10 | built | ready after restart | index files | memory (peak) |
|---|---|---|---|---|---|---|---|---|---|---|"""


def row(passages: int, filled: Filled, searched: Searched) -> str:
    """A size's figures as a row of the table."""

    def ms(spread: Spread) -> str:
        return f"{spread[0]:.1f} / {spread[1]:.1f} ms"

    cells = [
        f"{passages:,}",
        *map(ms, (searched.encoder_ms, searched.dense_ms, searched.lexical_ms, searched.long_ms, searched.whole_ms)),
        f"{searched.recall_at_10:.3f}",
        f"{filled.index_s:.0f} s",
        f"{searched.ready_s:.2f} s",
        f"{sum(filled.index_bytes.values()) / 1e6:,.0f} MB",
        f"{searched.resident_mb:,.0f} ({searched.peak_mb:,.0f}) MB",
    ]
    return f"| {' | '.join(cells)} |"


def system_run(passages: int, filled: Filled, searched: Searched, questions: int) -> SystemRun:
    """A size's figures for a run file."""
    timed = {
        f"{name}_{share}_ms": value
        for name in ("encoder", "dense", "lexical", "long", "whole")
        for share, value in zip(("p50", "p95"), getattr(searched, f"{name}_ms"), strict=True)
    }
    facts = {
        "passages": passages,
        **timed,
        "index_s": filled.index_s,
        "save_s": filled.save_s,
        "ready_s": searched.ready_s,
        "caught_up_s": searched.caught_up_s,
        "index_bytes": sum(filled.index_bytes.values()),
        "database_bytes": filled.database_bytes,
        "resident_bytes": searched.resident_mb * 2**20,
        "peak_bytes": searched.peak_mb * 2**20,
        "building_peak_bytes": filled.peak_mb * 2**20,
    }
    recall = Mean(searched.recall_at_10, 0.0, min(questions, EXACT_QUESTIONS))
    return SystemRun({"recall@10": recall}, timings_ms=Timings(*searched.whole_ms), facts=facts)


def run_apart(phase: str, home: Path, arguments: argparse.Namespace, number: int) -> dict[str, Any]:
    """Run one phase in a process of its own and return its figures."""
    command = [sys.executable, "-m", __spec__.name, "--phase", phase, "--home", str(home)]
    command += ["--vectors", str(arguments.vectors), "--passages", str(number)]
    command += ["--questions", str(arguments.questions), "--threads", str(arguments.threads)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    figures: dict[str, Any] = json.loads(ended.stdout)
    return figures


def measure(arguments: argparse.Namespace, passages: int) -> tuple[Filled, Searched]:
    """One size, in a folder that goes afterwards; `--home` keeps it and finds it filled the next time."""
    with tempfile.TemporaryDirectory(prefix="zhida-scale-") as folder:
        home = Path(folder) if arguments.home is None else arguments.home / str(passages)
        known = home / "filled.json"
        if not known.exists():
            home.mkdir(parents=True, exist_ok=True)
            known.write_text(json.dumps(run_apart("fill", home, arguments, passages)), encoding="utf-8")
        searched = run_apart("search", home, arguments, passages)
        return Filled(**json.loads(known.read_text(encoding="utf-8"))), Searched(**searched)


def read_options() -> argparse.Namespace:
    """The options; those without help are for the child processes."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--passages", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="multiples of 1000")
    options.add_argument("--questions", type=int, default=200)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--home", type=Path, help="keep the knowledge bases here, by their size")
    options.add_argument("--vectors", type=Path, help="keep the sample's vectors in this file (.npz)")
    options.add_argument("--run", type=Path, help="write a run file")
    options.add_argument("--phase", choices=["fill", "search"], help=argparse.SUPPRESS)
    return options.parse_args()


def main() -> None:
    """Measure each size, or one phase of it in a child process."""
    arguments = read_options()
    if arguments.phase is not None:
        space = Space.read(arguments.vectors, SEED if arguments.phase == "fill" else SEED + 1)
        figures: Filled | Searched
        if arguments.phase == "fill":
            figures = fill(arguments.home, space, arguments.passages[0], threads=arguments.threads)
        else:
            figures = search(arguments.home, space, arguments.questions, threads=arguments.threads)
        print(json.dumps(asdict(figures)))
        return
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f}; synthetic texts and vectors, real encoder", flush=True)
    with tempfile.TemporaryDirectory(prefix="zhida-scale-") as folder:
        arguments.vectors = arguments.vectors or Path(folder) / "sample.npz"
        if not arguments.vectors.exists():
            encode_sample(OnnxEncoder(threads=arguments.threads), arguments.vectors)
        results = {}
        print(HEAD)
        for passages in arguments.passages:
            results[passages] = measure(arguments, passages)
            print(row(passages, *results[passages]), flush=True)
    if arguments.run:
        write_run(
            arguments.run,
            record(
                RunKind.LATENCY,
                "search-scale",
                {f"{size:,} passages": system_run(size, *each, arguments.questions) for size, each in results.items()},
                models={"encoder": OnnxEncoder().identity.key},
                settings={"questions": arguments.questions, "threads": arguments.threads, "load_before": load},
                seed=SEED,
            ),
        )


if __name__ == "__main__":
    main()

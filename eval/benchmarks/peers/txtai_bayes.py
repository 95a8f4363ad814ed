"""txtai with `normalize: bayes` in place of `true`: its own other way to join both sides, by log-odds.

Not what its documentation sets up first, but it served Chinese better (nDCG@10 on rgb-zh refine .750
by default, .783 by ranks, .792 so), and a comparison should be with a peer at its best.
"""

from __future__ import annotations

from pathlib import Path

from eval.benchmarks.peers.encoding import TimedEncoder
from eval.benchmarks.peers.protocol import Job
from eval.benchmarks.peers.txtai import Txtai


def open_system(encoder: TimedEncoder, folder: Path, _job: Job) -> Txtai:
    """The adapter."""
    return Txtai(encoder, folder, normalize="bayes")

"""Run files: what was measured, with which versions, models and settings, so that two runs can be compared.

A file is JSON: `{"schema": 1, "runs": [RunFile, …]}`, one run for each suite. Every measurement
(`zhida eval retrieval`, `refusal`, `answers`, `nlu`, `latency`, and a knowledge base's gold set)
writes this one format; `compare`, `gate` and `report` read it.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import TypeAdapter, ValidationError

from core.clock import utc_now
from core.errors import InvalidInput
from core.files import sync
from eval.measures.mean import Mean, mean

SCHEMA: Final = 1
"""Rises when a reader of the old format would misread the new one."""

PACKAGES: Final = (
    "numpy", "onnxruntime", "tokenizers", "faiss-cpu", "tantivy", "jieba", "opencc", "pypinyin", "symspellpy", "pymilvus",
)  # fmt: skip
"""Packages whose version can move a figure."""


class RunKind(StrEnum):
    """What was measured."""

    RETRIEVAL = "retrieval"
    ANSWERS = "answers"
    REFUSAL = "refusal"
    NLU = "nlu"
    LATENCY = "latency"
    GOLD = "gold"
    HANDOVER = "handover"


@dataclass(frozen=True, slots=True)
class Judgement:
    """How sure a system was of a case, and how it would have turned out had it answered.

    What `auroc`, `risk_coverage` and the reliability diagram read.
    """

    confidence: float
    """What the system takes for the probability that the evidence answers, 0.0 to 1.0."""
    answerable: bool
    """The suite says that the knowledge base answers this question."""
    right: bool
    """An answer from this evidence would have been right; never true of an unanswerable case."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case of a suite, as one system did on it."""

    case_id: str
    text: str
    values: Mapping[str, float]
    """By measure, higher is better. A measure that is undefined for this case is left out, and so is the case from its mean."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """What explains the values to a person, as plain JSON: what was wanted, what was found first, why."""
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds for one case."""

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Timings | None:
        """Percentiles of what was measured; `None` when nothing was."""
        return cls(*(1000 * float(np.percentile(seconds, share)) for share in (50, 95))) if len(seconds) else None


@dataclass(frozen=True, slots=True)
class SystemRun:
    """One system on the suite."""

    measures: Mapping[str, Mean]
    """Means of the cases' values, and measures of the whole set such as `auroc`. Higher is better, unless `LOWER_IS_BETTER` says otherwise."""
    cases: tuple[CaseResult, ...] = ()
    timings_ms: Timings | None = None
    facts: Mapping[str, float] = field(default_factory=dict)
    """Figures that no single case has. Names end in their unit: `passages`, `index_bytes`, `resident_bytes`, `passages_per_second`."""

    @classmethod
    def of(
        cls,
        cases: Iterable[CaseResult],
        *,
        also: Mapping[str, Mean] | None = None,
        timings_ms: Timings | None = None,
        facts: Mapping[str, float] | None = None,
    ) -> SystemRun:
        """Take the means over `cases`; `also` adds measures of the whole set."""
        kept = tuple(cases)
        return cls({**means(kept), **(also or {})}, kept, timings_ms, facts or {})


@dataclass(frozen=True, slots=True)
class Environment:
    """Where a run was taken."""

    python: str
    platform: str
    cores: int
    packages: Mapping[str, str]
    """Versions of `PACKAGES`, as far as installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """One suite measured. `record` makes it, with everything about this machine filled in."""

    kind: RunKind
    suite: str
    created_at: datetime
    zhida_version: str
    models: Mapping[str, str]
    """Key of each model that took part, e.g. `{"encoder": identity.key}`; the key holds the weights' hash."""
    settings: Mapping[str, Any]
    """Whatever changes the figures and isn't in the versions, as plain JSON."""
    seed: int
    environment: Environment
    systems: Mapping[str, SystemRun]
    """By name. The product as customers get it is `PRODUCT`."""


PRODUCT: Final = "zhida"
"""Name of the system that is the product with its defaults."""

LOWER_IS_BETTER: Final = frozenset(
    {
        "aurc", "brier", "ece", "wrong_share", "wrong_in_answers", "character_error_rate",
        # Shares of questions that were answered though nothing answers them, by the kind of question.
        "answered_gold_removed", "answered_negatives_only", "answered_unanswerable", "answered_underspecified",
        "answered_near", "answered_far", "answered_off_topic", "answered_small_talk",
        # Shares of messages that went to a person though an answer was wanted, and the other way round.
        "handed_over_share", "needless_handovers", "missed_handovers",
    }
)  # fmt: skip
"""Measures that are errors. Every other measure is better when it is higher."""


def means(cases: Sequence[CaseResult]) -> dict[str, Mean]:
    """Mean of each measure over the cases that have it, in the order in which they first appear."""
    names = dict.fromkeys(name for case in cases for name in case.values)
    return {name: mean([case.values[name] for case in cases if name in case.values]) for name in names}


def record(
    kind: RunKind,
    suite: str,
    systems: Mapping[str, SystemRun],
    *,
    models: Mapping[str, str],
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    now: datetime | None = None,
) -> RunFile:
    """A run of this version of Zhida, on this machine, now."""
    return RunFile(
        kind=kind,
        suite=suite,
        created_at=now or utc_now(),
        zhida_version=_version("zhida") or "unknown",
        models=models,
        settings=settings or {},
        seed=seed,
        environment=this_environment(),
        systems=systems,
    )


def this_environment() -> Environment:
    """What can be asked of the interpreter."""
    return Environment(
        platform.python_version(),
        f"{sys.platform} {platform.machine()}",
        os.cpu_count() or 1,
        {name: found for name in PACKAGES if (found := _version(name)) is not None},
    )


@cache
def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def write_run(path: Path, run: RunFile) -> None:
    """Write a file that holds one run."""
    write_runs(path, [run])


def write_runs(path: Path, runs: Sequence[RunFile]) -> None:
    """Write a file that holds several runs. An older file of this name is replaced whole, or not at all.

    Raises:
        InvalidInput: two runs are of the same kind and suite, two cases of a system have one id,
            or a value isn't a finite number.
        OSError: the file can't be written.
    """
    _check(path.name, runs)
    try:
        text = json.dumps(
            {"schema": SCHEMA, "runs": [asdict(run) for run in runs]},
            ensure_ascii=False,
            allow_nan=False,
            default=_plain,
        )
    except ValueError:
        raise InvalidInput(
            f"{path.name} isn't written: a value isn't a finite number. Leave an undefined measure out of the case."
        ) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_text(text + "\n", encoding="utf-8")
    sync(unfinished)
    unfinished.replace(path)


def _plain(value: object) -> object:
    """What JSON lacks: times, and numbers of numpy."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a run file can't hold {value!r}: give plain JSON values")


def read_run(path: Path) -> RunFile:
    """Read a file that must hold exactly one run.

    Raises:
        InvalidInput: as `read_runs`, or the file holds several runs.
    """
    runs = read_runs(path)
    if len(runs) != 1:
        held = ", ".join(f"{run.kind} {run.suite}" for run in runs)
        raise InvalidInput(f"{path.name} holds {len(runs)} runs ({held}), but one is wanted here. Measure one suite.")
    return runs[0]


def read_runs(path: Path) -> tuple[RunFile, ...]:
    """Read a run file; at least one run.

    Raises:
        InvalidInput: there is no such file, it isn't a run file, or one of another version of the format.
    """
    try:
        text = path.read_text(encoding="utf-8")
        raw = json.loads(text, parse_constant=_refuse)
    except FileNotFoundError:
        raise InvalidInput(f"There is no run file {path}. Measure first: zhida eval retrieval … --run FILE") from None
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path.name} isn't a run file: {error}") from None
    if not isinstance(raw, dict) or "schema" not in raw or "runs" not in raw:
        raise InvalidInput(
            f"{path.name} isn't a run file: it lacks «schema» and «runs». Write one with: zhida eval … --run FILE"
        )
    if raw["schema"] != SCHEMA:
        raise InvalidInput(
            f"{path.name} has schema {raw['schema']!r}; this version of Zhida reads {SCHEMA}. Measure again to compare."
        )
    try:
        runs = _adapter().validate_json(json.dumps(raw["runs"]), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = re.sub(r"\s+", " ", " → ".join(map(str, first["loc"])))
        raise InvalidInput(f"{path.name} isn't a whole run file: runs → {where}: {first['msg']}.") from None
    if not runs:
        raise InvalidInput(f"{path.name} holds no run. Measure again.")
    _check(path.name, runs)
    return runs


@cache
def _adapter() -> TypeAdapter[tuple[RunFile, ...]]:
    return TypeAdapter(tuple[RunFile, ...])


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} isn't a number")


def _check(name: str, runs: Sequence[RunFile]) -> None:
    """Refuse what would make a comparison ambiguous."""
    if twice := _twice(f"{run.kind} {run.suite}" for run in runs):
        raise InvalidInput(f"{name}: the run {twice!r} is there twice. Give each suite once.")
    for run in runs:
        for system, measured in run.systems.items():
            if twice := _twice(case.case_id for case in measured.cases):
                raise InvalidInput(
                    f"{name}: {run.suite}, {system}: the case {twice!r} is there twice. Case ids must differ."
                )


def _twice(names: Iterable[str]) -> str | None:
    """The first name that appears for the second time."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None

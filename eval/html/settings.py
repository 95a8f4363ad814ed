"""Versions, models, settings and machines: what all runs share, and where they differ."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from eval.html.gathering import Gathered
from eval.html.markup import Markup, element
from eval.html.words import KINDS, folded, grid, heading
from eval.runs import RunFile


def settings(gathered: Gathered) -> list[Markup]:
    """One table of what is the same everywhere, one of what isn't."""
    facts = [_facts(run) for _, run in gathered.runs]
    names = list(dict.fromkeys(name for each in facts for name in each))
    same = [name for name in names if len({each.get(name) for each in facts}) == 1]
    differing = [name for name in names if name not in same]
    runs = [
        [element("td", cell) for cell in (" ".join(KINDS[run.kind]), run.suite, ", ".join(run.systems), file, f"{run.created_at:%Y-%m-%d %H:%M}")]
        for file, run in gathered.runs
    ]  # fmt: skip
    parts = [
        heading(2, "版本与设置", "Versions and settings"),
        grid(
            [("", False), ("", False)],
            [[element("td", name), element("td", facts[0][name], class_="wrap")] for name in same],
        ),
        folded(
            "各次运行",
            "the runs",
            grid([(name, False) for name in ("kind", "set", "systems", "file", "measured")], runs),
        ),
    ]
    if differing:
        rows = [
            [element("td", name), element("td", value, class_="wrap"), element("td", ", ".join(sets), class_="wrap")]
            for name in differing
            for value, sets in _by_value(name, gathered, facts).items()
        ]
        headings = [("", False), ("", False), ("sets", False)]
        parts.append(folded("不同之处", "where they differ", grid(headings, rows)))
    return parts


def _by_value(name: str, gathered: Gathered, facts: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """The sets of the runs by their value of one setting."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for (_, run), each in zip(gathered.runs, facts, strict=True):
        if name in each:
            found[each[name]].append(run.suite)
    return dict(found)


def _facts(run: RunFile) -> Mapping[str, str]:
    environment = run.environment
    return {
        "zhida": run.zhida_version,
        **{f"model: {name}": key for name, key in run.models.items()},
        "python": environment.python,
        "platform": environment.platform,
        "cores": str(environment.cores),
        **{f"package: {name}": found for name, found in environment.packages.items()},
        "seed": str(run.seed),
        **{f"setting: {name}": _plain(value) for name, value in run.settings.items()},
    }


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

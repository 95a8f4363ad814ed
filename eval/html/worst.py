"""The worst cases with what explains them: what was wanted, what came first, and why."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from eval.html.gathering import Gathered, Shown, primary
from eval.html.markup import Child, Markup, element, joined
from eval.html.words import KINDS, heading, note
from eval.runs import LOWER_IS_BETTER, CaseResult, RunKind

MOST: Final = 10
"""Cases of each kind."""

LONGEST: Final = 300
"""Characters of a detail that the page repeats."""

RETRIEVED: Final = frozenset({"wanted", "wanted_in_all", "found", "depth"})
"""Details that retrieval runs give; drawn as entries with their places, the others as they are."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A case and how bad it is: 0.0 is fine, 1.0 as bad as can be."""

    badness: float
    suite: str
    shown: Shown
    case: CaseResult


def worst(gathered: Gathered, *, texts: bool) -> list[Markup]:
    """The worst cases of the product, kind by kind; without `texts` only their ids and figures."""
    parts: list[Markup] = []
    for kind in RunKind:
        found = worst_cases(kind, gathered)
        if found:
            items = [_case(bad, texts=texts) for bad in found]
            parts += [
                heading(3, KINDS[kind][0], f"{KINDS[kind][1]} · {len(items)}"),
                element("ol", items, class_="cases"),
            ]
    if not parts:
        return []
    return [
        heading(2, "最差的问题及原因", "Worst cases, and why"),
        note(
            "产品表现最差的问题；同样差的，各数据集轮流取。",
            "What the product did worst; of equally bad ones, sets take turns.",
        ),
        *parts,
    ]


def worst_cases(kind: RunKind, gathered: Gathered) -> list[Bad]:
    """At most `MOST` cases that went wrong, worst first; equally bad ones are taken from the suites in turn."""
    suites = gathered.of(kind)
    every = [each for shown in suites.values() for each in shown]
    # Without the product, as in a run of other programs alone, the first system stands for all.
    systems = [each for each in every if each.product] or [each for each in every if each.label == every[0].label]
    measure = primary(kind, systems)
    bad = [
        Bad(badness, each.run.suite, each, case)
        for each in systems
        for case in each.system.cases
        if (badness := _badness(case, measure)) > 0
    ]
    bad.sort(key=lambda one: (-round(one.badness, 3), -_depth(one.case)))
    turns: defaultdict[tuple[float, str], int] = defaultdict(int)
    placed: list[tuple[float, int, int, Bad]] = []
    for at, one in enumerate(bad):
        key = (round(one.badness, 3), one.suite)
        placed.append((-key[0], turns[key], at, one))
        turns[key] += 1
    placed.sort(key=lambda place: place[:3])
    return [one for *_, one in placed[:MOST]]


def _badness(case: CaseResult, measure: str | None) -> float:
    """How far the case is from what it should be."""
    if measure is not None and measure in case.values:
        value = case.values[measure]
        return value if measure in LOWER_IS_BETTER else 1.0 - value
    if case.judgement is not None:
        return abs(case.judgement.confidence - case.judgement.right)
    return 1.0 - min(case.values.values()) if case.values else 0.0


def _depth(case: CaseResult) -> float:
    """Among equally bad cases, those whose wanted entry wasn't found at all come first."""
    if not _retrieved(case.details):
        return 0.0
    ranks = [entry["rank"] for entry in case.details["wanted"] if isinstance(entry.get("rank"), int)]
    return float(min(ranks)) if ranks else inf


def _case(bad: Bad, *, texts: bool) -> Markup:
    case = bad.case
    figures = [f"{name} {value:.3g}" for name, value in case.values.items()]
    if case.judgement is not None:
        figures.append(f"把握 confidence {case.judgement.confidence:.2f}")
        figures.append("可回答 answerable" if case.judgement.answerable else "不可回答 unanswerable")
        figures.append("会答对 right" if case.judgement.right else "会答错 wrong")
    return element(
        "li",
        element("h4", case.text if texts and case.text else case.case_id),
        element("p", " · ".join([bad.suite, case.case_id, *figures]), class_="meta"),
        element("dl", _details(case.details, texts=texts)) if case.details else None,
    )


def _details(details: Mapping[str, Any], *, texts: bool) -> list[Markup]:
    rows: list[Markup] = []
    if _retrieved(details):
        depth = details.get("depth")
        entries = [_entry(entry, depth, texts=texts) for entry in details["wanted"]]
        rows += _row("应找到 wanted", entries)
        entries = [_entry(entry, depth, texts=texts) for entry in details["found"]]
        rows += _row("排在前面 found", entries or ["没有结果 nothing"])
        details = {name: value for name, value in details.items() if name not in RETRIEVED}
    for name, value in details.items():
        if value not in (None, "", []) and (texts or isinstance(value, bool | int | float)):
            rows += _row(name, [_plain(value)])
    return rows


def _retrieved(details: Mapping[str, Any]) -> bool:
    """Whether these are the entries of a retrieval run."""
    lists = [details.get("wanted"), details.get("found")]
    return all(isinstance(each, list) and all(isinstance(entry, dict) for entry in each) for each in lists)


def _row(name: str, values: Sequence[Child]) -> list[Markup]:
    return [element("dt", name), element("dd", values)]


def _entry(entry: Mapping[str, Any], depth: object, *, texts: bool) -> Markup:
    """An entry with its place, and why it is there."""
    rank = entry.get("rank")
    place = f"第 {rank} 名" if rank is not None else f"不在前 {depth} 名 not in the first {depth}"
    title, text = str(entry.get("title") or ""), str(entry.get("text") or "")
    grade = entry.get("grade")
    well = isinstance(grade, int) and grade > 0 and rank is not None
    return element(
        "div",
        element("b", place, class_="good" if well else "bad"),
        " ",
        (f"《{title}》" if title else "") + text if texts else str(entry.get("id", "")),
        element("span", why_words(entry["why"], texts=texts), class_="why") if entry.get("why") else None,
        class_="entry",
    )


def why_words(why: Mapping[str, Any], *, texts: bool = True) -> str:
    """Why an entry was found, in words: both ranks with their scores, and the words that match."""
    parts = []
    for zh, en, rank, score in (
        ("语义", "meaning", why.get("dense_rank"), why.get("dense_score")),
        ("字词", "words", why.get("lexical_rank"), why.get("lexical_score")),
    ):
        found = f"第 {rank} 名 #{rank} ({score:.3g})" if rank is not None and score is not None else "未找到 not found"
        parts.append(f"{zh} {en}: {found}")
    matched = why.get("matched")
    pushed = [f"{part['part']} {part['points']:+.2f}" for part in why.get("contributions") or ()]
    if pushed:
        parts.append(f"得分 score: {', '.join(pushed)}")
    if texts and isinstance(matched, list | tuple):
        parts.append(f"匹配 matched: {'、'.join(map(str, matched)) or '—'}")
    return " · ".join(parts)


def _plain(value: object) -> Markup:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = "、".join(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return joined(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")

"""The JSON form of gaps, candidates and figures, one for the HTTP API and the command line."""

from __future__ import annotations

from collections.abc import Sequence

from api.wire import Json, plain
from core.figures import FiguresReport
from core.learning import Candidate, Gap, GapCost, GapQuestion


def gap_json(gap: Gap, cost: GapCost, asked: Sequence[GapQuestion] | None = None) -> Json:
    """A gap with its cost, and with `asked` what customers wrote. Who they are isn't told."""
    told: Json = {**plain(gap), **plain(cost), "agent_minutes": round(cost.agent_minutes, 1)}
    del told["episodes"]
    if asked is not None:
        told["asked"] = [_without(plain(each), "customer", "episode_id") for each in asked]
    return told


def candidate_json(candidate: Candidate) -> Json:
    """A candidate with what it was learnt from. Who asked isn't told."""
    findings = [_without(plain(each), "customer", "audience") for each in candidate.findings]
    return {**plain(candidate), "findings": findings}


def report_json(report: FiguresReport) -> Json:
    """All figures of a period."""
    told: Json = plain(report)
    return told


def _without(values: Json, *names: str) -> Json:
    return {name: value for name, value in values.items() if name not in names}

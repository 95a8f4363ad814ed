"""`zhida check` and `zhida reindex`: do SQL and the derived indexes agree, and what mends it."""

from __future__ import annotations

import time
from dataclasses import replace

import typer

from api.commands.session import AsJson, Home, Session, begin, progress_bar, storage
from api.composition import ensure_vectors, open_indexes
from core.types import CheckReport


def check(context: typer.Context, home: Home = None, as_json: AsJson = False) -> None:
    """Prove that the database agrees with the indexes and with the files of messages; exits with 1 if it doesn't."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        saved = services.indexes.check_saved()  # before `open`, which mends what it can
        open_indexes(services)
        report = services.indexes.check()
        files = services.attachments.check()
    report = replace(report, findings=tuple(dict.fromkeys([*saved, *report.findings, *files])))
    session.show(report_json(report), lambda: describe(session, report))
    if not report.clean:
        raise typer.Exit(1)


def reindex(context: typer.Context, home: Home = None, as_json: AsJson = False) -> None:
    """Build the indexes anew from the database. Nothing is embedded again."""
    session = begin(context, home, as_json)
    began = time.monotonic()
    with storage(session) as services, progress_bar(session.words("计算向量", "Computing vectors")) as advance:
        ensure_vectors(services, progress=advance)
        services.indexes.open()
        services.indexes.rebuild()
        report = services.indexes.check()
    ms = round((time.monotonic() - began) * 1000, 1)
    session.show({**report_json(report), "ms": ms}, lambda: describe(session, report))
    if not report.clean:
        raise typer.Exit(1)


def report_json(report: CheckReport) -> dict[str, object]:
    """A report with its verdict."""
    return {
        "clean": report.clean,
        "sequence": report.sequence,
        "documents": report.documents,
        "passages": report.passages,
        "questions": report.questions,
        "indexes": report.indexes,
        "findings": report.findings,
    }


def describe(session: Session, report: CheckReport) -> str:
    """A report for a person."""
    counted = session.words(
        f"{report.documents} 个文档，{report.passages} 段，{report.questions} 个问法",
        f"{report.documents} documents, {report.passages} passages, {report.questions} wordings of questions",
    )
    if report.clean:
        return f"{counted}. {session.words('数据库与索引一致。', 'Database and indexes agree.')}"
    return "\n".join([counted, *(f"✗ {finding.what}\n  → {finding.remedy}" for finding in report.findings)])

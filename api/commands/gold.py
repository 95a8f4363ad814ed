"""`zhida gold …`: questions whose right answer is known, and the runs over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.session import (
    AsJson,
    ForAudience,
    Home,
    Session,
    begin,
    harmless,
    opened,
    progress_bar,
    storage,
    table,
)
from api.wire_gold import comparison_json, item_json
from core.errors import InvalidInput
from core.gold import GoldChange, GoldEntry, GoldId, GoldQuestion, GoldResult, GoldRun, GoldSource, RunCause
from core.types import Audience, Language

if TYPE_CHECKING:
    from api.composition import Services

app = typer.Typer(no_args_is_help=True, help="The gold set: questions whose right answer is known.")

STDOUT = Path("-")

LONGEST_ANSWER = 120
"""Characters of an answer in a table."""

Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="Number of the question.", show_default=False)]


@app.command("list")
def list_questions(
    context: typer.Context,
    offset: Annotated[int, typer.Option(min=0)] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the gold questions, the last added first, each with what the last run made of it."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        found = services.gold.questions(offset=offset, limit=limit)
        last = services.gold.last()
        results = {each.gold_id: each for each in services.gold.results(last.run_id)} if last else {}
    session.show(
        [item_json(question, results.get(question.gold_id)) for question in found],
        lambda: _questions(session, found, results),
    )


@app.command()
def add(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="The question, as a customer writes it.", show_default=False)],
    fact: Annotated[
        list[str] | None,
        typer.Option(
            help="What a right answer contains; other wordings after «|». May be repeated.", show_default=False
        ),
    ] = None,
    document: Annotated[
        list[str] | None, typer.Option(help="Document that a right answer cites. May be repeated.", show_default=False)
    ] = None,
    quote: Annotated[
        list[str] | None,
        typer.Option(help="Words of the passage; the first belong to the first document.", show_default=False),
    ] = None,
    unanswerable: Annotated[bool, typer.Option("--unanswerable", help="It must be handed over.")] = False,
    audience: ForAudience = Audience.PUBLIC,
    language: Annotated[
        Language | None, typer.Option(help="Of the reply; else that of the question.", show_default=False)
    ] = None,
    note: Annotated[str, typer.Option(help="For colleagues.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Add a question. One that can be answered needs a fact, a document or a quote."""
    session = begin(context, home, as_json)
    documents, quotes = document or [], quote or []
    count = max(len(documents), len(quotes))
    sources = zip(documents + [""] * (count - len(documents)), quotes + [""] * (count - len(quotes)), strict=True)
    entry = GoldEntry(
        text=question,
        language=language,
        audience=audience,
        answerable=not unanswerable,
        sources=tuple(GoldSource(*source) for source in sources),
        facts=tuple(fact or ()),
        note=note,
    )
    with storage(session) as services:
        added = services.gold.add(entry)
    session.show(added, lambda: session.words(f"已添加，编号 {added.gold_id}。", f"Added as number {added.gold_id}."))


@app.command()
def delete(context: typer.Context, number: Number, home: Home = None, as_json: AsJson = False) -> None:
    """Delete a question. What runs found about it stays in their history."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        services.gold.delete(GoldId(number))
    deleted = {"gold_id": number, "deleted": True}
    session.show(deleted, lambda: session.words(f"已删除：{number}", f"Deleted: {number}"))


@app.command("import")
def import_questions(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .jsonl or .csv file.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take in a file of questions, all or none. One that is in the set already is replaced."""
    from eval.gold_files import format_of, read_questions

    session = begin(context, home, as_json)
    form = format_of(file.name)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file.name} can't be read ({error.strerror}). Give a file with gold questions.") from None
    with storage(session) as services:
        done = services.gold.take_in(read_questions(content, form))
    session.show(
        done,
        lambda: session.words(
            f"新增 {done.added}，更新 {done.changed}，未变 {done.unchanged}。",
            f"Added {done.added}, changed {done.changed}, unchanged {done.unchanged}.",
        ),
    )


@app.command("export")
def export_questions(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .jsonl or .csv file; «-» writes JSON lines.", allow_dash=True)
    ] = STDOUT,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write all questions into a file that `import` reads."""
    from eval.gold_files import GoldFormat, format_of, write_questions

    session = begin(context, home, as_json)
    form = GoldFormat.JSONL if file == STDOUT else format_of(file.name)
    with storage(session) as services:
        text = write_questions(reversed(services.gold.questions()), form)
    if file == STDOUT:
        typer.echo(text, nl=False)
    else:
        file.write_bytes(text.encode())
        session.show({"file": str(file), "questions": services.gold.count()}, lambda: str(file))


@app.command()
def run(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Option("--run", help="Also write a run file for `zhida eval`.", show_default=False)
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Ask all questions as customers would, record what came of it, and show what changed since the last run."""
    from api.gold_running import run_gold
    from eval.gold import changes, to_run_file
    from eval.runs import write_run

    session = begin(context, home, as_json)
    with opened(session) as services:
        before = services.gold.last()
        with asking(session, services) as heard:
            done, results = run_gold(services, RunCause.REQUESTED, heard=heard)
        changed = changes(services.gold.results(before.run_id), results) if before else []
        value = comparison_json(done, before, changed, quotes=services.kb if session.as_json else None)
    if file is not None:
        write_run(file, to_run_file(results, done.settings, now=done.ended_at))
    session.show(value, lambda: _run(session, done, before, changed))


@app.command()
def runs(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the runs, the newest first."""
    from api.wire_gold import run_json

    session = begin(context, home, as_json)
    with storage(session) as services:
        found = services.gold.runs(limit=limit)
    session.show([run_json(each) for each in found], lambda: _runs(session, found))


@contextmanager
def asking(session: Session, services: Services) -> Iterator[Callable[[int], None]]:
    """A progress bar over the gold questions; gives the function to call with how many were asked."""
    total = services.gold.count(enabled=True)
    with progress_bar(session.words("运行金标问题", "Asking")) as advance:
        yield lambda asked: advance(asked, total)


def _questions(session: Session, questions: list[GoldQuestion], results: dict[GoldId, GoldResult]) -> str:
    if not questions:
        return session.words(
            "还没有金标问题。用 zhida gold add 或 zhida gold import 添加。",
            "No gold questions yet. Add some with: zhida gold add, or zhida gold import FILE",
        )
    headings = session.words("编号,结果,问题,应答,要点,出处", "No.,Last run,Question,Answerable,Facts,Sources")
    rows = []
    for each in questions:
        last = results.get(each.gold_id)
        verdict = "off" if not each.enabled else last.verdict.value if last else "-"
        sources = "; ".join(source.document or source.quote for source in each.sources)
        rows.append((each.gold_id, verdict, each.text, "✓" if each.answerable else "✗", "; ".join(each.facts), sources))
    return table(headings.split(","), rows)


def _runs(session: Session, found: list[GoldRun]) -> str:
    if not found:
        return session.words("还没有运行过。", "No runs yet.")
    headings = session.words(
        "运行,时间,缘由,状态,合格,正确,错误,漏答,正确拒答",
        "Run,When,Cause,Status,As expected,Right,Wrong,Missed,Refused",
    )
    rows = [
        (
            each.run_id,
            f"{each.requested_at.astimezone():%Y-%m-%d %H:%M}",
            each.cause,
            each.status,
            f"{each.share:.1%}",
            each.right,
            each.wrong,
            each.missed,
            each.refused,
        )
        for each in found
    ]
    return table(headings.split(","), rows)


def _run(session: Session, done: GoldRun, before: GoldRun | None, changed: list[GoldChange]) -> str:
    lines = [_runs(session, [done] if before is None else [done, before])]
    for change in changed:
        lines += ["", f"{change.kind}: {harmless(change.after.text)}"]
        lines += [f"  {mark} {said(side)}" for mark, side in (("-", change.before), ("+", change.after))]
    return "\n".join(lines)


def said(result: GoldResult) -> str:
    """A result in one line: verdict, answer, sources."""
    answer = " ".join(harmless(result.answer).split())
    short = answer if len(answer) <= LONGEST_ANSWER else answer[:LONGEST_ANSWER] + "…"
    cited = ", ".join(f"{harmless(place.document)} ({place.version})" for place in result.citations)
    return f"[{result.verdict}] {short}{f' ← {cited}' if cited else ''}"

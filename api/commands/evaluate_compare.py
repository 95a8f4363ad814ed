"""`zhida eval compare`: which differences between two runs are real."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.session import AsJson, Home, Session, begin, table
from core.errors import InvalidInput

if TYPE_CHECKING:
    from eval.comparison import Comparison, Difference

app = typer.Typer()

Measures = Annotated[
    list[str] | None, typer.Option("--measure", help="Only this measure; several are allowed.", show_default=False)
]


@app.command()
def compare(
    context: typer.Context,
    a: Annotated[Path, typer.Argument(metavar="A.json", help="Run file before.")],
    b: Annotated[
        Path | None, typer.Argument(metavar="[B.json]", help="Run file after; else A, for two of its systems.")
    ] = None,
    system: Annotated[str | None, typer.Option("--system", help="Only this system.", show_default=False)] = None,
    against: Annotated[
        str | None, typer.Option("--against", help="Compare --system of A with this system of B.", show_default=False)
    ] = None,
    measure: Measures = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the resamples.")] = 0,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Paired bootstrap over the cases: what is better, what is worse, and what the cases don't tell."""
    from eval.comparison import compare as compare_runs
    from eval.runs import read_runs

    session = begin(context, home, as_json)
    if against is not None and system is None:
        raise InvalidInput("--against needs --system: the system of A that is compared with it.")
    if b is None and against is None:
        raise InvalidInput("Give two run files, or one with --system and --against to compare two of its systems.")
    before = read_runs(a)
    after = before if b is None else read_runs(b)
    result = compare_runs(before, after, system=system, against=against, measures=measure or (), seed=seed)
    session.show(result, lambda: told(session, result))


def told(session: Session, result: Comparison) -> str:
    """The comparison for a person: a table, and in words what it says."""
    parts = [
        table(
            ("suite", "measure", "A", "B", "B - A", "95 %", "p", session.words("结论", "verdict")),
            [_row(session, each) for each in result.differences],
        ),
        *_summary(session, result),
    ]
    if result.changed:
        parts.append(session.words("两次运行的其他不同：", "What else differs between the runs:"))
        parts += [f"  {line}" for line in result.changed]
    if result.left_out:
        parts.append(session.words("没有比较：", "Not compared:"))
        parts += [f"  {line}" for line in result.left_out]
    return "\n".join(parts)


def _row(session: Session, each: Difference) -> tuple[str, ...]:
    name = each.system_a if each.system_a == each.system_b else f"{each.system_a} → {each.system_b}"
    interval = "" if each.low is None or each.high is None else f"{each.low:+.3f} … {each.high:+.3f}"
    return (
        f"{each.suite} · {name}",
        each.measure,
        f"{each.a:.3f}",
        f"{each.b:.3f}",
        f"{each.difference:+.3f}",
        interval,
        "" if each.p is None else f"{each.p:.4f}",
        _words(session, each),
    )


def _words(session: Session, each: Difference) -> str:
    from eval.comparison import Verdict

    words = {
        Verdict.BETTER: ("变好", "better"),
        Verdict.WORSE: ("变差", "worse"),
        Verdict.PERHAPS_BETTER: ("可能变好", "perhaps better"),
        Verdict.PERHAPS_WORSE: ("可能变差", "perhaps worse"),
        Verdict.OPEN: ("不能确定", "no difference shown"),
        Verdict.UNKNOWN: ("无法检验", "can't be tested"),
    }
    return session.words(*words[each.verdict])


def _summary(session: Session, result: Comparison) -> list[str]:
    """One sentence for what is real, one for what isn't shown."""
    from eval.comparison import Verdict

    tested = [each for each in result.differences if each.verdict is not Verdict.UNKNOWN]
    real = [each for each in tested if each.verdict in {Verdict.BETTER, Verdict.WORSE}]
    perhaps = [each for each in tested if each.verdict in {Verdict.PERHAPS_BETTER, Verdict.PERHAPS_WORSE}]
    lines = [
        session.words(
            f"{len(tested)} 个差异中 {len(real)} 个是真实的（{result.resamples} 次配对自助重采样，Holm 校正，总体误判率 5%）。",
            f"{len(real)} of {len(tested)} differences are real ({result.resamples} paired bootstrap resamples, "
            "Holm's correction, 5 % chance of any false one).",
        )
    ]
    lines += [f"  {_sentence(session, each)}" for each in real]
    if perhaps:
        lines.append(
            session.words(
                f"另有 {len(perhaps)} 个单独看显著，但比较项这么多，可能只是偶然；换一批问题再测。",
                f"{len(perhaps)} more would be real if looked at alone, but among so many they may be chance: "
                "measure on other cases, or look at fewer measures with --measure and --system.",
            )
        )
    return lines


def _sentence(session: Session, each: Difference) -> str:
    share = f"{abs(each.difference):.3f}"
    between = "" if each.low is None or each.high is None else f" [{each.low:+.3f}, {each.high:+.3f}]"
    name = each.system_b if each.system_a == each.system_b else f"{each.system_b} / {each.system_a}"
    return f"{each.suite} · {name} · {each.measure}: {_words(session, each)} {share}{between}, {each.cases} cases"

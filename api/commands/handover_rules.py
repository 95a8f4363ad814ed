"""`zhida handover-rules …`: when a person is needed, as a table that the service manager edits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.commands.session import AsJson, Home, Session, begin, harmless, storage, table
from core.errors import InvalidInput, NotFound
from core.handover_rules import LIMITS, HandoverRuleVersion
from core.types import HandoverCode

if TYPE_CHECKING:
    from desk.handover.store import HandoverRuleStore

app = typer.Typer(no_args_is_help=True, help="When a person takes over: words, limits, texts. Effective at once.")

Number = Annotated[
    int | None,
    typer.Option("--version", help="That version, instead of the one that holds; 0 is the shipped one.", min=0),
]
Note = Annotated[str, typer.Option("--note", help="Why it is changed, for the history.")]
Code = Annotated[HandoverCode, typer.Argument(help="The rule.", show_default=False)]

AUTHOR: Final = "command line"

WORDINGS: Final = tuple(f"{name}.{language}" for name in ("text", "offer", "again") for language in ("zh", "en"))
"""Texts for customers."""


@app.command()
def show(
    context: typer.Context,
    code: Annotated[HandoverCode | None, typer.Argument(help="One rule in full.", show_default=False)] = None,
    version: Number = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show the table, or one rule of it with all its words."""
    from desk.handover.form import to_json

    session = begin(context, home, as_json)
    with storage(session) as services:
        found = _version(services.handover_rules, version)
    rows = json.loads(to_json(found.rules))
    if code is None:
        session.show({"version": found.number, "table": rows}, lambda: _table(session, found))
        return
    row = next(row for row in rows["rules"] if row["code"] == code)
    topics = [topic for topic in rows["topics"] if topic["code"] == code]
    session.show(
        {"version": found.number, "rule": row, "topics": topics},
        lambda: harmless(json.dumps([row, *topics], ensure_ascii=False, indent=2)),
    )


@app.command("set")
def set_field(
    context: typer.Context,
    code: Code,
    field: Annotated[
        str, typer.Argument(help="A limit's name, `enabled`, `priority`, `team`, `text.zh`, `offer.en`, `words`…")
    ],
    value: Annotated[str, typer.Argument(help="The new value; of a list, its items with commas between them.")],
    note: Note = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Change one field of one rule: `zhida handover-rules set loop immediate_at 2`.

    `words+` and `words-` add to a list and take from it: `zhida handover-rules set safety_legal words+ 中毒,触电`.
    """
    from desk.handover.form import from_rows, to_json

    session = begin(context, home, as_json)
    with storage(session) as services:
        store = services.handover_rules
        held = store.current()
        rows = json.loads(to_json(held.rules))
        row = next(row for row in rows["rules"] if row["code"] == code)
        _change(row, code, field, value)
        saved = store.save(from_rows(rows), note=note or f"{code} {field}"[:200], author=AUTHOR, instead_of=held.number)
    _saved(session, saved)


@app.command("import")
def import_table(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="JSON, as `export` writes it.", exists=True)],
    note: Note = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Replace the whole table. It is checked first; what can't be used is named, and nothing is changed then."""
    from desk.handover.form import from_json

    session = begin(context, home, as_json)
    rules = from_json(path.read_bytes().decode("utf-8-sig", errors="replace"))
    with storage(session) as services:
        saved = services.handover_rules.save(rules, note=note or f"import of {path.name}"[:200], author=AUTHOR)
    _saved(session, saved)


@app.command()
def export(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the JSON; `-` is standard output.")],
    version: Number = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write the table as JSON, in the form that the import takes."""
    from desk.handover.form import to_json

    session = begin(context, home, as_json)
    with storage(session) as services:
        text = to_json(_version(services.handover_rules, version).rules)
    if str(path) == "-":
        typer.echo(text, nl=False)
        return
    path.write_text(text, encoding="utf-8", newline="")
    session.show({"file": str(path)}, lambda: str(path))


@app.command()
def history(context: typer.Context, home: Home = None, as_json: AsJson = False) -> None:
    """Who changed the table when, newest first."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        found = services.handover_rules.history()
    rows = [
        {"version": each.number, "created_at": each.created_at, "author": each.author, "note": each.note}
        for each in found
    ]
    headings = session.words("版本,时间,谁,说明", "Version,Changed,By,Note").split(",")
    session.show(
        rows,
        lambda: (
            table(headings, (_line(each) for each in found))
            if rows
            else session.words("还是出厂的规则表。", "The table is the shipped one.")
        ),
    )


def _line(version: HandoverRuleVersion) -> tuple[object, ...]:
    changed = "" if version.created_at is None else version.created_at.isoformat(" ", "minutes")
    return version.number, changed, harmless(version.author), harmless(version.note)


def _version(store: HandoverRuleStore, number: int | None) -> HandoverRuleVersion:
    return store.current() if number is None else store.version(number)


def _change(row: dict[str, object], code: HandoverCode, field: str, value: str) -> None:
    """Put a value into a row; the check of the whole table follows."""
    limits, lists = LIMITS.get(code, {}), ("words", "strong_words", "exceptions", "intents", "tags")
    name = field.removesuffix("+").removesuffix("-")
    items = [item.strip() for item in value.replace("，", ",").split(",") if item.strip()]
    if field in limits:
        row["limits"] = {**_mapping(row["limits"]), field: _number(field, value)}
    elif name in lists:
        held = list(_texts(row[name]))
        if field.endswith("+"):
            row[name] = [*held, *items]
        elif field.endswith("-"):
            missing = [item for item in items if item not in held]
            if missing:
                raise NotFound(f"word in {code} {name}", missing[0])
            row[name] = [item for item in held if item not in items]
        else:
            row[name] = items
    elif field == "enabled":
        row[field] = {"true": True, "false": False}.get(value.lower(), value)
    elif field in {"priority", "team"}:
        row[field] = value
    elif field in WORDINGS:
        wording, language = field.split(".")
        row[wording] = {**_mapping(row[wording]), language: value}
    else:
        known = [*limits, "enabled", "priority", "team", *WORDINGS, *lists]
        raise InvalidInput(f"The rule {code} has no field {field!r}. It has: {', '.join(known)}.")


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    return value if isinstance(value, list) else []


def _number(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InvalidInput(f"`{name}` is a number, not {value!r}.") from None


def _saved(session: Session, saved: HandoverRuleVersion) -> None:
    session.show(
        {"version": saved.number},
        lambda: session.words(
            f"已保存为第 {saved.number} 版，立即生效。", f"Saved as version {saved.number}; it holds now."
        ),
    )


def _table(session: Session, found: HandoverRuleVersion) -> str:
    headings = session.words(
        "规则,启用,优先级,团队,阈值,词语,例外,话题", "Rule,On,Priority,Team,Limits,Words,Exceptions,Topics"
    ).split(",")
    rows = (
        (
            rule.code,
            session.words("是", "yes") if rule.enabled else session.words("否", "no"),
            rule.priority,
            harmless(rule.team),
            " ".join(f"{name}={rule.limit(name):g}" for name in LIMITS.get(rule.code, {})),
            len(rule.words) + len(rule.strong_words),
            len(rule.exceptions),
            len(found.rules.topics_of(rule.code)),
        )
        for rule in found.rules.rules
    )
    title = session.words(f"第 {found.number} 版", f"Version {found.number}")
    return f"{title}\n{table(headings, rows)}"

"""`zhida copy-to`: the whole database into another, for the way past one machine and back."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.session import AsJson, Home, begin, progress_bar, storage
from core.errors import Conflict


def copy_to(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="SQLAlchemy URL of an empty database: postgresql+psycopg://…")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Copy everything in the database into another one: all rows or none. Stop the servers first."""
    import analytics.learning.tables  # noqa: F401  # the tables of all these modules are copied
    import api.accounts.tables
    import api.forgetting.tables  # noqa: F401
    import desk.handover.tables  # noqa: F401
    import kb.calibration_tables
    import kb.gold_tables
    import kb.tables
    import kb.vocabulary_tables  # noqa: F401
    from core.copying import copy_database
    from core.database import metadata, open_engine
    from core.migrations import migrate

    session = begin(context, home, as_json)
    with storage(session) as services:
        if url == services.settings.database_url:
            raise Conflict("That is the database which is to be copied. Name another one.")
        counts = services.kb.counts()
        of = max(1, counts.passages + counts.vectors)
        target = open_engine(url)
        try:
            migrate(target)
            with progress_bar(session.words("复制", "Copying")) as advance:
                done: dict[str, int] = {}

                def report(table: str, rows: int) -> None:
                    done[table] = rows
                    advance(min(of, done.get("passages", 0) + done.get("vectors", 0)), of)

                copied = copy_database(
                    services.engine, target, tables=metadata, mine=frozenset({"counters"}), progress=report
                )
        finally:
            target.dispose()
    rows = sum(copied.values())
    session.show(
        {"rows": rows, "tables": dict(copied)},
        lambda: session.words(
            f"已复制 {rows} 行。把 ZHIDA_DATABASE_URL 设为新地址，再运行 zhida check。",
            f"{rows} rows copied. Set ZHIDA_DATABASE_URL to the new address, then run zhida check.",
        ),
    )

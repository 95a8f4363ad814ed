"""`zhida stale-answers`: past answers that a change of the knowledge makes wrong."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.session import AsJson, Home, begin, harmless, storage, table
from api.wire import plain


def stale_answers(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also those that somebody has seen to.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List past answers that a changed or deleted document makes wrong, with the conversations and tickets concerned."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        services.stale_finder.look()
        found = services.answer_reviews.stale(open_only=not everything, limit=limit)
    headings = session.words(
        "消息 对话 工单 文档 原因 当时说 现在说", "message conversation tickets document reason said now"
    )
    rows = [
        [
            each.message_id[:8],
            each.conversation_id[:8],
            ", ".join(f"#{ticket}" for ticket in each.tickets),
            change.document,
            change.reason.value,
            change.said,
            change.now,
        ]
        for each in found
        for change in each.changes
    ]
    session.show(
        [plain(each) for each in found],
        lambda: table(headings.split(), [[harmless(cell) for cell in row] for row in rows]),
    )

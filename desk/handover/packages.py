"""Packages of hand-overs in SQL: written with the reply, read by the person who takes over."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, Row, insert, select

from core.database import reading
from core.handover import HandoverPackage
from core.types import MessageId, TicketId
from desk.handover.tables import handover_packages

MOST: Final = 20
"""Packages of one ticket that are read, the newest ones."""


@cache
def _adapter() -> TypeAdapter[HandoverPackage]:
    return TypeAdapter(HandoverPackage)


def add_package(
    connection: Connection, message_id: MessageId, ticket_id: TicketId, package: HandoverPackage, now: datetime
) -> None:
    """Keep what a person is given, in the transaction that writes the reply `message_id`."""
    written = json.dumps(_adapter().dump_python(package, mode="json"), ensure_ascii=False)
    connection.execute(
        insert(handover_packages).values(
            message_id=message_id, ticket_id=ticket_id, code=package.code, package=written, created_at=now
        )
    )


class HandoverPackages:
    """Reads the packages of tickets."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_ticket(self, ticket_id: TicketId) -> list[HandoverPackage]:
        """The packages of a ticket, the newest first; none for a ticket that no assistant opened."""
        query = select(handover_packages).where(handover_packages.c.ticket_id == ticket_id)
        query = query.order_by(handover_packages.c.created_at.desc(), handover_packages.c.message_id).limit(MOST)
        with reading(self._engine) as connection:
            return [_to_package(row) for row in connection.execute(query)]


def _to_package(row: Row[Any]) -> HandoverPackage:
    return _adapter().validate_json(row.package)

"""What the HTTP API takes and gives when a person is exported or erased."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints

from api.schemas.common import example

Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
"""`email:anna@example.org` (a channel and its key), `customer:12` or `conversation:6f1c…`."""


class PersonKey(BaseModel):
    """Who is meant. In the body and not in the address, as addresses end up in logs."""

    model_config = example(key="email:anna@example.org")

    key: Key


class PersonErasure(PersonKey):
    """Who is erased, or only counted."""

    model_config = example(key="email:anna@example.org", dry_run=True)

    dry_run: bool = False
    """Only say what would be erased."""


class PersonExport(BaseModel):
    """Everything about a person: rows by table."""

    model_config = example(
        key="email:anna@example.org",
        exported_at="2026-03-01T10:00:00Z",
        tables={"messages": [{"id": "5d2a…", "role": "customer", "text": "几天发货？"}]},
    )

    key: str
    exported_at: datetime
    tables: dict[str, list[dict[str, Any]]]


class Erasure(BaseModel):
    """What was erased, or would be: rows by table."""

    model_config = example(
        key_hash="9f86…", erased={"messages": 12, "tickets": 1}, at="2026-03-01T10:00:00Z", dry_run=False
    )

    key_hash: str
    erased: dict[str, int]
    at: datetime
    dry_run: bool


class Tombstones(BaseModel):
    """Who was erased when, the newest first."""

    model_config = example(
        items=[{"key_hash": "9f86…", "erased": {"messages": 12}, "at": "2026-03-01T10:00:00Z", "dry_run": False}]
    )

    items: list[Erasure]

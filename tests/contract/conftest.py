"""A migrated, empty database of each kind: SQLite always, the servers where they can be reached."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, delete, exists, literal, make_url, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import DDL

import analytics.learning.tables
import api.accounts.tables
import api.forgetting.tables
import desk.handover.tables
import desk.tables
import kb.calibration_tables
import kb.gold_tables
import kb.tables
import kb.vocabulary_tables
from core.database import metadata, open_engine, writing
from core.migrations import migrate

TABLES = (
    analytics.learning.tables.gaps,
    api.accounts.tables.accounts,
    api.forgetting.tables.tombstones,
    kb.calibration_tables.calibrations,
    kb.gold_tables.gold_questions,
    kb.tables.documents,
    kb.vocabulary_tables.vocabulary,
    desk.handover.tables.handover_rules,
    desk.tables.tickets,
)
"""Importing their modules fills the metadata."""


@dataclass(frozen=True)
class Server:
    """Where a database server listens, and what overrides that."""

    variable: str
    default: str


SERVERS = {
    "postgresql": Server("ZHIDA_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"),
    "mariadb": Server("ZHIDA_TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306/"),
}


@contextmanager
def fresh_url(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a new and empty database, dropped on leaving. Skips when the server can't be reached."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'zhida.db'}"
        return
    server = SERVERS[kind]
    root = make_url(os.environ.get(server.variable) or server.default)
    name = f"zhida_test_{os.getpid()}_{secrets.token_hex(4)}"
    try:
        _command(root, "CREATE DATABASE %(name)s", name)
    except OperationalError:
        pytest.skip(f"{kind} can't be reached at {root.host}:{root.port}; set {server.variable} to another URL")
    try:
        yield root.set(database=name).render_as_string(hide_password=False)
    finally:
        force = " WITH (FORCE)" if kind == "postgresql" else ""
        _command(root, f"DROP DATABASE %(name)s{force}", name)


def _command(root: URL, statement: str, name: str) -> None:
    engine = create_engine(root, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(DDL(statement, context={"name": name}))
    engine.dispose()


@pytest.fixture(scope="session", params=["sqlite", *SERVERS])
def _migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with fresh_url(request.param, tmp_path_factory.mktemp(request.param)) as url:
        engine = open_engine(url)
        migrate(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def database(_migrated: Engine) -> Engine:
    """A database with every table and no row in it. One per kind and session, emptied for each test."""
    tables = list(reversed(metadata.sorted_tables))
    has_rows = select(*(exists(select(literal(1)).select_from(table)) for table in tables))
    with writing(_migrated) as connection:
        for table, used in zip(
            tables, connection.execute(has_rows).one(), strict=True
        ):  # few tables are, in most tests
            if table is kb.tables.counters:
                connection.execute(update(table).values(value=0))
            elif used:
                connection.execute(delete(table))
    return _migrated


@pytest.fixture(params=["sqlite", *SERVERS])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    with fresh_url(request.param, tmp_path) as url:
        yield url

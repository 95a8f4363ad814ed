"""The tables' history. A version of Zhida opens every older database; the way back is a backup."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, func, inspect, select

from core.database import reading, writing
from core.errors import StorageError

HEAD: Final = "0015"
"""The newest revision in `versions/`."""

PATIENCE_S: Final = 120
"""How long a process waits for another one that is migrating."""

_MADE: Final[list[str]] = []
"""Statements that make a new SQLite database, noted when the revisions made the first one in this process. Whoever
measures or tests opens many; the second one takes a tenth of the time."""

_LOCK: Final = 0x7A68_6964_61
"""PostgreSQL's advisory locks have numbers: the word in ASCII."""

_revision: Final = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision. Of several processes one does it, the others wait.

    On SQLite and PostgreSQL it happens in one transaction. MariaDB and MySQL commit each table
    alone, so there a migration that was interrupted goes on where it stopped.

    Raises:
        StorageError: the database can't be used, or a newer version of Zhida has made it.
    """
    if revision(engine) == HEAD or _made_again(engine):
        return
    from alembic import command  # 0.2 s that only a start with work to do has to pay
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with writing(engine) as connection, _alone(connection):
        new = _is_new_sqlite(connection)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StorageError(
                "The database was made by a newer version of Zhida. Start that version, or restore a backup."
            ) from error
        if new:
            dump = connection.connection.driver_connection.iterdump()  # type: ignore[union-attr]  # it is sqlite3's
            _MADE[:] = [statement for statement in dump if statement not in {"BEGIN TRANSACTION;", "COMMIT;"}]


def _is_new_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite" and not inspect(connection).get_table_names()


def _made_again(engine: Engine) -> bool:
    """Make a new SQLite database as the first one of this process was made; `False` where that can't be."""
    if engine.dialect.name != "sqlite" or not _MADE:
        return False
    with writing(engine) as connection:
        if not _is_new_sqlite(connection):
            return False
        for statement in _MADE:
            connection.exec_driver_sql(statement)
    return True


def revision(engine: Engine) -> str | None:
    """The revision that the tables have; `None` for an empty database."""
    with reading(engine) as connection:
        if not inspect(connection).has_table(_revision.name):
            return None
        found: str | None = connection.execute(select(_revision.c.version_num)).scalar_one_or_none()
        return found


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """No other process migrates meanwhile. SQLite needs nothing: the transaction holds its only write lock."""
    backend = connection.dialect.name
    if backend == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    if backend not in {"mysql", "mariadb"}:
        yield
        return
    name = func.concat("zhida.", func.md5(func.database()))  # such locks belong to the server, not to a database
    if connection.execute(select(func.get_lock(name, PATIENCE_S))).scalar_one() != 1:
        raise StorageError("Another process has been migrating the database for too long. Look after it, then retry.")
    try:
        yield
    finally:
        connection.execute(select(func.release_lock(name)))

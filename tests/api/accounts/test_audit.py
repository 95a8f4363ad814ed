"""The log of what was done to accounts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Engine, delete, update

from api.accounts.audit import OPERATOR, Actor
from api.accounts.store import Accounts
from api.accounts.tables import audit_log
from core.accounts import Role
from core.database import open_engine, writing
from core.errors import Unauthorized
from core.migrations import migrate
from core.settings import Secret
from tests.api.people import FAST, PASSWORD


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'zhida.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Accounts:
    return Accounts(engine, passwords=FAST)


@pytest.fixture
def told(store: Accounts) -> Accounts:
    """Six lines."""
    lin = store.add("lin", Role.AGENT, PASSWORD, by=OPERATOR)
    session = store.sign_in("lin", PASSWORD, address="192.0.2.1")
    with pytest.raises(Unauthorized):
        store.sign_in("lin\r\nadmin", Secret("wrong"), address="192.0.2.9")
    store.change(lin.account_id, by=Actor("boss"), role=Role.LEAD, disabled=True)
    store.set_password(lin.account_id, Secret("another long sentence"), by=OPERATOR)
    store.sign_out(session.token.reveal(), by=Actor("lin"))  # has ended already
    store.change(lin.account_id, by=OPERATOR, disabled=False)
    return store


def test_tells_everything_that_was_done(told: Accounts) -> None:
    """Who, what, to whom, from where; no password, no token, and nothing for what changed nothing."""
    lines = [
        (line.number, line.actor, line.action, line.target, line.detail, line.address) for line in told.log.entries()
    ]

    assert lines[::-1] == [
        (1, "(command line)", "account.added", "lin", "agent", ""),
        (2, "lin", "session.started", "lin", "", "192.0.2.1"),
        (3, "lin\r\nadmin", "session.refused", "", "", "192.0.2.9"),
        (4, "boss", "account.changed", "lin", "role: lead, disabled: True", ""),
        (5, "(command line)", "account.password_changed", "lin", "", ""),
        (6, "(command line)", "account.changed", "lin", "disabled: False", ""),
    ]
    assert told.log.broken_at() is None


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        (update(audit_log).where(audit_log.c.number == 4).values(detail="role: agent"), 4),
        (update(audit_log).where(audit_log.c.number == 1).values(actor="boss"), 1),
        (delete(audit_log).where(audit_log.c.number == 3), 3),
        (delete(audit_log).where(audit_log.c.number == 6), 6),
        (delete(audit_log), 1),
        (update(audit_log).where(audit_log.c.number == 6).values(number=7), 6),
    ],
    ids=["changed", "changed the first", "removed", "cut off", "emptied", "renumbered"],
)
def test_that_was_tampered_with_says_where(told: Accounts, engine: Engine, statement: object, line: int) -> None:
    """The number of the first line that isn't as it was written."""
    with writing(engine) as connection:
        connection.execute(statement)  # type: ignore[call-overload]

    assert told.log.broken_at() == line


def test_a_failed_change_leaves_no_line(store: Accounts) -> None:
    """Action and line stand or fall together."""
    store.add("lin", Role.AGENT, PASSWORD, by=OPERATOR)
    with pytest.raises(Exception, match="already"):
        store.add("lin", Role.AGENT, PASSWORD, by=OPERATOR)

    assert len(store.log.entries()) == 1


def test_is_one_chain_when_many_write_at_once(store: Accounts) -> None:
    """Numbers without gaps, each digest over the one before."""
    threads = [
        Thread(target=lambda number=number: store.add(f"agent-{number}", Role.AGENT, PASSWORD, by=OPERATOR))  # type: ignore[misc]
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [line.number for line in store.log.entries()] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert store.log.broken_at() is None

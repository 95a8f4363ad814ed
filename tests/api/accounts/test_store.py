"""Accounts, sessions and passwords."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select

from api.accounts.audit import OPERATOR, Actor
from api.accounts.passwords import Passwords
from api.accounts.store import SESSION_PREFIX, Accounts, SessionLife
from api.accounts.tables import accounts as account_rows
from api.accounts.tables import sessions as session_rows
from core.accounts import Role
from core.database import open_engine, reading
from core.errors import Conflict, InvalidInput, NotFound, Unauthorized
from core.migrations import migrate
from core.settings import Secret
from tests.api.people import FAST, PASSWORD

OTHER = Secret("another long sentence")


class Time:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **amount: float) -> None:
        self.now += timedelta(**amount)


class Counting(PasswordHasher):
    """Counts how often a password is compared."""

    compared = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        Counting.compared += 1
        return super().verify(hash, password)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'zhida.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine, time: Time) -> Accounts:
    life = SessionLife(idle=timedelta(hours=1), absolute=timedelta(hours=12))
    return Accounts(engine, passwords=FAST, life=life, clock=time)


class TestAccounts:
    def test_are_found_by_the_name_as_it_is_typed(self, store: Accounts) -> None:
        """Case and width of letters don't matter, nor does space around them."""
        added = store.add("Lin.王", Role.AGENT, PASSWORD, by=OPERATOR, display_name=" 林\n小姐 ")

        assert added.name == "lin.王"
        assert added.display_name == "林 小姐"
        assert store.named(" ＬＩＮ.王") == added
        assert store.accounts() == [added]

    @pytest.mark.parametrize("name", ["", "a", ".a", "a b", "(admin key)", "a\x00b", "a/b", "x" * 65, "<script>"])
    def test_have_a_name_that_fits_in_a_line(self, store: Accounts, name: str) -> None:
        """Above all none that the log uses for somebody else."""
        with pytest.raises(InvalidInput):
            store.add(name, Role.AGENT, PASSWORD, by=OPERATOR)

    def test_share_no_name(self, store: Accounts) -> None:
        """The second one is refused, whatever its case."""
        store.add("lin", Role.AGENT, PASSWORD, by=OPERATOR)

        with pytest.raises(Conflict):
            store.add("LIN", Role.ADMIN, PASSWORD, by=OPERATOR)

    @pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaa", "ababababababab", "my name is lin", "x" * 129])
    def test_have_a_password_that_isn_t_guessed_at_once(self, store: Accounts, password: str) -> None:
        """Too short, too long, few characters, or the name in it."""
        with pytest.raises(InvalidInput):
            store.add("lin", Role.AGENT, Secret(password), by=OPERATOR)

    def test_that_don_t_exist_are_not_found(self, store: Accounts) -> None:
        """By number or name, to read or to change."""
        for call in (
            lambda: store.named("nobody"),
            lambda: store.account(7),  # type: ignore[arg-type]
            lambda: store.change(7, by=OPERATOR, disabled=True),  # type: ignore[arg-type]
            lambda: store.set_password(7, PASSWORD, by=OPERATOR),  # type: ignore[arg-type]
        ):
            with pytest.raises(NotFound):
                call()

    def test_keep_no_password_and_no_token(self, store: Accounts, engine: Engine) -> None:
        """What is stored gives neither back; equal passwords have unequal hashes."""
        for name in ("lin", "wang"):
            store.add(name, Role.AGENT, PASSWORD, by=OPERATOR)
        token = store.sign_in("lin", PASSWORD).token.reveal()

        with reading(engine) as connection:
            hashes = connection.execute(select(account_rows.c.password_hash)).scalars().all()
            stored = connection.execute(select(session_rows.c.token_sha256)).scalar_one()
        assert all(hash.startswith("$argon2id$") for hash in hashes)
        assert len(set(hashes)) == 2
        assert token.startswith(SESSION_PREFIX)
        assert len(token) >= 43
        assert token not in stored


class TestSigningIn:
    def test_begins_a_session_of_the_account(self, store: Accounts, time: Time) -> None:
        """Its token is a new one each time."""
        account = store.add("lin", Role.AGENT, PASSWORD, by=OPERATOR)

        first, second = store.sign_in("Lin", PASSWORD), store.sign_in("lin", PASSWORD)

        assert store.authenticate(first.token.reveal()).account_id == account.account_id
        assert first.token != second.token
        assert first.account.signed_in_at == time.now
        assert first.expires_at == time.now + timedelta(hours=12)

    def test_is_refused_in_one_way(self, store: Accounts) -> None:
        """Unknown, wrong, disabled: the same words, so that nobody learns which names exist."""
        disabled = store.add("gone", Role.AGENT, PASSWORD, by=OPERATOR)
        store.add("lin", Role.AGENT, PASSWORD, by=OPERATOR)
        store.change(disabled.account_id, by=OPERATOR, disabled=True)

        told = set()
        for name, password in (("nobody", PASSWORD), ("lin", OTHER), ("gone", PASSWORD), ("lin", Secret("\ud800\0"))):
            with pytest.raises(Unauthorized) as refusal:
                store.sign_in(name, password)
            told.add(str(refusal.value))

        assert len(told) == 1

    def test_hashes_once_for_every_refusal(self, engine: Engine) -> None:
        """So that an unknown name takes as long as a wrong password; comparing is what takes the time."""
        hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
        store = Accounts(engine, passwords=Passwords(hasher))
        disabled = store.add("gone", Role.AGENT, PASSWORD, by=OPERATOR)
        store.add("lin", Role.AGENT, PASSWORD, by=OPERATOR)
        store.change(disabled.account_id, by=OPERATOR, disabled=True)
        for name in ("nobody", "lin", "gone"):
            with pytest.raises(Unauthorized):
                store.sign_in(name, OTHER)

        assert hasher.compared == 3

    def test_takes_a_password_in_every_way_to_type_it(self, store: Accounts) -> None:
        """Full-width letters and composed accents are the same password."""
        store.add("lin", Role.AGENT, Secret("ｐａｓｓ of café 2026"), by=OPERATOR)

        assert store.sign_in("lin", Secret("pass of cafe\u0301 2026"))


class TestSessions:
    @pytest.fixture
    def token(self, store: Accounts) -> str:
        store.add("lin", Role.AGENT, PASSWORD, by=OPERATOR)
        return store.sign_in("lin", PASSWORD).token.reveal()

    def test_end_when_nothing_is_asked_for_a_while(self, store: Accounts, time: Time, token: str) -> None:
        """An hour of silence ends it; less doesn't."""
        time.passes(minutes=59)
        assert store.authenticate(token)
        time.passes(minutes=59)
        assert store.authenticate(token)

        time.passes(minutes=61)
        with pytest.raises(Unauthorized):
            store.authenticate(token)

    def test_end_in_any_case_after_half_a_day(self, store: Accounts, time: Time, token: str) -> None:
        """However busy."""
        for _ in range(23):
            time.passes(minutes=30)
            assert store.authenticate(token)

        time.passes(minutes=30)
        with pytest.raises(Unauthorized):
            store.authenticate(token)

    def test_end_by_signing_out(self, store: Accounts, token: str) -> None:
        """That one alone."""
        other = store.sign_in("lin", PASSWORD).token.reveal()

        store.sign_out(token, by=Actor("lin"))

        assert store.authenticate(other)
        with pytest.raises(Unauthorized):
            store.authenticate(token)

    @pytest.mark.parametrize("what", ["password", "own password", "disabled", "role"])
    def test_end_at_once_when_the_account_changes(self, store: Accounts, token: str, what: str) -> None:
        """A new password, another role, disabling: the very next request is refused."""
        account_id = store.named("lin").account_id
        match what:
            case "password":
                store.set_password(account_id, OTHER, by=OPERATOR)
            case "own password":
                store.change_own_password(account_id, PASSWORD, OTHER, by=Actor("lin"))
            case "disabled":
                store.change(account_id, by=OPERATOR, disabled=True)
            case "role":
                store.change(account_id, by=OPERATOR, role=Role.LEAD)

        with pytest.raises(Unauthorized):
            store.authenticate(token)

    def test_stay_when_only_the_shown_name_changes(self, store: Accounts, token: str) -> None:
        """Nobody's rights depend on it."""
        store.change(store.named("lin").account_id, by=OPERATOR, display_name="林")

        assert store.authenticate(token).display_name == "林"

    def test_that_have_ended_are_cleared_away(self, store: Accounts, time: Time, token: str) -> None:
        """With the next one that begins."""
        time.passes(days=1)
        store.sign_in("lin", PASSWORD)

        assert store.open_sessions(store.named("lin").account_id) == 1

    @pytest.mark.parametrize("token", ["", "zs_", "zs_guess", "zs_" + "\ud800", "x" * 10_000])
    def test_are_not_made_up(self, store: Accounts, token: str) -> None:
        """Garbage is refused, of any length and form."""
        with pytest.raises(Unauthorized):
            store.authenticate(token)

    def test_the_own_password_needs_the_present_one(self, store: Accounts, token: str) -> None:
        """A page left open isn't enough to lock its owner out."""
        with pytest.raises(Unauthorized):
            store.change_own_password(store.named("lin").account_id, OTHER, OTHER, by=Actor("lin"))

        assert store.authenticate(token)

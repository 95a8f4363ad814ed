"""The admin key, and who is let in with it."""

from __future__ import annotations

import stat
from pathlib import Path
from threading import Thread

import pytest
from fastapi import Request

from api.auth import AdminKey, Gate, load_admin_key
from api.limits import Rate, RateLimiter
from core.errors import RateLimited, StorageError, Unauthorized
from core.settings import Secret, Settings, read_settings

KEY = Secret("the-key-of-the-operator-000000000")
PROOF = Secret("known-to-this-process-alone")


def settings(home: Path, **environment: str) -> Settings:
    return read_settings(environment, home=home)


class TestAdminKey:
    def test_is_made_at_the_first_start(self, tmp_path: Path) -> None:
        """Random, told to be new, and in a file that its owner alone can read."""
        key = load_admin_key(settings(tmp_path / "home"))

        file = tmp_path / "home" / "admin.key"
        assert key.created
        assert len(key.secret.reveal()) >= 43
        assert file.read_text().strip() == key.secret.reveal()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_stays_the_same(self, tmp_path: Path) -> None:
        """A restart locks nobody out, and doesn't show the key again."""
        first = load_admin_key(settings(tmp_path))

        again = load_admin_key(settings(tmp_path))

        assert again == AdminKey(first.secret, created=False)

    def test_can_be_set_by_the_environment(self, tmp_path: Path) -> None:
        """Then no file is made."""
        key = load_admin_key(settings(tmp_path, ZHIDA_ADMIN_KEY=KEY.reveal()))

        assert key == AdminKey(KEY)
        assert list(tmp_path.iterdir()) == []

    def test_is_one_key_when_two_processes_start_at_once(self, tmp_path: Path) -> None:
        """One makes it, all read that one."""
        found: list[AdminKey] = []
        threads = [Thread(target=lambda: found.append(load_admin_key(settings(tmp_path)))) for _ in range(8)]

        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len({key.secret for key in found}) == 1
        assert [path.name for path in tmp_path.iterdir()] == ["admin.key"]

    def test_that_was_cut_short_is_refused(self, tmp_path: Path) -> None:
        """An empty file must not become an empty key that anybody knows."""
        (tmp_path / "admin.key").write_text("")

        with pytest.raises(StorageError, match="damaged"):
            load_admin_key(settings(tmp_path))

    def test_is_closed_to_others_again(self, tmp_path: Path) -> None:
        """A copy may have lost its mode; reading the key sets it right."""
        key = load_admin_key(settings(tmp_path))
        (tmp_path / "admin.key").chmod(0o644)

        load_admin_key(settings(tmp_path))

        assert stat.S_IMODE((tmp_path / "admin.key").stat().st_mode) == 0o600
        assert "…" in repr(key)
        assert key.secret.reveal() not in repr(key)


def request(address: str = "192.0.2.1", **headers: str) -> Request:
    raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw, "client": (address, 1)})


@pytest.fixture
def gate() -> Gate:
    return Gate(KEY, visitor_proof=PROOF, wrong_keys=RateLimiter(Rate(3, 60), message="too many wrong keys"))


class TestGate:
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
    def test_opens_with_the_key(self, gate: Gate, scheme: str) -> None:
        """The scheme's case doesn't matter, as HTTP says."""
        gate.admit_admin(request(authorization=f"{scheme} {KEY.reveal()}"))

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"authorization": ""},
            {"authorization": KEY.reveal()},
            {"authorization": "Bearer"},
            {"authorization": "Bearer "},
            {"authorization": "Bearer wrong"},
            {"authorization": f"Basic {KEY.reveal()}"},
            {"authorization": f"Bearer {KEY.reveal()}x"},
            {"authorization": f"Bearer {KEY.reveal()[:-1]}"},
            {"x_api_key": KEY.reveal()},
            {"cookie": f"key={KEY.reveal()}"},
            {"x_forwarded_user": "admin", "x_user": "admin", "sourceid": "admin"},
        ],
        ids=lambda headers: ", ".join(headers) or "nothing",
    )
    def test_opens_in_no_other_way(self, gate: Gate, headers: dict[str, str]) -> None:
        """Nothing, garbage, half a key, another scheme, another header: all the same."""
        with pytest.raises(Unauthorized):
            gate.admit_admin(request(**headers))

    def test_gives_no_answer_to_who_keeps_guessing(self, gate: Gate) -> None:
        """After some wrong keys even the right one is refused from there, so that guessing learns nothing."""
        for guess in range(3):
            with pytest.raises(Unauthorized):
                gate.admit_admin(request(authorization=f"Bearer {guess}"))

        with pytest.raises(RateLimited):
            gate.admit_admin(request(authorization=f"Bearer {KEY.reveal()}"))

    def test_locks_out_nobody_else(self, gate: Gate) -> None:
        """The operator at another address goes in and out meanwhile."""
        for guess in range(5):
            with pytest.raises((Unauthorized, RateLimited)):
                gate.admit_admin(request(authorization=f"Bearer {guess}"))

        gate.admit_admin(request("192.0.2.2", authorization=f"Bearer {KEY.reveal()}"))


class TestCaller:
    def test_is_the_address_that_the_connection_comes_from(self, gate: Gate) -> None:
        """Headers that a caller can write are not believed."""
        forged = request(x_forwarded_for="198.51.100.9", forwarded="for=198.51.100.9", zhida_visitor="198.51.100.9")

        assert gate.caller(forged) == "192.0.2.1"

    def test_is_the_visitor_for_whom_a_page_of_this_server_asks(self, gate: Gate) -> None:
        """All pages ask from this very machine; limits are to count their visitors."""
        asked = request("127.0.0.1", zhida_visitor="198.51.100.9", zhida_visitor_proof=PROOF.reveal())
        forged = request("127.0.0.1", zhida_visitor="198.51.100.9", zhida_visitor_proof="guess")

        assert gate.caller(asked) == "198.51.100.9"
        assert gate.caller(forged) == "127.0.0.1"

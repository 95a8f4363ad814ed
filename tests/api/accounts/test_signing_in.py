"""Signing in and out over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.accounts.audit import OPERATOR
from api.composition import Services
from api.limits import Limits, Rate
from core.accounts import Role
from tests.api.people import PASSWORD, bearer, signed_in


@pytest.fixture(scope="module", autouse=True)
def people(services: Services) -> None:
    services.accounts.add("lin", Role.AGENT, PASSWORD, by=OPERATOR)
    services.accounts.add("boss", Role.ADMIN, PASSWORD, by=OPERATOR)


def sign_in(http: TestClient, name: str = "lin", password: str = PASSWORD.reveal()) -> dict[str, str]:
    session = http.post("/v1/sessions", json={"name": name, "password": password}).json()
    return {"Authorization": f"Bearer {session['token']}"}


class TestASession:
    def test_says_who_one_is_and_what_one_may_do(self, http: TestClient) -> None:
        """So that a page shows only what leads somewhere. The password's hash is in none of it."""
        found = http.get("/v1/me", headers=sign_in(http))

        assert found.json()["account"]["name"] == "lin"
        assert found.json()["role"] == "agent"
        assert found.json()["rights"]["desk.work"] == "own"
        assert "argon2" not in found.text

    def test_ends_with_signing_out(self, http: TestClient) -> None:
        """The token is worth nothing afterwards."""
        headers = sign_in(http)

        assert http.delete("/v1/sessions/current", headers=headers).status_code == 204
        assert http.get("/v1/me", headers=headers).status_code == 401

    def test_comes_in_one_way_only(self, http: TestClient) -> None:
        """Not as a cookie, another header or a part of the address."""
        token = sign_in(http)["Authorization"].removeprefix("Bearer ")

        for request in (
            {"headers": {"X-Session": token}},
            {"headers": {"Cookie": f"session={token}"}},
            {"headers": {"Authorization": f"Basic {token}"}},
            {"headers": {"Authorization": token}},
            {"params": {"token": token, "access_token": token}},
        ):
            assert http.get("/v1/me", **request).status_code == 401  # type: ignore[arg-type]

    def test_of_a_role_without_the_right_is_told_so(self, http: TestClient) -> None:
        """403 names the right and the role: who is asking is known, so nothing is given away."""
        refused = http.delete("/v1/documents/some", headers=sign_in(http))

        assert refused.status_code == 403
        assert refused.json()["code"] == "forbidden"
        assert "knowledge.write" in refused.json()["detail"]

    def test_that_has_ended_doesn_t_lock_its_office_out(
        self, open_app: Callable[[Limits], FastAPI], services: Services, admin: dict[str, str]
    ) -> None:
        """A forgotten page asks again and again; the admin key from the same address still works."""
        ended = signed_in(services.accounts, Role.AGENT, "gone")
        services.accounts.sign_out(ended.token.reveal(), by=OPERATOR)
        with TestClient(open_app(Limits(wrong_keys_per_address=Rate(2, 60)))) as http:
            for _ in range(5):
                assert http.get("/v1/me", headers=bearer(ended)).status_code == 401

            assert http.get("/v1/me", headers=admin).status_code == 200

    def test_outlives_wrong_keys_from_its_address(
        self, open_app: Callable[[Limits], FastAPI], services: Services
    ) -> None:
        """Nor does a colleague who mistypes the admin key lock the others out."""
        session = signed_in(services.accounts, Role.AGENT, "busy")
        with TestClient(open_app(Limits(wrong_keys_per_address=Rate(1, 60)))) as http:
            for _ in range(3):
                http.get("/v1/me", headers={"Authorization": "Bearer wrong"})

            assert http.get("/v1/me", headers={"Authorization": "Bearer wrong"}).status_code == 429
            assert http.get("/v1/me", headers=bearer(session)).status_code == 200


class TestGuessing:
    @pytest.fixture
    def http(self, open_app: Callable[[Limits], FastAPI]) -> Iterator[TestClient]:
        """Three attempts for each person, five from each address."""
        limits = Limits(sign_ins_per_person=Rate(3, 300), sign_ins_per_address=Rate(5, 300))
        with TestClient(open_app(limits)) as client:
            yield client

    def test_is_ended_after_some_attempts(self, http: TestClient) -> None:
        """From then on also the right password is refused, so that going on learns nothing."""
        statuses = [http.post("/v1/sessions", json={"name": "lin", "password": "wrong"}).status_code for _ in range(4)]
        right = http.post("/v1/sessions", json={"name": "lin", "password": PASSWORD.reveal()})

        assert statuses == [401, 401, 401, 429]
        assert right.status_code == 429
        assert int(right.headers["Retry-After"]) > 0

    def test_locks_out_nobody_else(self, http: TestClient) -> None:
        """Another person at the same address signs in as ever."""
        for _ in range(4):
            http.post("/v1/sessions", json={"name": "lin", "password": "wrong"})

        assert http.post("/v1/sessions", json={"name": "boss", "password": PASSWORD.reveal()}).status_code == 201

    def test_of_many_names_is_ended_too(self, http: TestClient) -> None:
        """One password tried on all names."""
        statuses = [
            http.post("/v1/sessions", json={"name": f"name-{number}", "password": "123456"}).status_code
            for number in range(6)
        ]

        assert statuses == [401] * 5 + [429]

    def test_who_gets_it_right_isn_t_counted(self, http: TestClient) -> None:
        """A page that signs in often is no attack."""
        statuses = {
            http.post("/v1/sessions", json={"name": "lin", "password": PASSWORD.reveal()}).status_code for _ in range(8)
        }

        assert statuses == {201}


class TestAccountsOverHttp:
    def test_an_administrator_adds_changes_and_disables(self, http: TestClient) -> None:
        """From a first account to one that is out at once; and the log tells it."""
        admin = sign_in(http, "boss")
        body = {"name": "Mei", "role": "agent", "password": PASSWORD.reveal()}
        mei = http.post("/v1/accounts", json=body, headers=admin).json()
        session = sign_in(http, "mei")
        assert http.get("/v1/me", headers=session).status_code == 200

        changed = http.patch(f"/v1/accounts/{mei['account_id']}", json={"disabled": True}, headers=admin)

        assert changed.json()["disabled"] is True
        assert http.get("/v1/me", headers=session).status_code == 401
        log = http.get("/v1/audit", headers=admin).json()
        assert log["broken_at"] is None
        assert [line["action"] for line in log["entries"][:3]] == [
            "account.changed",
            "session.started",
            "account.added",
        ]
        assert log["entries"][0]["actor"] == "boss"

    def test_the_own_password_is_changed_by_who_knows_it(self, http: TestClient) -> None:
        """And the session ends, here and on every other machine."""
        http.post(
            "/v1/accounts",
            json={"name": "own", "role": "agent", "password": PASSWORD.reveal()},
            headers=sign_in(http, "boss"),
        )
        session = sign_in(http, "own")
        body = {"present": PASSWORD.reveal(), "password": "quite another sentence"}

        assert http.put("/v1/me/password", json={**body, "present": "wrong"}, headers=session).status_code == 401
        assert http.put("/v1/me/password", json=body, headers=session).status_code == 200
        assert http.get("/v1/me", headers=session).status_code == 401
        assert http.get("/v1/me", headers=sign_in(http, "own", "quite another sentence")).status_code == 200

    @pytest.mark.parametrize(
        "body",
        [
            {"name": "x", "role": "agent", "password": PASSWORD.reveal()},
            {"name": "fine", "role": "god", "password": PASSWORD.reveal()},
            {"name": "fine", "role": "agent", "password": "short"},
            {"name": "fine", "role": "agent", "password": PASSWORD.reveal(), "disabled": False},
        ],
        ids=["name", "role", "password", "unknown field"],
    )
    def test_an_unusable_account_is_refused(self, http: TestClient, body: dict[str, str]) -> None:
        """422, with the reason."""
        assert http.post("/v1/accounts", json=body, headers=sign_in(http, "boss")).status_code == 422

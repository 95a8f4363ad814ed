"""What every response has in common, and how the API describes itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.composition import Services
from api.limits import Limits


class TestHeaders:
    @pytest.mark.parametrize("path", ["/v1/health", "/v1/nothing", "/v1/documents", "/elsewhere"])
    def test_protect_the_reader_on_every_response(self, http: TestClient, path: str) -> None:
        """Also on refusals: no remote images, no scripts of others, no framing, no guessing of types."""
        headers = http.get(path).headers

        assert "img-src 'self' data:" in headers["content-security-policy"]
        assert "connect-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"

    def test_keep_customers_words_out_of_caches(self, http: TestClient) -> None:
        """Replies of the API are for this reader now."""
        assert http.get("/v1/health").headers["cache-control"] == "no-store"

    def test_let_no_other_page_in_a_browser_read_the_api(self, http: TestClient) -> None:
        """No cross-origin permission is given."""
        response = http.get("/v1/health", headers={"Origin": "https://evil.example"})

        assert not [name for name in response.headers if name.startswith("access-control")]


class TestProblems:
    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [
            ("GET", "/v1/nothing", 404, "not_found"),
            ("PUT", "/v1/health", 405, "method_not_allowed"),
            ("GET", "/v1/documents", 401, "unauthorized"),
        ],
    )
    def test_have_one_form(self, http: TestClient, method: str, path: str, status: int, code: str) -> None:
        """Whatever finds the fault: the routing, the framework or a route."""
        response = http.request(method, path)

        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["code"] == code
        assert response.json()["status"] == status

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/v1/search", {"text": "a", "k": 0}),
            ("/v1/search", {"text": "a", "k": 101}),
            ("/v1/search", {"text": ""}),
            ("/v1/search", {"text": "\ud800"}),
            ("/v1/qa/99999999999999999999/decision", {"decision": "approve"}),
            ("/v1/search", {"text": "a", "audience": "everybody"}),
            ("/v1/search", {"text": "a", "lc": 1, "type": "constructor"}),
            ("/v1/search", ["a"]),
            ("/v1/search", None),
            ("/v1/ask", {"text": "a", "as_admin": True}),
            ("/v1/qa", {"name": "a", "pairs": []}),
            ("/v1/qa", {"name": "a", "pairs": [{"question": "a"}]}),
            ("/v1/qa/0/decision", {"decision": "approve"}),
            ("/v1/qa/1/decision", {"decision": "publish"}),
            ("/v1/documents/x/rollback", {"version": 0}),
            ("/v1/documents/x/rollback", {"version": 10**20}),
        ],
    )
    def test_name_the_field(self, http: TestClient, admin: dict[str, str], path: str, body: Any) -> None:
        """A request that isn't as described is refused with what is wrong where; unknown fields too."""
        content = json.dumps(body)  # as ASCII, so that half a surrogate pair can be sent as well

        response = http.post(path, content=content, headers={**admin, "Content-Type": "application/json"})

        assert response.status_code == 422
        assert response.json()["code"] == "invalid_input"
        assert response.json()["errors"]

    def test_don_t_repeat_what_was_sent(self, http: TestClient, admin: dict[str, str]) -> None:
        """A refused secret must not end up in a client's log."""
        response = http.post("/v1/search", json={"text": "a", "k": "my-secret"}, headers=admin)

        assert "my-secret" not in response.text

    @pytest.mark.parametrize(
        "headers",
        [{"Content-Type": "text/plain"}, {"Content-Type": "application/json; charset=utf-16"}, {}],
        ids=["text", "odd charset", "none"],
    )
    def test_come_for_a_body_that_isn_t_json(
        self, http: TestClient, admin: dict[str, str], headers: dict[str, str]
    ) -> None:
        """Never a 500."""
        response = http.post("/v1/search", content=b"\xff\xfe{", headers={**admin, **headers})

        assert response.status_code in {400, 422}
        assert response.headers["content-type"] == "application/problem+json"

    def test_come_for_a_body_over_the_limit(self, open_app: Callable[[Limits], FastAPI], admin: dict[str, str]) -> None:
        """Also when it isn't said beforehand how long it is."""
        with TestClient(open_app(Limits(json_bytes=1000))) as client:
            declared = client.post("/v1/search", content=b"x" * 1001, headers=admin)
            streamed = client.post("/v1/search", content=iter([b"x" * 600] * 3), headers=admin)

        assert declared.status_code == streamed.status_code == 413
        assert declared.json()["code"] == streamed.json()["code"] == "too_large"

    def test_tell_nothing_about_an_error_of_ours(self, services: Services, admin: dict[str, str]) -> None:
        """The trace is logged; the caller gets a plain sentence, with the same headers as ever."""

        class Broken:
            def __getattr__(self, name: str) -> Any:
                raise RuntimeError("password=hunter2")

        app = create_app(services)
        app.state.services = Broken()
        with TestClient(app, raise_server_exceptions=False) as client:
            response = client.get("/v1/documents", headers=admin)

        assert response.status_code == 500
        assert response.headers["content-type"] == "application/problem+json"
        assert "hunter2" not in response.text
        assert "content-security-policy" in response.headers


class TestDescription:
    @pytest.fixture
    def described(self, http: TestClient, admin: dict[str, str]) -> dict[str, Any]:
        description: dict[str, Any] = http.get("/openapi.json", headers=admin).json()
        return description

    def test_is_for_the_operator(self, http: TestClient) -> None:
        """Nobody else needs to know what could be called."""
        assert http.get("/openapi.json").status_code == 401
        assert http.get("/docs").status_code == 404
        assert http.get("/redoc").status_code == 404

    def test_has_an_example_of_every_body(self, described: dict[str, Any]) -> None:
        """For each schema that a person reads, one that could have come from a running shop."""
        objects = {name: one for name, one in described["components"]["schemas"].items() if one["type"] == "object"}

        assert [name for name, one in objects.items() if not one.get("examples")] == []

    def test_says_which_key_opens_which_route(self, described: dict[str, Any]) -> None:
        """Every route that isn't open names its key."""
        open_routes = {
            ("post", "/v1/conversations"),
            ("post", "/v1/sessions"),
            ("get", "/v1/health"),
            ("get", "/v1/ready"),
            ("get", "/v1/files/{link}"),  # the link is the key, for some minutes
        }
        unnamed = {
            (method, path)
            for path, methods in described["paths"].items()
            for method, operation in methods.items()
            if not operation.get("security")
        }

        assert unnamed == open_routes
        assert set(described["components"]["securitySchemes"]) == {"adminKey", "conversationToken", "session"}

    def test_examples_are_valid(self) -> None:
        """Each example passes its own schema, so that it can be pasted."""
        from pydantic import BaseModel

        from api import schemas

        models = [one for one in vars(schemas).values() if isinstance(one, type) and issubclass(one, BaseModel)]

        for model in models:
            if model is not BaseModel:
                for example in model.model_json_schema()["examples"]:
                    model.model_validate(example)

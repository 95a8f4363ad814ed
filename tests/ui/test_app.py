"""The pages, mounted beside an API."""

from __future__ import annotations

import ast
import json
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import ui.texts
from ui.app import mount_ui


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = FastAPI()

    @app.get("/v1/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    with TestClient(mount_ui(app, base_url="http://127.0.0.1:9"), follow_redirects=False) as client:
        yield client


def _config(page: str) -> dict[str, Any]:
    match = re.search(r"window\.gradio_config = (\{.*?\});</script>", page, re.DOTALL)
    assert match is not None
    config: dict[str, Any] = json.loads(match.group(1))
    return config


class TestMounted:
    @pytest.mark.parametrize("path", ["/", "/knowledge/"])
    def test_each_page_is_served(self, client: TestClient, path: str) -> None:
        """Under its address, with the security headers."""
        reply = client.get(path)

        assert reply.status_code == 200
        assert "知答 Zhida" in reply.text
        assert "connect-src 'self'" in reply.headers["content-security-policy"]

    def test_the_knowledge_page_is_found_without_its_slash(self, client: TestClient) -> None:
        """`/knowledge` is what people type."""
        reply = client.get("/knowledge")

        assert reply.is_redirect
        assert reply.headers["location"] == "/knowledge/"

    def test_the_routes_of_the_api_go_first(self, client: TestClient) -> None:
        """And an unknown one is not taken for a page."""
        assert client.get("/v1/health").json() == {"status": "ok"}
        assert client.get("/v1/unknown").status_code == 404

    @pytest.mark.parametrize("path", ["/", "/knowledge/"])
    def test_nothing_in_a_page_names_another_host(self, client: TestClient, path: str) -> None:
        """No font, script, picture or beacon from elsewhere is asked for by the page itself."""
        page = client.get(path).text

        assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]+', page) == []
        assert "fonts.googleapis" not in page
        assert _config(page)["analytics_enabled"] is False

    @pytest.mark.parametrize("path", ["/", "/knowledge/"])
    def test_no_event_of_a_page_is_a_public_endpoint(self, client: TestClient, path: str) -> None:
        """The documented API is the only one."""
        visibilities = {each["api_visibility"] for each in _config(client.get(path).text)["dependencies"]}

        assert visibilities == {"private"}

    @pytest.mark.parametrize("prefix", ["", "/knowledge"])
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/gradio_api/upload"),
            ("GET", "/gradio_api/file=/etc/passwd"),
            ("GET", "/gradio_api/file=../../../../etc/passwd"),
            ("GET", "/gradio_api/proxy=http://127.0.0.1:5432/"),
            ("POST", "/gradio_api/run/predict"),
            ("GET", "/config"),
            ("GET", "/gradio_api/info"),
        ],
    )
    def test_files_uploads_and_proxying_are_closed(
        self, client: TestClient, prefix: str, method: str, path: str
    ) -> None:
        """For everybody, on both pages."""
        assert client.request(method, f"{prefix}{path}").status_code == 404

    def test_temporary_files_would_be_private(self, client: TestClient) -> None:
        """Nobody else on the machine can read the folder that Gradio is given."""
        folder = Path(os.environ["GRADIO_TEMP_DIR"])

        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_pages_use_nothing_that_opens_files_or_hosts() -> None:
    """No `gr.load`, no `share`, no allowed paths: found in the source, not hoped for."""
    for path in Path(ui.texts.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                assert not (isinstance(node.func, ast.Attribute) and node.func.attr in {"load_chat", "launch"}), path
                assert ast.unparse(node.func) != "gr.load", path
                for keyword in node.keywords:
                    assert keyword.arg != "share", path
                    assert keyword.arg != "allowed_paths" or ast.unparse(keyword.value) == "[]", path

"""What a stranger may ask of the pages' server."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from ui.gate import CONTENT_SECURITY_POLICY, Gate, allowed

PAGE = (
    '<html><head><meta property="og:title" content="Gradio" />\n<meta\n\tname="twitter:image"\n\tcontent="https://x/y" />'
    '<meta name="viewport" content="width=device-width"></head><body>page</body></html>'
)


async def _anything(request: Request) -> Response:
    return HTMLResponse(PAGE) if request.url.path in {"/", "/inner/"} else JSONResponse({"served": request.url.path})


def _client(path: str = "/") -> TestClient:
    methods = ["GET", "POST", "PUT", "DELETE", "HEAD"]
    everything = Starlette(routes=[Route("/{path:path}", _anything, methods=methods)])
    return TestClient(Starlette(routes=[Mount(path, Gate(everything, head="<link rel=icon>"))]))


class TestRefuses:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/gradio_api/file=/etc/passwd"),
            ("GET", "/gradio_api/file=https://evil.example/x"),
            ("GET", "/gradio_api/file/etc/passwd"),
            ("GET", "/file=/etc/passwd"),
            ("GET", "/gradio_api/proxy=http://169.254.169.254/latest"),
            ("POST", "/gradio_api/upload"),
            ("POST", "/upload"),
            ("GET", "/gradio_api/upload_progress"),
            ("POST", "/gradio_api/component_server"),
            ("POST", "/gradio_api/run/predict"),
            ("POST", "/gradio_api/api/predict"),
            ("POST", "/gradio_api/call/_submit"),
            ("GET", "/gradio_api/info"),
            ("GET", "/gradio_api/openapi.json"),
            ("GET", "/gradio_api/deep_link"),
            ("GET", "/gradio_api/runs"),
            ("POST", "/gradio_api/run-history/connect"),
            ("POST", "/gradio_api/vibe-edit"),
            ("GET", "/gradio_api/stream/a/b/c/playlist.m3u8"),
            ("GET", "/gradio_api/custom_component/a/b/c/d"),
            ("GET", "/config"),
            ("GET", "/monitoring"),
            ("POST", "/login"),
            ("GET", "/svelte/x.js"),
            ("GET", "/manifest.json"),
            ("GET", "/assets/../../../etc/passwd"),
            ("GET", "/assets/..%2f..%2fetc/passwd"),
            ("GET", "/static//etc/passwd"),
            ("GET", "/static/%5c..%5cx"),
            ("GET", "/gradio_api/queue/data/../../file=/etc/passwd"),
            ("PUT", "/"),
            ("DELETE", "/gradio_api/queue/join"),
            ("GET", "/v1/unknown"),
        ],
    )
    def test_every_route_that_no_page_needs(self, method: str, path: str) -> None:
        """404, whether the framework behind has such a route or not."""
        assert _client().request(method, path).status_code == 404
        assert not allowed(method, path)


class TestAllows:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/"),
            ("HEAD", "/"),
            ("GET", "/theme.css"),
            ("GET", "/assets/index-DphvyggB.js"),
            ("GET", "/static/fonts/IBMPlexMono/IBMPlexMono-Regular.woff2"),
            ("POST", "/gradio_api/queue/join"),
            ("GET", "/gradio_api/queue/data"),
            ("GET", "/gradio_api/heartbeat/4abc9"),
        ],
    )
    def test_what_a_page_needs(self, method: str, path: str) -> None:
        """The page, its parts and its own events, also below another path."""
        assert _client().request(method, path).status_code == 200
        assert _client("/inner").request(method, f"/inner{path}").status_code == 200


class TestHeaders:
    def test_every_reply_forbids_other_hosts(self) -> None:
        """The browser itself refuses pictures, scripts and connections elsewhere."""
        reply = _client().get("/theme.css")

        assert reply.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert "img-src 'self' data: blob:" in CONTENT_SECURITY_POLICY
        assert "connect-src 'self'" in CONTENT_SECURITY_POLICY
        assert reply.headers["x-content-type-options"] == "nosniff"

    def test_the_page_presents_itself_and_no_other_product(self) -> None:
        """Previews of links read the head; ours has the icon and nobody else's name."""
        body = _client().get("/").text

        assert "og:" not in body
        assert "twitter:" not in body
        assert "viewport" in body
        assert "<link rel=icon></head>" in body

"""Puts the pages beside the API.

The customer's chat stands at `/`, the knowledge base at `/knowledge`, the agents' desk at `/desk`, figures at `/figures`, and
what managers set at `/manage`.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from core.settings import Secret
from ui.connection import Connection

if TYPE_CHECKING:
    import gradio as gr

EVENT_THREADS: Final = 64
"""Threads for the pages' events, apart from those of the API, which these events call and wait for."""

QUEUE: Final = 256
"""Most events that may wait; a browser beyond that is told to try again."""

KNOWLEDGE: Final = "/knowledge"
DESK: Final = "/desk"
FIGURES: Final = "/figures"
MANAGE: Final = "/manage"


def mount_ui(app: FastAPI, *, base_url: str) -> FastAPI:
    """Add the pages to `app` and return it. Call it after the API's routes are there: they go first.

    Args:
        app: The API's application. `app.state.visitor_proof`, where set, lets limits count visitors.
        base_url: Address at which this very server can be reached from this machine.
    """
    folder = _prepare_gradio()
    from ui.chat import build_chat  # takes seconds to import; only a server needs it
    from ui.desk import build_desk
    from ui.figures import build_figures
    from ui.knowledge import build_knowledge
    from ui.manage import build_manage

    proof = getattr(app.state, "visitor_proof", None)
    connection = Connection(base_url, proof=proof if isinstance(proof, Secret) else None)
    app.router.routes.append(Route(KNOWLEDGE, lambda _: RedirectResponse(f"{KNOWLEDGE}/")))
    app.router.routes.append(Route(DESK, lambda _: RedirectResponse(f"{DESK}/")))
    _mount(app, build_knowledge(connection), KNOWLEDGE)
    _mount(app, build_desk(connection), DESK)
    app.router.routes.append(Route(FIGURES, lambda _: RedirectResponse(f"{FIGURES}/")))
    _mount(app, build_figures(connection), FIGURES)
    app.router.routes.append(Route(MANAGE, lambda _: RedirectResponse(f"{MANAGE}/")))
    _mount(app, build_manage(connection), MANAGE)
    _mount(app, build_chat(connection), "/")
    app.state.ui_folder = folder  # removed with the application
    return app


def _prepare_gradio() -> tempfile.TemporaryDirectory[str]:
    """Gradio reads these once, when it is imported: nothing is reported, and its files stay private (mode 0700)."""
    folder = tempfile.TemporaryDirectory(prefix="zhida-pages-")
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["GRADIO_TEMP_DIR"] = folder.name
    return folder


def _mount(app: FastAPI, page: gr.Blocks, path: str) -> None:
    import anyio
    import gradio as gr

    from ui.gate import Gate
    from ui.theme import HEAD, STATIC, make_theme

    page.queue(max_size=QUEUE, default_concurrency_limit=32, api_open=False)
    gr.mount_gradio_app(
        app,
        page,
        path,
        allowed_paths=[],
        css_paths=[
            Path(STATIC / "pages.css"),
            Path(STATIC / "quality.css"),
            Path(STATIC / "risk.css"),
            Path(STATIC / "desk.css"),
            Path(STATIC / "figures.css"),
            Path(STATIC / "files.css"),
            Path(STATIC / "manage.css"),
        ],
        enable_monitoring=False,
        footer_links=[],
        max_file_size="1kb",  # and the gate doesn't let uploads through at all
        mcp_server=False,
        pwa=False,
        run_history=False,
        show_error=False,
        ssr_mode=False,
        theme=make_theme(),
    )
    page.limiter = anyio.CapacityLimiter(EVENT_THREADS)  # type: ignore[assignment]  # Gradio says `None` at first
    mount = app.router.routes[-1]
    assert isinstance(mount, Mount)
    mount.app = Gate(mount.app, head=HEAD)

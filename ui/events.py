"""What both pages need to react to clicks inside their HTML."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import gradio as gr

from ui.theme import script

HIDDEN: Final[dict[str, Any]] = {"show_progress": "hidden", "api_visibility": "private"}
"""For every event: no spinner over the page, and no endpoint for others."""


def acting(acts: Sequence[str], *scripts: str) -> str:
    """Return the script of a component whose `data-act` elements may send the events `acts`."""
    return "\n".join([f"const ACTS = {json.dumps(list(acts))};", *(script(name) for name in ("acts.js", *scripts))])


def html(name: str, script: str | None = None) -> Any:
    """Return an HTML component. `Any`, because the events that its script names become its methods."""
    return gr.HTML("", elem_id=name, js_on_load=script, apply_default_css=False)


def address(request: gr.Request) -> str | None:
    """Return the IP address that a page's event came from."""
    host = getattr(request.client, "host", None)
    return host if isinstance(host, str) else None


def text(event: gr.EventData, name: str) -> str:
    """Return a text that came with an event, or an empty one: the browser may send anything."""
    value = event._data.get(name) if isinstance(event._data, dict) else None
    return value if isinstance(value, str) else ""


def texts(event: gr.EventData) -> dict[str, str]:
    """Return all texts that came with an event, by name."""
    sent = event._data if isinstance(event._data, dict) else {}
    return {name: value for name, value in sent.items() if isinstance(value, str)}


def identifier(event: gr.EventData, name: str) -> str:
    """Return a text of letters and digits that came with an event, or an empty one."""
    value = text(event, name)
    return value if value.isascii() and value.isalnum() else ""


def number(event: gr.EventData, name: str) -> int:
    """Return a whole number from 0 that came with an event, or -1."""
    value = str(event._data.get(name, "")) if isinstance(event._data, dict) else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else -1


def step(event: gr.EventData) -> int:
    """Return whether the reader turned forward (1) or back (-1)."""
    return -1 if text(event, "step") == "-1" else 1

"""How the pages look: system fonts, one accent colour, and the files in `static`. Nothing comes from another host."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import quote

import gradio as gr

STATIC: Final = Path(__file__).parent / "static"

FONTS: Final = [
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "sans-serif",
]
"""Fonts of the reader's own system. A `gr.themes.GoogleFont` would be fetched from another host."""

ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#1d5bd6"/>'
    '<path fill="#fff" d="M9 10.5A2.5 2.5 0 0 1 11.5 8h9A2.5 2.5 0 0 1 23 10.5v7a2.5 2.5 0 0 1-2.5 2.5H15'
    'l-4.2 3.6a.5.5 0 0 1-.8-.4V20A2.5 2.5 0 0 1 9 17.5z"/>'
    '<path fill="none" stroke="#1d5bd6" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" '
    'd="m12.6 13.9 2.5 2.5 4.6-4.7"/></svg>'
)

HEAD: Final = f'<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,{quote(ICON)}">'


def make_theme() -> gr.themes.Base:
    """Return the pages' theme."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_md,
        font=list(FONTS),
        font_mono=["ui-monospace", "Consolas", "monospace"],
    )


def script(name: str) -> str:
    """Return the text of a script in `static`."""
    return (STATIC / name).read_text(encoding="utf-8")

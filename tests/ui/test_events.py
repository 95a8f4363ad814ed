"""What comes with a click is read without trust: a browser may send anything."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from ui.events import acting, identifier, number, step, text


def _event(data: Any) -> gr.EventData:
    return gr.EventData(None, data)


class TestReads:
    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ({"n": "7"}, 7),
            ({"n": 7}, 7),
            ({"n": "-1"}, -1),
            ({"n": "1e3"}, -1),
            ({"n": "٣"}, -1),
            ({"n": "9" * 19}, -1),
            ({"n": None}, -1),
            ({}, -1),
            ("n", -1),
            (None, -1),
        ],
    )
    def test_numbers(self, data: Any, expected: int) -> None:
        """Whole numbers from 0 that fit a database; anything else is -1."""
        assert number(_event(data), "n") == expected

    @pytest.mark.parametrize(("data", "expected"), [({"t": "a"}, "a"), ({"t": 1}, ""), ({}, ""), ([], ""), (None, "")])
    def test_texts(self, data: Any, expected: str) -> None:
        """Texts as they are; anything else is empty."""
        assert text(_event(data), "t") == expected

    @pytest.mark.parametrize(("sent", "expected"), [("0a1b", "0a1b"), ("../x", ""), ("a/b", ""), ("é", ""), ("", "")])
    def test_identifiers(self, sent: str, expected: str) -> None:
        """Letters and digits only, as they become part of an address."""
        assert identifier(_event({"i": sent}), "i") == expected

    @pytest.mark.parametrize(("sent", "expected"), [("1", 1), ("-1", -1), ("99", 1), (None, 1)])
    def test_steps(self, sent: Any, expected: int) -> None:
        """One page forward or back."""
        assert step(_event({"step": sent})) == expected


def test_a_component_sends_only_the_events_it_names() -> None:
    """The names stand in the script, in front of the part that all components share."""
    script = acting(["ask", "source"], "log.js")

    assert script.startswith('const ACTS = ["ask", "source"];')
    assert "ACTS.includes(act)" in script

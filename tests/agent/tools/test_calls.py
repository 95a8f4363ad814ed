"""Specification of calls: which words are one, and how long an answer is held back for it."""

from __future__ import annotations

import pytest

from agent.tools.calls import CallGate, NotACall, read_call
from core.tools import ToolCall, ToolName


def pass_through(text: str, piece: int) -> tuple[list[str], str]:
    """The pieces of an answer as they come out of the gate, and the call."""
    gate = CallGate()
    shown = [gate.take(text[at : at + piece]) for at in range(0, len(text), piece)]
    call, rest = gate.finish()
    return [*shown, rest], call


class TestTheGate:
    @pytest.mark.parametrize("piece", [1, 3, 1000])
    @pytest.mark.parametrize(
        "text",
        [
            '{"tool": "own_orders"}',
            '  \n{ "tool": "search_knowledge", "query": "退货" }',
            '```json\n{"tool": "own_tickets"}\n```',
            "{'tool': 'own_tickets'}",
            '<think>The customer wants {"x"}</think>\n{"tool": "own_orders"}',
            '{"tool": ',
        ],
    )
    def test_keeps_back_what_begins_as_a_call(self, text: str, piece: int) -> None:
        """Not a character of it is read as an answer, also where it turns out to be a broken one."""
        shown, call = pass_through(text, piece)

        assert "".join(shown) == ""
        assert call.endswith(text.rstrip().rpartition("</think>\n")[2].lstrip())

    @pytest.mark.parametrize("piece", [1, 3, 1000])
    @pytest.mark.parametrize(
        "text",
        [
            "自签收之日起 7 天内可以退货[1]。",
            "{1, 2, 3} 是一个集合[1]。",
            "{{{",
            "```python\nprint(1)\n```",
            "`tool` is a word [1].",
            '{"tol": 1}',
            "<b>退货</b>[1]",
            "t",
            "{",
            "",
            '好的[1]。{"tool": "own_orders"}',
        ],
    )
    def test_lets_every_answer_through_whole(self, text: str, piece: int) -> None:
        """Also one that begins with a brace, once it is known not to be a call."""
        shown, call = pass_through(text, piece)

        assert "".join(shown) == text
        assert call == ""

    def test_holds_an_ordinary_answer_back_for_no_moment(self) -> None:
        """Its first piece comes out at once."""
        assert CallGate().take("自") == "自"
        assert CallGate().take(" 7 天") == " 7 天"

    def test_gives_up_waiting_for_a_call_that_never_comes(self) -> None:
        """White space for ever is no call."""
        shown, call = pass_through("{" + " " * 500 + "x", 1)

        assert call == ""
        assert "".join(shown).endswith("x")


class TestReading:
    @pytest.mark.parametrize(
        ("text", "call"),
        [
            ('{"tool": "search_knowledge", "query": " 退货 "}', ToolCall(ToolName.SEARCH, "退货")),
            ('{"tool": "own_orders", "number": "A1"}', ToolCall(ToolName.ORDERS, "A1")),
            ('{"tool": "own_orders"}', ToolCall(ToolName.ORDERS)),
            ('```json\n{"tool": "own_tickets"}\n```', ToolCall(ToolName.TICKETS)),
        ],
    )
    def test_takes_exactly_what_was_offered(self, text: str, call: ToolCall) -> None:
        """A fence around it is what models write."""
        assert read_call(text) == call

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ('{"tool": "own_orders", "customer_id": 2}', "arguments"),
            ('{"tool": "open_ticket", "question": "x"}', "arguments"),
            ('{"tool": "drop_tables"}', "no such tool"),
            ('{"tool": ["own_orders"]}', "names no tool"),
            ('{"tool": "search_knowledge", "query": "%s"}' % ("长" * 201), "short text"),
            ('{"tool": "search_knowledge", "query": ""}', "short text"),
            ('{"tool": "own_orders"} and more', "one JSON object"),
            ("[" * 100_000, "one JSON object"),
        ],
    )
    def test_says_why_anything_else_is_none(self, text: str, why: str) -> None:
        """The reason is logged, so it repeats nothing of what was written."""
        with pytest.raises(NotACall, match=why):
            read_call(text)

"""Specification of the table as JSON: what a manager may write, and how mistakes are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import InvalidInput
from core.types import HandoverCode
from desk.handover.form import LONGEST_FILE, from_json, from_rows, to_json
from desk.handover.store import shipped_rules


def rows() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(to_json(shipped_rules().rules))
    return found


def of(table: dict[str, Any], code: str) -> dict[str, Any]:
    return next(row for row in table["rules"] if row["code"] == code)


def test_an_export_is_read_as_the_same_table() -> None:
    """Nothing is lost on the way."""
    assert from_json(to_json(shipped_rules().rules)) == shipped_rules().rules


def test_the_shipped_table_has_every_code_in_order() -> None:
    """The order is the program's; a file may have another one."""
    table = rows()
    table["rules"].reverse()

    assert [rule.code for rule in from_rows(table).rules] == list(HandoverCode)


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda table: table["rules"].pop(), "0 rows for `other_participant`"),
        (lambda table: table["rules"].append(table["rules"][0]), "2 rows for `safety_legal`"),
        (lambda table: of(table, "loop").update(limits={"similarity": 7}), "`similarity` can't be 7"),
        (lambda table: of(table, "loop").update(limits={"similarity": "much"}), "`similarity` must be a number"),
        (lambda table: of(table, "loop").update(limits={"speed": 1}), "there is no limit `speed`"),
        (lambda table: of(table, "loop").update(limits={"offer_at": 4, "immediate_at": 3}), "must not be below"),
        (lambda table: of(table, "negative_sentiment").update(limits={"anger": 0.4}), "`calm` must be below"),
        (lambda table: of(table, "tool_failure").update(enabled=False), "can't be switched off"),
        (lambda table: of(table, "missing_knowledge").update(enabled=False), "can't be switched off"),
        (lambda table: of(table, "loop").update(text={"zh": "好"}), "lacks its text in `en`"),
        (lambda table: of(table, "loop")["text"].update(zh="客服会在 5 分钟内联系您。"), "promises something"),
        (lambda table: of(table, "loop")["text"].update(zh="五分钟内给您回电。"), "promises something"),
        (lambda table: of(table, "loop")["text"].update(en="We will call you."), "promises something"),
        (lambda table: of(table, "safety_legal").update(words=["死"]), "«死» is too short"),
        (lambda table: of(table, "safety_legal").update(words=["a" * 61]), "has 61 characters"),
        (lambda table: of(table, "safety_legal").update(words=["…改成"]), "must stand between"),
        (lambda table: of(table, "safety_legal").update(words="自杀"), "`words` must be a list"),
        (lambda table: of(table, "safety_legal").update(word=["自杀"]), "there is no field `word`"),
        (lambda table: of(table, "safety_legal").update(priority="very"), "must be one of low"),
        (lambda table: of(table, "safety_legal").update(team=""), "`team` has 0 characters"),
        (lambda table: of(table, "safety_legal").update(tags=["a", "b", "c", "d"]), "at most 3"),
        (lambda table: table["topics"][0].update(words=[]), "can never match"),
        (lambda table: table["topics"][0].update(code="loop"), "`code` must be one of policy_restriction"),
        (lambda table: table["topics"][1].update(name=table["topics"][0]["name"]), "Give each a name of its own"),
        (lambda table: table["topics"][0].update(above=-1), "`above` can't be -1"),
        (lambda table: table["topics"][0].update(identity_level=9), "`identity_level` must be 1"),
        (lambda table: table.update(rules={}), "`rules` must be a list"),
        (lambda table: table.update(more=1), "there is no field `more`"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_what_would_do(change: Change, told: str) -> None:
    """The first one, in one sentence."""
    table = rows()
    change(table)

    with pytest.raises(InvalidInput) as refused:
        from_rows(table)
    assert told in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"rules": [3]}', "x" * (LONGEST_FILE + 1)])
def test_something_else_is_refused(text: str) -> None:
    """Whatever it is."""
    with pytest.raises(InvalidInput):
        from_json(text)

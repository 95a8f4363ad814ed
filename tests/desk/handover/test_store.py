"""Specification of the table in SQL: versions, effective at once, nothing overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from core.database import open_engine
from core.errors import Conflict, InvalidInput, NotFound
from core.handover_rules import HandoverRules
from core.migrations import migrate
from core.types import HandoverCode
from desk.handover.store import HandoverRuleStore, shipped_rules


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'zhida.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


def without(code: HandoverCode) -> HandoverRules:
    shipped = shipped_rules().rules
    return replace(shipped, rules=tuple(replace(rule, enabled=rule.code is not code) for rule in shipped.rules))


def test_a_new_desk_has_the_shipped_table(engine: Engine) -> None:
    """As version 0, without a history."""
    store = HandoverRuleStore(engine)

    assert store.current() == shipped_rules()
    assert store.history() == []


def test_a_change_holds_at_once_in_every_process(engine: Engine) -> None:
    """The other store stands for another process."""
    one, other = HandoverRuleStore(engine), HandoverRuleStore(engine)
    other.current()
    saved = one.save(without(HandoverCode.LOOP), note="no loops", author="lin")

    assert (other.current().number, other.current().note, other.current().author) == (saved.number, "no loops", "lin")
    assert not other.current().rules.rule(HandoverCode.LOOP).enabled


def test_every_version_stays_readable_and_can_come_back(engine: Engine) -> None:
    """Newest first; going back is a new version."""
    store = HandoverRuleStore(engine)
    first = store.save(without(HandoverCode.LOOP))
    second = store.save(without(HandoverCode.TURN_BUDGET))
    back = store.save(store.version(first.number).rules)

    assert [version.number for version in store.history()] == [back.number, second.number, first.number]
    assert store.version(0) == shipped_rules()
    assert store.current().rules == first.rules
    with pytest.raises(NotFound):
        store.version(99)


def test_who_edited_an_old_version_is_told(engine: Engine) -> None:
    """Nothing of the other's change is lost."""
    store = HandoverRuleStore(engine)
    store.save(without(HandoverCode.LOOP), instead_of=0)

    with pytest.raises(Conflict, match="version 1 holds"):
        store.save(without(HandoverCode.TURN_BUDGET), instead_of=0)
    assert len(store.history()) == 1


def test_a_note_has_room_for_a_sentence(engine: Engine) -> None:
    """More is refused before anything is written."""
    with pytest.raises(InvalidInput, match="201 characters"):
        HandoverRuleStore(engine).save(shipped_rules().rules, note="x" * 201)

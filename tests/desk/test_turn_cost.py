"""How much a turn asks of the database: every statement is paid for by a customer who waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from core.actors import SYSTEM
from core.analysis import Analysis, Intent, Sentiment, SentimentLabel, SentimentLevel
from core.clock import utc_now
from core.database import open_engine
from core.desk_events import EventKind, Subject
from core.migrations import migrate
from core.types import Answer, Audience, Citation, ConversationId, DocumentId, Language, PassageId, Reply, Tier
from desk import policies
from desk.acts import acting
from desk.store import Desk

CITATION = Citation(1, PassageId(1), DocumentId("d"), "退货", 1, None, (), 0, 5, "退货免费。")
READ = Analysis(
    Language.ZH, Intent("ask", 0.9), (), Sentiment(SentimentLabel.NEUTRAL, SentimentLevel.NEUTRAL, 0.8, 0.0), (), 1.0
)
ANSWER = Reply(
    Answer("退货免费。[1]", (CITATION,), 0.9, Tier.VERBATIM), (), {"total": 1.0, "embed": 0.5}, analysis=READ
)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A database. The look at the policy every few seconds doesn't come in between."""
    monkeypatch.setattr(policies, "FRESH_S", 1e9)
    engine = open_engine(f"sqlite:///{tmp_path / 'zhida.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are run meanwhile."""
    run: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        run.append(" ".join(statement.split()))

    event.listen(engine, "before_cursor_execute", note)
    yield run
    event.remove(engine, "before_cursor_execute", note)


def begun(desk: Desk) -> ConversationId:
    """A conversation in which one question was answered."""
    conversation = desk.open_conversation(audience=Audience.PUBLIC, language=Language.ZH)[0]
    desk.record(conversation, "怎么退货？", ANSWER)
    return conversation


def test_an_answered_question_takes_one_transaction_before_and_one_after_the_assistant(engine: Engine) -> None:
    desk = Desk(engine)
    conversation = begun(desk)
    with counted(engine) as before:
        received = desk.turns.receive(conversation, "运费多少？")
    with counted(engine) as asked:
        desk.turns.context(conversation)
    with counted(engine) as after:
        assert desk.turns.commit(received, ANSWER) is not None
    most = zip((before, asked, after), (8, 6, 12), strict=True)
    assert all(len(run) <= limit for run, limit in most), "\n".join([*before, "", *asked, "", *after])
    writes = [statement for statement in (*before, *after) if statement == "BEGIN IMMEDIATE"]
    assert len(writes) == 2
    assert not [statement for statement in asked if not statement.startswith(("SELECT", "BEGIN"))]


def test_the_hundredth_turn_asks_as_little_as_the_second(engine: Engine) -> None:
    desk = Desk(engine)
    conversation = begun(desk)
    with counted(engine) as second:
        desk.record(conversation, "运费多少？", ANSWER)
    for _ in range(20):
        desk.record(conversation, "运费多少？", ANSWER)
    with counted(engine) as later:
        desk.record(conversation, "运费多少？", ANSWER)
    assert len(later) == len(second)


def test_lines_of_the_log_are_written_together_and_in_order(engine: Engine) -> None:
    with counted(engine) as run, acting(engine, utc_now, SYSTEM) as act:
        for number in range(5):
            act.log(EventKind.MACRO_USED, Subject(), new=number)
    assert len([statement for statement in run if statement.startswith("INSERT INTO desk_events")]) == 1
    assert [line.new for line in Desk(engine).events.page()] == ["0", "1", "2", "3", "4"]


def fail(engine: Engine) -> None:
    with acting(engine, utc_now, SYSTEM) as act:
        act.log(EventKind.MACRO_USED, Subject(), new=1)
        raise RuntimeError


def test_an_act_that_fails_leaves_no_line(engine: Engine) -> None:
    with pytest.raises(RuntimeError):
        fail(engine)
    assert Desk(engine).events.page() == []

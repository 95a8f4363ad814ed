"""The gold set over HTTP, by the client, and the runs that the server makes by itself."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.background import Background
from api.client import Client
from api.composition import Replacements, Services, open_services
from api.gold_running import PATIENCE_S, QUIET_S, GoldRunner, run_gold
from core.errors import Conflict, InvalidInput, NotFound, StorageError
from core.gold import (
    ChangeKind,
    GoldEntry,
    GoldId,
    GoldOrigin,
    GoldRunId,
    GoldSource,
    RunCause,
    RunStatus,
    Verdict,
)
from core.settings import read_settings
from core.types import Audience, DocumentKind, Language, MessageId, Turn
from eval.gold import Interrupted
from models.fake_encoder import FakeEncoder
from tests.api.shop import KEY, PAIRS, Serve, add, lines

SHIPPING = GoldEntry(text="下单后多久发货？", facts=("24 小时",), sources=(GoldSource("常见问题.jsonl", "24 小时内"),))
FREIGHT = GoldEntry(text="运费多少？", facts=("99 元",))
NOTHING = GoldEntry(text="今天天气如何，要带伞吗？", answerable=False)
SLOWER = ({**PAIRS[0], "answer": "付款后 48 小时内发货。"}, PAIRS[1])


@pytest.fixture
def gold(shop: Services) -> Services:
    """A shop with three gold questions."""
    shop.gold.take_in([SHIPPING, FREIGHT, NOTHING])
    return shop


@pytest.fixture
def client(gold: Services, serve: Serve) -> Iterator[Client]:
    """A manager at a real server, whose background isn't running."""
    with Client(serve(create_app(gold)), KEY) as opened:
        yield opened


def publish_slower(services: Services) -> None:
    add(services, "常见问题.jsonl", lines(*SLOWER), kind=DocumentKind.QA)


class TestQuestions:
    def test_are_added_edited_and_deleted(self, client: Client) -> None:
        """Every field makes the way there and back."""
        entry = GoldEntry(
            text="补偿券多少？",
            language=Language.ZH,
            audience=Audience.INTERNAL,
            sources=(GoldSource("投诉升级手册.md", "五十元"), GoldSource("", "补偿券")),
            facts=("五十 | 50",),
            note="内部",
            enabled=False,
        )

        added = client.add_gold(entry)
        edited = client.edit_gold(added.gold_id, replace(entry, facts=("五十元",), enabled=True))
        shown = client.gold_question(added.gold_id)
        client.delete_gold(added.gold_id)

        assert (added.text, added.sources, added.origin) == (entry.text, entry.sources, GoldOrigin.WRITTEN)
        assert (edited.facts, edited.enabled) == (("五十元",), True)
        assert (shown.question, shown.last) == (edited, None)
        with pytest.raises(NotFound):
            client.gold_question(added.gold_id)

    @pytest.mark.parametrize(
        ("entry", "error", "words"),
        [
            (replace(FREIGHT, facts=()), InvalidInput, "Nothing says what a right answer is"),
            (SHIPPING, Conflict, "already, as number"),
            (replace(FREIGHT, text="x" * 2001), InvalidInput, "2000"),
        ],
    )
    def test_that_can_t_be_used_are_refused(
        self, client: Client, entry: GoldEntry, error: type[Exception], words: str
    ) -> None:
        """With a sentence for the manager."""
        with pytest.raises(error, match=words):
            client.add_gold(entry)

    def test_are_listed_by_what_became_of_them(self, client: Client, gold: Services) -> None:
        """The counts are those of all questions, whatever is shown."""
        gold.gold.add(replace(FREIGHT, text="运费到底多少？", enabled=False))
        run_gold(gold, RunCause.REQUESTED)
        gold.gold.add(replace(FREIGHT, text="新加的问题？"))

        page = client.gold(limit=2)

        assert (len(page.items), page.counts.questions, page.counts.off, page.counts.new) == (2, 5, 1, 1)
        assert [item.question.text for item in client.gold(show="new").items] == ["新加的问题？"]
        assert [item.question.text for item in client.gold(show="off").items] == ["运费到底多少？"]
        right = client.gold(show="right").items
        assert {item.question.text for item in right} == {SHIPPING.text, FREIGHT.text}
        assert all(item.last and item.last.citations[0].quote for item in right)

    def test_move_by_files(self, client: Client) -> None:
        """What is exported can be imported; a line that can't be used is named and nothing is added."""
        for form in ("jsonl", "csv"):
            again = client.import_gold(client.export_gold(form=form), form=form)
            assert (again.added, again.changed, again.unchanged) == (0, 0, 3)

        with pytest.raises(InvalidInput, match="Line 2"):
            client.import_gold('{"question": "新？", "facts": ["x"]}\n{oops\n'.encode())
        assert client.gold().counts.questions == 3

    def test_unknown_filters_and_formats_are_refused(
        self, http_of: Callable[[Services], TestClient], gold: Services
    ) -> None:
        """By the schema, as everywhere."""
        http = http_of(gold)

        assert http.get("/v1/gold", params={"show": "everything"}).status_code == 422
        assert http.post("/v1/gold/import", params={"format": "xlsx"}, content=b"x").status_code == 422
        assert http.put("/v1/gold/1", json={"text": "x", "colour": "red"}).status_code == 422


@pytest.fixture
def http_of() -> Callable[[Services], TestClient]:
    headers = {"Authorization": f"Bearer {KEY.reveal()}"}
    return lambda services: TestClient(create_app(services), headers=headers)


class TestConversations:
    def test_give_questions(self, client: Client, gold: Services) -> None:
        """What customers wrote, masked, with a draft that expects what was cited."""
        conversation = client.open_conversation()
        client.ask(conversation, "运费多少？")
        client.ask(conversation, "转人工，电话 13812345678")

        newest, oldest = client.asked_messages()
        draft = client.propose_gold(oldest.message_id)
        kept = client.add_gold(replace(draft, text="运费是多少钱？"), message_id=oldest.message_id)

        assert (newest.text, newest.outcome) == ("转人工，电话 [phone]", "handover")
        assert [message.text for message in client.asked_messages(unanswered=True)] == [newest.text]
        assert (draft.text, draft.audience, draft.answerable) == ("运费多少？", Audience.PUBLIC, True)
        assert draft.sources == (GoldSource("常见问题.jsonl", "满 99 元免运费。"),)
        assert (kept.origin, kept.message_id) == (GoldOrigin.CONVERSATION, oldest.message_id)
        with pytest.raises(NotFound):
            client.propose_gold(MessageId("0" * 32))

    def test_whose_document_is_gone_expect_nothing(self, client: Client, gold: Services) -> None:
        """A quote of a deleted document is nowhere, not even in a draft."""
        conversation = client.open_conversation()
        client.ask(conversation, "运费多少？")
        document = gold.kb.find("常见问题.jsonl")
        assert document is not None
        gold.kb.delete(document.document_id)

        assert client.propose_gold(client.asked_messages()[0].message_id).sources == ()


class TestARun:
    def test_asks_the_very_assistant_of_the_chat(self, gold: Services) -> None:
        """The same answer, to the character, as a customer and a test question get."""
        run, results = run_gold(gold, RunCause.REQUESTED)

        said = {result.text: (result.outcome, result.answer) for result in results}
        for entry in (SHIPPING, FREIGHT, NOTHING):
            reply = gold.assistant.reply(Turn(text=entry.text))
            assert said[entry.text] == (type(reply.outcome).__name__.lower(), reply.outcome.text)
        assert (run.right, run.refused, run.status) == (2, 1, RunStatus.DONE)
        assert set(run.settings) == {"zhida", "encoder", "threshold"}

    def test_shows_what_changed_since_the_one_before(self, client: Client, gold: Services) -> None:
        """Before and after with their sources, and the versions that came in between."""
        first, _ = run_gold(gold, RunCause.REQUESTED)
        publish_slower(gold)
        second, _ = run_gold(gold, RunCause.PUBLISHED)

        found = client.gold_run(second.run_id)
        (change,) = found.changes

        assert found.against is not None
        assert (found.run.run_id, found.against.run_id) == (second.run_id, first.run_id)
        assert (change.kind, found.counts[ChangeKind.FELL]) == (ChangeKind.FELL, 1)
        assert [side.citations[0].quote for side in (change.before, change.after)] == [
            "付款后 24 小时内发货。", "付款后 48 小时内发货。",
        ]  # fmt: skip
        assert (change.after.verdict, change.after.missing, change.after.stale) == (Verdict.WRONG, ("24 小时",), True)
        assert [(each.document, each.version) for each in found.run.published] == [("常见问题.jsonl", 2)]
        assert client.gold_run(first.run_id).against is None
        assert client.gold_run(first.run_id, against=second.run_id).counts[ChangeKind.ROSE] == 1
        assert [run.run_id for run in client.gold_runs()] == [second.run_id, first.run_id]

    def test_lists_its_results(self, client: Client, gold: Services) -> None:
        """All of them, or those of one verdict."""
        run, results = run_gold(gold, RunCause.REQUESTED)

        found = client.gold_results(run.run_id)
        refused = client.gold_results(run.run_id, verdict=Verdict.REFUSED)

        assert [each.answer for each in found] == [each.answer for each in results]
        assert [each.text for each in refused] == [NOTHING.text]
        with pytest.raises(NotFound):
            client.gold_run(GoldRunId(99))

    def test_without_questions_is_refused(self, client: Client) -> None:
        """There is nothing to find out."""
        for item in client.gold().items:
            client.delete_gold(item.question.gold_id)

        with pytest.raises(Conflict, match="no question"):
            client.run_gold()

    def test_that_fails_says_why(self, gold: Services, monkeypatch: pytest.MonkeyPatch) -> None:
        """The figures of the last whole run stay the last."""
        whole, _ = run_gold(gold, RunCause.REQUESTED)

        def broken(*_: object, **__: object) -> None:
            raise StorageError("The disk is full.")

        monkeypatch.setattr(gold.assistant, "reply", broken)
        with pytest.raises(StorageError):
            run_gold(gold, RunCause.REQUESTED)

        assert [(run.status, run.reason) for run in gold.gold.runs(limit=1)] == [
            (RunStatus.FAILED, "The disk is full.")
        ]
        assert gold.gold.last() == whole


class Ticks:
    """A clock for the runner."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class TestTheRunner:
    def step(self, runner: GoldRunner) -> bool:
        return runner.step(threading.Event()) is not None

    def settle(self, runner: GoldRunner, ticks: Ticks) -> bool:
        """Two looks with quiet in between."""
        first = self.step(runner)
        ticks.now += QUIET_S
        return first or self.step(runner)

    def test_runs_once_after_a_publication(self, gold: Services) -> None:
        """Also for what was published before it started; then not again until something changes."""
        ticks = Ticks()
        runner = GoldRunner(gold, clock=ticks)

        assert self.settle(runner, ticks)
        assert not self.settle(runner, ticks)
        publish_slower(gold)
        assert self.settle(runner, ticks)
        assert not self.settle(GoldRunner(gold, clock=ticks), ticks)

        assert [run.cause for run in gold.gold.runs()] == [RunCause.PUBLISHED] * 2

    def test_waits_until_nothing_more_comes(self, gold: Services) -> None:
        """A folder of documents is one run; but it doesn't wait for ever."""
        ticks = Ticks()
        runner = GoldRunner(gold, clock=ticks)
        ran_at: list[float] = []
        while not ran_at:
            add(gold, "通知.txt", f"第 {ticks.now} 号通知。".encode())
            ticks.now += QUIET_S - 1
            if self.step(runner):
                ran_at.append(ticks.now)

        assert PATIENCE_S <= ran_at[0] <= PATIENCE_S + 2 * QUIET_S

    def test_makes_the_run_that_somebody_asked_for(self, gold: Services) -> None:
        """At once, though nothing has changed."""
        ticks = Ticks()
        runner = GoldRunner(gold, clock=ticks)
        self.settle(runner, ticks)
        asked = gold.gold.request()

        assert self.step(runner)

        assert gold.gold.run(asked.run_id).status is RunStatus.DONE
        assert gold.gold.run(asked.run_id).cause is RunCause.REQUESTED

    def test_leaves_publications_alone_if_the_operator_says_so(self, tmp_path: Path) -> None:
        """A paid language model isn't asked unless somebody wants it."""
        environment = {"ZHIDA_ADMIN_KEY": KEY.reveal(), "ZHIDA_GOLD_ON_PUBLISH": "no"}
        services = open_services(
            read_settings(environment, home=tmp_path / "home"), Replacements(encoder=FakeEncoder())
        )
        add(services, "常见问题.jsonl", lines(*PAIRS), kind=DocumentKind.QA)
        services.gold.add(FREIGHT)
        ticks = Ticks()
        runner = GoldRunner(services, clock=ticks)

        silent = self.settle(runner, ticks)
        services.gold.request()

        assert (silent, self.step(runner)) == (False, True)
        services.close()

    def test_does_nothing_without_questions(self, shop: Services) -> None:
        """No run, and no complaint."""
        ticks = Ticks()

        assert not self.settle(GoldRunner(shop, clock=ticks), ticks)
        assert shop.gold.runs() == []

    def test_lives_on_when_a_run_breaks(
        self, gold: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The failure stands in the history; the next change is run again."""
        ticks = Ticks()
        runner = GoldRunner(gold, clock=ticks)
        with monkeypatch.context() as patched, caplog.at_level(logging.CRITICAL):
            patched.setattr(gold.assistant, "reply", lambda *_, **__: 1 / 0)
            assert not self.settle(runner, ticks)
        failed = gold.gold.runs()[0]
        publish_slower(gold)

        assert self.settle(runner, ticks)
        assert failed.status is RunStatus.FAILED
        assert "wasn't foreseen" in (failed.reason or "")

    def test_stops_with_the_server(self, gold: Services) -> None:
        """After the question that it is at; the run is recorded as not finished."""
        stop = threading.Event()
        ticks = Ticks()
        runner = GoldRunner(gold, clock=ticks)
        runner.step(stop)
        ticks.now += QUIET_S
        stop.set()

        assert runner.step(stop) is None
        with pytest.raises(Interrupted):
            run_gold(gold, RunCause.REQUESTED, pause=lambda took: True)

        assert [(run.status, run.asked) for run in gold.gold.runs()] == [(RunStatus.FAILED, 0)]
        assert "start it again" in (gold.gold.runs()[0].reason or "")


class TestTheServer:
    def test_runs_the_gold_set_after_a_publication(self, gold: Services) -> None:
        """Without anybody asking, and the upload is ready before the run is."""
        background = Background(gold)
        background.start()
        try:
            deadline = time.monotonic() + 60
            while gold.gold.last() is None and time.monotonic() < deadline:
                time.sleep(0.05)
        finally:
            background.stop()

        last = gold.gold.last()
        assert last is not None
        assert (last.cause, last.sequence) == (RunCause.PUBLISHED, gold.kb.sequence())


class TestDeleting:
    def test_a_document_takes_its_words_out_of_runs(self, client: Client, gold: Services) -> None:
        """The change can't be shown any more, nor what was quoted; the verdicts stay."""
        run, _ = run_gold(gold, RunCause.REQUESTED)
        document = gold.kb.find("常见问题.jsonl")
        assert document is not None

        gold.kb.delete(document.document_id)

        results = client.gold_results(run.run_id, verdict=Verdict.RIGHT)
        assert {(result.answer, *(place.quote for place in result.citations)) for result in results} == {("", None)}
        assert client.gold_question(GoldId(1)).question.sources == (GoldSource("常见问题.jsonl", ""),)

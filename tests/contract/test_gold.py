"""What the gold set promises, on every database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from core.blobs import BlobStore
from core.errors import Conflict, InvalidInput, NotFound, TooLarge
from core.gold import (
    MAX_FACT,
    MAX_FACTS,
    MAX_TEXT,
    CitedPlace,
    GoldEntry,
    GoldId,
    GoldOrigin,
    GoldQuestion,
    GoldResult,
    GoldRunId,
    GoldSource,
    PublishedVersion,
    RunCause,
    RunStatus,
    Verdict,
)
from core.types import Audience, DocumentId, Language, MessageId, PassageId, Tier
from kb import gold, gold_questions
from kb.gold import GoldStore
from kb.gold_questions import Imported
from kb.store import KnowledgeBase
from tests.kb.samples import SetClock, everything_in, publish

ENTRY = GoldEntry(
    text="退货要几天内申请？",
    language=Language.ZH,
    audience=Audience.INTERNAL,
    sources=(GoldSource("退换货政策.pdf", "三十天内"), GoldSource("", "三十天")),
    facts=("30 天 | 三十天", "无理由"),
    note="常问",
)
UNANSWERABLE = GoldEntry(text="你们修咖啡机吗？", answerable=False)


def result_of(question: GoldQuestion, verdict: Verdict = Verdict.RIGHT, *, answer: str = "三十天内。[1]") -> GoldResult:
    place = CitedPlace(DocumentId("d" * 32), "退换货政策.pdf", 2, 3, 10, 20, PassageId(7), "f" * 64)
    return GoldResult(
        gold_id=question.gold_id,
        text=question.text,
        audience=question.audience,
        answerable=question.answerable,
        asked_as=question.updated_at,
        outcome="answer",
        tier=Tier.QUOTED,
        answer=answer,
        citations=(place, replace(place, page=None)),
        confidence=0.75,
        verdict=verdict,
        cited=True,
        missing=("无理由",),
        found=True,
        stale=False,
        ms=12.5,
    )


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(database: Engine, clock: SetClock) -> GoldStore:
    return GoldStore(database, clock=clock)


@pytest.fixture
def kb(database: Engine, tmp_path: Path, clock: SetClock) -> KnowledgeBase:
    return KnowledgeBase(database, BlobStore(tmp_path, max_bytes=10_000), clock=clock)


class TestAQuestion:
    def test_comes_back_as_it_was_stated(self, store: GoldStore, clock: SetClock) -> None:
        """Every field, with where it came from."""
        added = store.add(ENTRY, origin=GoldOrigin.CONVERSATION, message_id=MessageId("m" * 32))

        found = store.question(added.gold_id)

        assert found == added
        assert (found.text, found.language, found.audience) == (ENTRY.text, Language.ZH, Audience.INTERNAL)
        assert (found.sources, found.facts, found.note) == (ENTRY.sources, ENTRY.facts, "常问")
        assert (found.origin, found.message_id) == (GoldOrigin.CONVERSATION, "m" * 32)
        assert found.created_at == found.updated_at == clock()

    def test_is_in_the_set_once(self, store: GoldStore) -> None:
        """Blanks, width and script don't make another question; another audience does."""
        first = store.add(ENTRY)

        with pytest.raises(Conflict, match=str(first.gold_id)):
            store.add(replace(ENTRY, text=" 退貨要幾天內申請? "))
        store.add(replace(ENTRY, audience=Audience.PUBLIC))

        assert store.count() == 2

    @pytest.mark.parametrize(
        ("entry", "words"),
        [
            (replace(ENTRY, text="  "), "empty"),
            (replace(ENTRY, text="问" * (MAX_TEXT + 1)), "at most 2000"),
            (replace(ENTRY, facts=("要" * (MAX_FACT + 1),)), "at most 500"),
            (replace(ENTRY, facts=("要",) * (MAX_FACTS + 1)), "at most 20 facts"),
            (replace(ENTRY, facts=(" | ",)), "no word"),
            (replace(ENTRY, facts=(" ",), sources=(GoldSource(" ", ""),)), "Nothing says what a right answer is"),
        ],
        ids=["empty", "long", "long fact", "many facts", "fact of nothing", "nothing expected"],
    )
    def test_that_could_not_be_judged_is_refused(self, store: GoldStore, entry: GoldEntry, words: str) -> None:
        """With a sentence that says what to do."""
        with pytest.raises(InvalidInput, match=words):
            store.add(entry)

        assert store.count() == 0

    def test_without_an_answer_expects_none(self, store: GoldStore) -> None:
        """Facts and sources that were filled in before are put away."""
        added = store.add(replace(ENTRY, answerable=False))

        assert (added.facts, added.sources) == ((), ())

    def test_can_be_edited(self, store: GoldStore, clock: SetClock) -> None:
        """What is stated is replaced whole; the same again changes nothing, not even the time."""
        added = store.add(ENTRY)
        clock.pass_by(60)

        same = store.edit(added.gold_id, ENTRY)
        edited = store.edit(added.gold_id, replace(ENTRY, sources=(), facts=("30 天",), enabled=False))

        assert same == added
        assert (edited.sources, edited.facts, edited.enabled) == ((), ("30 天",), False)
        assert (edited.created_at, edited.updated_at) == (added.created_at, clock())
        assert store.questions(enabled=True) == []

    def test_is_not_edited_into_another(self, store: GoldStore) -> None:
        """Two questions of one text would be asked twice."""
        store.add(ENTRY)
        other = store.add(UNANSWERABLE)

        with pytest.raises(Conflict):
            store.edit(other.gold_id, ENTRY)

        assert store.question(other.gold_id) == other

    def test_can_be_deleted(self, store: GoldStore) -> None:
        """With its sources; an unknown one isn't found."""
        added = store.add(ENTRY)

        store.delete(added.gold_id)

        assert store.questions() == []
        for missing in (lambda: store.delete(added.gold_id), lambda: store.question(added.gold_id)):
            with pytest.raises(NotFound):
                missing()

    def test_comes_in_pages_the_last_added_first(self, store: GoldStore) -> None:
        """As a manager wants to see what was just added."""
        added = [store.add(replace(UNANSWERABLE, text=f"问 {n}")).gold_id for n in range(3)]

        assert [each.gold_id for each in store.questions()] == added[::-1]
        assert [each.gold_id for each in store.questions(offset=1, limit=1)] == [added[1]]

    def test_is_refused_when_the_set_is_full(self, store: GoldStore, monkeypatch: pytest.MonkeyPatch) -> None:
        """The message says how many there may be."""
        monkeypatch.setattr(gold_questions, "MAX_QUESTIONS", 2)
        store.take_in([replace(UNANSWERABLE, text=f"问 {n}") for n in range(2)])

        with pytest.raises(TooLarge, match="at most 2 "):
            store.add(ENTRY)
        with pytest.raises(TooLarge, match="at most 2 "):
            store.take_in([ENTRY])


class TestManyQuestions:
    def test_are_added_replaced_or_left(self, store: GoldStore) -> None:
        """Importing the same file again changes nothing."""
        store.take_in([ENTRY, UNANSWERABLE])

        again = store.take_in([replace(ENTRY, note="新"), UNANSWERABLE, replace(UNANSWERABLE, text="另一个问题")])

        assert again == Imported(added=1, changed=1, unchanged=1)
        assert {each.note for each in store.questions()} == {"新", ""}
        assert {each.origin for each in store.questions()} == {GoldOrigin.IMPORTED}

    def test_are_taken_all_or_none(self, store: GoldStore) -> None:
        """The message says which one can't be used."""
        with pytest.raises(InvalidInput, match="Question 2: The question is empty"):
            store.take_in([ENTRY, replace(UNANSWERABLE, text="")])

        assert store.count() == 0


class TestARun:
    def test_needs_a_question(self, store: GoldStore) -> None:
        """One that is switched off isn't asked."""
        store.add(replace(ENTRY, enabled=False))

        for start in (store.request, lambda: store.begin(RunCause.GATE, sequence=1)):
            with pytest.raises(Conflict, match="no question"):
                start()

    def test_waits_once(self, store: GoldStore) -> None:
        """Who asks again while one waits gets that one."""
        store.add(ENTRY)

        first, second = store.request(), store.request()

        assert first == second
        assert (first.status, first.questions, store.waiting()) == (RunStatus.QUEUED, 1, True)

    def test_that_waits_is_begun_first(self, store: GoldStore) -> None:
        """It keeps its cause; what was published meanwhile needs no other run."""
        store.add(ENTRY)
        waiting = store.request()

        begun = store.begin(RunCause.PUBLISHED, sequence=9, settings={"encoder": "e"})

        assert (begun.run_id, begun.cause, begun.status) == (waiting.run_id, RunCause.REQUESTED, RunStatus.RUNNING)
        assert (begun.sequence, begun.settings) == (9, {"encoder": "e"})
        assert not store.waiting()

    def test_names_the_versions_that_it_is_for(self, store: GoldStore) -> None:
        """In their order."""
        store.add(ENTRY)
        published = (PublishedVersion("甲.pdf", 2), PublishedVersion("乙.pdf", 1))

        begun = store.begin(RunCause.PUBLISHED, sequence=9, published=published)

        assert store.run(begun.run_id).published == published

    def test_keeps_what_it_has_found(self, store: GoldStore) -> None:
        """Answer, places, verdict and figures; also when the question is deleted afterwards."""
        one, two = store.add(ENTRY), store.add(UNANSWERABLE)
        begun = store.begin(RunCause.REQUESTED, sequence=9)
        store.heard(begun.run_id, 1)
        found = [result_of(one), result_of(two, Verdict.WRONG)]

        ended = store.finish(begun.run_id, found)
        store.delete(one.gold_id)

        assert (ended.status, ended.right, ended.wrong, ended.missed, ended.refused) == (RunStatus.DONE, 1, 1, 0, 0)
        assert (ended.questions, ended.asked, ended.share) == (2, 2, 0.5)
        assert store.results(begun.run_id) == found
        assert store.last() == store.runs()[0] == ended

    def test_ends_once(self, store: GoldStore) -> None:
        """A process that was given up for dead doesn't write over what came after."""
        question = store.add(ENTRY)
        begun = store.begin(RunCause.REQUESTED, sequence=9)
        store.fail(begun.run_id, "stopped")

        for again in (
            lambda: store.finish(begun.run_id, [result_of(question)]),
            lambda: store.fail(begun.run_id, "again"),
        ):
            with pytest.raises(Conflict):
                again()

        assert (store.run(begun.run_id).reason, store.results(begun.run_id)) == ("stopped", [])
        assert store.last() is None

    def test_whose_process_died_fails(self, store: GoldStore, clock: SetClock) -> None:
        """Only when nobody has heard of it for a while."""
        store.add(ENTRY)
        dead, alive = (store.begin(RunCause.REQUESTED, sequence=9) for _ in range(2))
        clock.pass_by(gold.SILENT_S)
        store.heard(alive.run_id, 1)
        clock.pass_by(1)

        assert store.fail_silent() == 1

        assert store.run(dead.run_id).status is RunStatus.FAILED
        assert "start it again" in (store.run(dead.run_id).reason or "")
        assert store.run(alive.run_id).status is RunStatus.RUNNING

    def test_has_one_before_it(self, store: GoldStore) -> None:
        """Failed ones don't count."""
        question = store.add(ENTRY)
        first, failed, third = (store.begin(RunCause.REQUESTED, sequence=9).run_id for _ in range(3))
        store.finish(first, [result_of(question)])
        store.fail(failed, "x")
        store.finish(third, [result_of(question)])

        assert [run.run_id if run else None for run in (store.last(), store.last(before=third))] == [third, first]
        assert store.last(before=first) is None

    def test_of_long_ago_keeps_its_figures_only(self, store: GoldStore, monkeypatch: pytest.MonkeyPatch) -> None:
        """The history goes on, the answers don't grow without end."""
        monkeypatch.setattr(gold, "KEPT_RESULTS", 2)
        question = store.add(ENTRY)
        runs = [store.begin(RunCause.REQUESTED, sequence=n).run_id for n in range(3)]
        for run_id in runs:
            store.finish(run_id, [result_of(question)])

        assert [len(store.results(run_id)) for run_id in runs] == [0, 1, 1]
        assert store.run(runs[0]).right == 1

    def test_unknown_is_not_found(self, store: GoldStore) -> None:
        """Nor are its results."""
        for look in (store.run, store.results):
            with pytest.raises(NotFound):
                look(GoldRunId(77))


class TestPublishing:
    def test_tells_which_versions_came_since(self, store: GoldStore, kb: KnowledgeBase) -> None:
        """Live ones only, by name; what was there before isn't named."""
        publish(kb, "旧.txt", "旧的段落。")
        before = kb.sequence()
        publish(kb, "政策.txt", "第一版。")
        publish(kb, "政策.txt", "第二版。")

        assert store.published_since(before) == (PublishedVersion("政策.txt", 2),)
        assert store.published_since(kb.sequence()) == ()

    def test_deleting_a_document_leaves_none_of_its_words(
        self, store: GoldStore, kb: KnowledgeBase, database: Engine
    ) -> None:
        """Neither as an expected quote nor as an answer that was drawn from it; the question stays."""
        version = publish(kb, "秘密.txt", "暗号是猫头鹰七十七。")
        other = store.add(UNANSWERABLE)
        question = store.add(replace(ENTRY, sources=(GoldSource("秘密.txt", "猫头鹰七十七"),), facts=()))
        begun = store.begin(RunCause.REQUESTED, sequence=9)
        place = replace(result_of(question).citations[0], document_id=version.document_id)
        found = replace(result_of(question, answer="是猫头鹰七十七。[1]"), citations=(place,), missing=())
        store.finish(begun.run_id, [replace(result_of(other), citations=()), found])

        kb.delete(version.document_id)

        assert "猫头鹰" not in everything_in(database)
        assert store.question(GoldId(question.gold_id)).sources == (GoldSource("秘密.txt", ""),)
        assert [result.answer for result in store.results(begun.run_id)] == ["三十天内。[1]", ""]

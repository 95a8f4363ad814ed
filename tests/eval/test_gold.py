"""Gold questions: asked by the chat's own assistant, judged without a model, compared between two runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.blobs import BlobStore
from core.database import open_engine
from core.errors import StorageError
from core.gold import (
    ChangeKind,
    CitedPlace,
    GoldId,
    GoldOrigin,
    GoldQuestion,
    GoldResult,
    GoldSource,
    Verdict,
)
from core.migrations import migrate
from core.types import (
    Answer,
    Audience,
    Citation,
    Clarification,
    DocumentId,
    Handover,
    HandoverCode,
    Hit,
    Language,
    Outcome,
    Passage,
    PassageId,
    Reply,
    Tier,
    Turn,
    Why,
)
from eval.gold import (
    AS_EXPECTED,
    Interrupted,
    Judge,
    ask,
    changes,
    fallen,
    kind_of_change,
    lacking,
    to_run_file,
    would_be_right,
)
from eval.runs import PRODUCT, read_run, write_run
from kb.store import KnowledgeBase
from tests.kb.samples import publish

NOW = datetime(2026, 3, 1, tzinfo=UTC)
POLICY = "自签收之日起三十天内可以无理由退货。"
QUESTION = GoldQuestion(
    gold_id=GoldId(1),
    text="退货期限是多久？",
    facts=("三十天 | 30 天",),
    sources=(GoldSource("退换货政策.md", "签收之日起三十天内"),),
    origin=GoldOrigin.WRITTEN,
    message_id=None,
    created_at=NOW,
    updated_at=NOW,
)
UNANSWERABLE = replace(QUESTION, gold_id=GoldId(2), text="修咖啡机吗？", answerable=False, facts=(), sources=())


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """A knowledge base with one policy of one passage."""
    home = tmp_path_factory.mktemp("kb")
    engine = open_engine(f"sqlite:///{home / 'zhida.db'}")
    migrate(engine)
    made = KnowledgeBase(engine, BlobStore(home / "blobs", max_bytes=10_000))
    publish(made, "退换货政策.md", POLICY)
    return made


@pytest.fixture
def passage(kb: KnowledgeBase) -> Passage:
    found = kb.find("退换货政策.md")
    assert found is not None
    return kb.passages(found.document_id)[0]


def cite(passage: Passage, quote: str = POLICY, **changed: object) -> Citation:
    start = passage.start + passage.text.index(quote)
    cited = Citation(
        1, passage.passage_id, passage.document_id, passage.document, 1, None, (), start, start + len(quote), quote
    )
    return replace(cited, **changed)  # type: ignore[arg-type]  # a test changes what it likes


def answer(passage: Passage, text: str = f"{POLICY}[1]", **changed: object) -> Answer:
    return Answer(text, (cite(passage, **changed),), 0.8, Tier.QUOTED)


def handover(code: HandoverCode = HandoverCode.MISSING_KNOWLEDGE) -> Handover:
    return Handover(code, "nothing found", "我不知道。", 0.1)


def reply(outcome: Outcome, *passages: Passage) -> Reply:
    return Reply(outcome, tuple(Hit(each, 1.0, Why((), 1, 0.9, None, None)) for each in passages), {"total": 9.5})


class TestAnAnswer:
    def test_is_right_with_an_expected_source_and_every_fact(self, kb: KnowledgeBase, passage: Passage) -> None:
        """In one of the fact's wordings, whatever its width and blanks."""
        result = Judge(kb).result(QUESTION, reply(answer(passage), passage))

        assert result.verdict is Verdict.RIGHT
        assert (result.cited, result.missing, result.stale, result.found) == (True, (), False, True)
        assert (result.outcome, result.tier, result.confidence, result.ms) == ("answer", Tier.QUOTED, 0.8, 9.5)
        assert [(place.document, place.version) for place in result.citations] == [("退换货政策.md", 1)]

    def test_is_wrong_when_a_fact_is_missing(self, kb: KnowledgeBase, passage: Passage) -> None:
        """The result says which."""
        result = Judge(kb).result(QUESTION, reply(answer(passage, "可以退货。[1]"), passage))

        assert (result.verdict, result.missing) == (Verdict.WRONG, ("三十天 | 30 天",))

    def test_is_wrong_with_another_source(self, kb: KnowledgeBase, passage: Passage) -> None:
        """The right words from the wrong document are luck."""
        result = Judge(kb).result(QUESTION, reply(answer(passage, document="配送说明.md"), passage))

        assert (result.verdict, result.cited, result.missing) == (Verdict.WRONG, False, ())

    def test_may_cite_any_of_the_expected_sources(self, kb: KnowledgeBase, passage: Passage) -> None:
        """Also one without a document, known by its words alone."""
        question = replace(QUESTION, sources=(GoldSource("别的.md", ""), GoldSource("", "三十天内")))

        assert Judge(kb).result(question, reply(answer(passage), passage)).verdict is Verdict.RIGHT

    def test_may_quote_less_than_was_expected(self, kb: KnowledgeBase, passage: Passage) -> None:
        """The whole passage counts, and a part of the expected words as well."""
        long = replace(QUESTION, sources=(GoldSource("退换货政策.md", f"前言。{POLICY}"),))
        judge = Judge(kb)

        short_quote = judge.result(QUESTION, reply(answer(passage, quote="可以无理由退货"), passage))
        part = judge.result(long, reply(answer(passage)))

        assert short_quote.cited
        assert part.cited
        assert part.stale

    def test_to_an_unanswerable_question_is_wrong(self, kb: KnowledgeBase, passage: Passage) -> None:
        """However well it is founded."""
        result = Judge(kb).result(UNANSWERABLE, reply(answer(passage), passage))

        assert (result.verdict, result.found) == (Verdict.WRONG, False)


class TestNoAnswer:
    @pytest.mark.parametrize("outcome", [handover(), Clarification("哪一款？", ("A", "B"), 0.4)])
    def test_to_an_answerable_question_is_a_miss(
        self, kb: KnowledgeBase, passage: Passage, outcome: Handover | Clarification
    ) -> None:
        """Whether the source had been found tells the manager what to mend."""
        found = Judge(kb).result(QUESTION, reply(outcome, passage))
        lost = Judge(kb).result(QUESTION, reply(outcome))

        assert (found.verdict, found.found) == (Verdict.MISSED, True)
        assert (lost.verdict, lost.found) == (Verdict.MISSED, False)

    def test_to_an_unanswerable_question_is_as_it_should_be(self, kb: KnowledgeBase) -> None:
        """The assistant knows its limits."""
        assert Judge(kb).result(UNANSWERABLE, reply(handover())).verdict is Verdict.REFUSED


class TestFacts:
    @pytest.mark.parametrize(
        ("fact", "said", "there"),
        [
            ("15 天", "请在15天内申请", True),
            ("5 天", "请在 15 天内申请", False),
            ("1.5", "功率 1.56 kW", False),
            ("3,200 mAh", "电池 3200mAh", True),
            ("12", "第[12]条", False),
            ("質量", "质量问题", True),
            ("Free of CHARGE", "It is free of charge.", True),
            ("十五天 | 15 天", "15天", True),
            ("7", "24/7", True),
            ("7", "7.5", False),
        ],
    )
    def test_are_looked_for_as_a_reader_would(self, fact: str, said: str, there: bool) -> None:
        """Whole numbers, any script, width and case; marks of citations say nothing."""
        assert (lacking([fact], said) == ()) is there


class TestAQuoteThatIsGone:
    def test_asks_for_its_document_and_for_a_look(self, kb: KnowledgeBase, passage: Passage) -> None:
        """A new wording of a policy doesn't turn a right answer into a wrong one."""
        question = replace(QUESTION, sources=(GoldSource("退换货政策.md", "这句话已经改写了"),))

        result = Judge(kb).result(question, reply(answer(passage), passage))

        assert (result.verdict, result.stale) == (Verdict.RIGHT, True)

    @pytest.mark.parametrize("name", ["删掉的.md", "不/是/名字", ""])
    def test_with_its_document_is_noticed(self, kb: KnowledgeBase, name: str) -> None:
        """Whatever a manager has typed as its name; none at all isn't looked for."""
        question = replace(QUESTION, sources=(GoldSource(name, "三十天"),))

        assert Judge(kb).result(question, reply(handover())).stale is bool(name)


class Scripted:
    """An assistant that says the same to every turn and keeps the turns."""

    def __init__(self, said: Reply) -> None:
        self.said = said
        self.turns: list[Turn] = []

    def reply(self, turn: Turn, /) -> Reply:
        self.turns.append(turn)
        return self.said


class TestAsking:
    def test_is_what_a_customer_would_do(self, kb: KnowledgeBase) -> None:
        """One new conversation for each question, by the audience and in the language that it names."""
        internal = replace(QUESTION, gold_id=GoldId(3), audience=Audience.INTERNAL, language=Language.EN)
        assistant = Scripted(reply(handover()))
        heard: list[int] = []

        results = ask([internal, UNANSWERABLE, QUESTION], assistant, kb, heard=heard.append)

        assert [turn.text for turn in assistant.turns] == [each.text for each in (QUESTION, UNANSWERABLE, internal)]
        assert [(turn.audience, turn.language, turn.history) for turn in assistant.turns][2] == (
            Audience.INTERNAL,
            Language.EN,
            (),
        )
        assert [result.gold_id for result in results] == [1, 2, 3]
        assert heard == [1, 2, 3]

    def test_ends_when_it_is_told_to(self, kb: KnowledgeBase) -> None:
        """A server that stops doesn't wait for the rest."""
        assistant = Scripted(reply(handover()))

        with pytest.raises(Interrupted):
            ask([QUESTION, UNANSWERABLE], assistant, kb, pause=lambda took: True)

        assert len(assistant.turns) == 1

    def test_measures_nothing_while_the_search_is_broken(self, kb: KnowledgeBase) -> None:
        """A hand-over for want of a database isn't a miss of the knowledge base."""
        with pytest.raises(StorageError, match="question 1"):
            ask([QUESTION], Scripted(reply(handover(HandoverCode.TOOL_FAILURE))), kb)


PLACE = CitedPlace(DocumentId("d"), "退换货政策.md", 1, None, 0, 10, PassageId(1), "a" * 64)
RIGHT = GoldResult(
    gold_id=GoldId(1),
    text="退货期限是多久？",
    audience=Audience.PUBLIC,
    answerable=True,
    asked_as=NOW,
    outcome="answer",
    tier=Tier.QUOTED,
    answer="三十天内。[1]",
    citations=(PLACE,),
    confidence=0.8,
    verdict=Verdict.RIGHT,
    cited=True,
    missing=(),
    found=True,
    stale=False,
    ms=12.0,
)
MISSED = replace(RIGHT, verdict=Verdict.MISSED, outcome="handover", answer="我不知道。", citations=(), tier=None)


class TestChanges:
    @pytest.mark.parametrize(
        ("before", "after", "kind"),
        [
            (RIGHT, MISSED, ChangeKind.FELL),
            (MISSED, RIGHT, ChangeKind.ROSE),
            (RIGHT, replace(RIGHT, answer="三十天以内。[1]"), ChangeKind.REWORDED),
            (RIGHT, replace(RIGHT, citations=(replace(PLACE, digest="b" * 64),)), ChangeKind.MOVED),
            (RIGHT, replace(RIGHT, citations=(replace(PLACE, document="别的.md"),)), ChangeKind.MOVED),
            (RIGHT, replace(RIGHT, citations=(replace(PLACE, version=2, start=5),)), None),
            (RIGHT, replace(RIGHT, answer="三十天内。 [2]", confidence=0.5, ms=99.0), None),
            (replace(RIGHT, answer=""), RIGHT, None),
        ],
        ids=["fell", "rose", "reworded", "moved", "another document", "new version", "new mark", "words are gone"],
    )
    def test_are_what_a_reader_would_notice(
        self, before: GoldResult, after: GoldResult, kind: ChangeKind | None
    ) -> None:
        """The same words from a new version of a document are no change."""
        assert kind_of_change(before, after) is kind

    def test_come_the_most_serious_first(self) -> None:
        """Questions that only one of the runs has are left out."""
        results = {n: replace(RIGHT, gold_id=GoldId(n)) for n in range(1, 5)}
        after = [
            replace(results[1], answer="别的话"),
            replace(results[2], verdict=Verdict.WRONG),
            replace(results[3]),
            replace(RIGHT, gold_id=GoldId(9), verdict=Verdict.WRONG),
        ]

        found = changes(list(results.values()), after)

        assert [(change.kind, change.after.gold_id) for change in found] == [
            (ChangeKind.FELL, 2),
            (ChangeKind.REWORDED, 1),
        ]

    def test_say_when_the_question_was_edited(self) -> None:
        """Then the answer may be the same, and the judgement another."""
        later = replace(RIGHT, verdict=Verdict.WRONG, asked_as=datetime(2026, 4, 1, tzinfo=UTC))

        assert [change.edited for change in changes([RIGHT], [later])] == [True]


class TestRunFile:
    def test_reads_like_any_other(self, tmp_path: Path) -> None:
        """Models apart from settings; a measure of all questions, and one of each kind."""
        unanswerable = replace(MISSED, gold_id=GoldId(2), text="修咖啡机吗？", answerable=False, verdict=Verdict.WRONG)
        run = to_run_file([RIGHT, unanswerable], {"encoder": "e", "threshold": "0.5"}, now=NOW)

        write_run(tmp_path / "run.json", run)

        assert read_run(tmp_path / "run.json") == run
        assert (run.models, run.settings) == ({"encoder": "e"}, {"threshold": "0.5"})
        means = {name: (mean.value, mean.cases) for name, mean in run.systems[PRODUCT].measures.items()}
        assert means == {
            AS_EXPECTED: (0.5, 2),
            "wrong_share": (0.5, 2),
            "answered_right": (1.0, 1),
            "refused": (0.0, 1),
        }

    def test_names_a_case_by_its_question(self) -> None:
        """So that a knowledge base that was built anew compares with an old run."""
        one = to_run_file([RIGHT], {}).systems[PRODUCT].cases[0]
        other = (
            to_run_file([replace(RIGHT, gold_id=GoldId(77), text=" 退货期限是多久? ")], {}).systems[PRODUCT].cases[0]
        )

        assert one.case_id == other.case_id

    def test_tells_which_questions_fell(self) -> None:
        """With what was said before and after."""
        before, after = to_run_file([RIGHT], {}), to_run_file([MISSED], {})

        (fell,) = fallen(before, after)

        assert (fell.text, fell.before["answer"], fell.after["verdict"]) == (RIGHT.text, RIGHT.answer, "missed")
        assert fallen(after, before) == []

    @pytest.mark.parametrize(
        ("result", "right"),
        [
            (RIGHT, True),
            (replace(RIGHT, verdict=Verdict.WRONG), False),
            (MISSED, True),
            (replace(MISSED, found=False), False),
            (replace(MISSED, answerable=False, verdict=Verdict.REFUSED), False),
        ],
        ids=["right", "wrong", "missed", "not found", "refused"],
    )
    def test_knows_what_answering_would_have_been(self, result: GoldResult, right: bool) -> None:
        """For the curves of risk: a miss with the source at hand could have been a right answer."""
        assert would_be_right(result) is right

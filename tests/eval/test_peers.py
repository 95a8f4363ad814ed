"""The comparison with other libraries: rules, protocol and table. No peer is installed here."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidInput
from eval.benchmarks.peers.catalogue import SYSTEMS, Listed
from eval.benchmarks.peers.choosing import check_same, wanted
from eval.benchmarks.peers.encoding import TimedEncoder, VectorFile
from eval.benchmarks.peers.environments import MARK, REQUIREMENTS, interpreter
from eval.benchmarks.peers.protocol import Broken, Passage
from eval.benchmarks.peers.rules import LABEL, ragflow, weknora
from eval.benchmarks.peers.running import ROOT, Given, measure, prepare
from eval.benchmarks.peers.table import tables
from eval.benchmarks.peers.words import spaced, words
from eval.runs import CaseResult, RunFile, RunKind, SystemRun, Timings, record
from eval.suite import CaseId, CorpusEntry, CorpusId, RetrievalCase, RetrievalSuite
from kb.index import Candidate
from models.fake_encoder import FakeEncoder

PEER = Listed("fake", "Fake", environment="fake")
CORPUS = [("p1", "", "七天内可以退货。"), ("p2", "配送", "满 99 元包邮。"), ("p3", "", "发票在订单页下载。")]
CASES = [("q1", "七天内可以退货吗", {"p1": 1}), ("q2", "运费多少", {"p2": 1}), ("q3", "没有答案的问题", {})]


def suite() -> RetrievalSuite:
    return RetrievalSuite(
        "shop",
        tuple(CorpusEntry(CorpusId(entry), title, text) for entry, title, text in CORPUS),
        tuple(
            RetrievalCase(CaseId(case), text, {CorpusId(entry): grade for entry, grade in grades.items()})
            for case, text, grades in CASES
        ),
    )


@pytest.fixture
def given() -> Given:
    return prepare(suite(), FakeEncoder())


def ranking(*scores: tuple[int, float]) -> list[Candidate]:
    return [Candidate(entry_id, score) for entry_id, score in scores]


class TestWeKnora:
    def test_vectors_count_more_than_words(self) -> None:
        """.7 / 61 for the first by vectors, .3 / 61 for the first by words."""
        assert weknora(ranking((1, 0.9)), ranking((2, 30.0))) == [1, 2]

    def test_being_in_both_lists_beats_leading_one(self) -> None:
        """.7 / 62 + .3 / 61 is more than .7 / 61."""
        assert weknora(ranking((1, 0.9), (2, 0.8)), ranking((2, 30.0))) == [2, 1]

    def test_a_far_vector_is_no_candidate(self) -> None:
        """Below the floor the passage can only come in by its words."""
        assert weknora(ranking((1, 0.1)), ranking((2, 30.0))) == [2]

    def test_only_fifty_of_each_side_are_read(self) -> None:
        """The fifty-first is never seen."""
        dense = ranking(*((number, 1 - number / 100) for number in range(60)))

        assert weknora(dense, []) == list(range(50))

    def test_no_candidates_give_nothing(self) -> None:
        """It isn't an error."""
        assert weknora([], []) == []


class TestRagFlow:
    def test_orders_by_terms_and_cosine(self) -> None:
        """.7 of the share of the terms' weight and .3 of the cosine: .7 · 1 + .3 · .1 over .7 · .5 + .3 · .9."""
        found = ragflow({"退货": 2.0, "运费": 2.0}, {1: {"退货"}, 2: {"退货", "运费"}}, {1: 0.9, 2: 0.1})

        assert found == [2, 1]

    def test_rare_terms_count_more(self) -> None:
        """The share is one of weights, not of numbers."""
        found = ragflow({"的": 0.1, "退货": 3.0}, {1: {"的"}, 2: {"退货"}}, {1: 0.8, 2: 0.8})

        assert found == [2, 1]

    def test_too_few_terms_hide_the_nearest_vector(self) -> None:
        """The keyword query is the filter: one term of four is under 30 %, whatever the cosine."""
        weights = {"甲": 1.0, "乙": 1.0, "丙": 1.0, "丁": 1.0}

        assert ragflow(weights, {1: {"甲"}, 2: {"甲", "乙"}}, {1: 0.99, 2: 0.2}) == [2]

    def test_asks_for_less_when_nothing_passes(self) -> None:
        """10 % of the terms are enough then, with a nearer vector."""
        weights = {"甲": 1.0, "乙": 1.0, "丙": 1.0, "丁": 1.0}

        assert ragflow(weights, {1: {"甲"}, 2: {"乙"}}, {1: 0.9, 2: 0.16}) == [1]

    def test_returns_nothing_below_the_floor(self) -> None:
        """.7 · .1 + .3 · .4 is under .2."""
        assert ragflow({"甲": 1.0, "乙": 9.0}, {1: {"甲"}}, {1: 0.4}) == []

    def test_a_question_without_words_finds_nothing(self) -> None:
        """There is nothing to filter by."""
        assert ragflow({}, {1: {"退货"}}, {1: 0.9}) == []


class TestWords:
    def test_long_words_come_with_their_parts(self) -> None:
        """A question for the part finds the whole."""
        assert {"人民", "共和国", "中华人民共和国"} <= set(words("中华人民共和国"))

    def test_letters_are_lowered_and_punctuation_is_no_word(self) -> None:
        """A library that splits at spaces gets the same words."""
        assert words("怎么退 X100？") == ["怎么", "退", "x100"]
        assert spaced("怎么退 X100？") == "怎么 退 x100"


class TestPreparing:
    def test_a_title_stands_in_front_as_zhida_indexes_it(self, given: Given) -> None:
        """Every library is given what Zhida's own encoder reads."""
        assert [passage.text for passage in given.passages] == [
            "七天内可以退货。",
            "配送\n满 99 元包邮。",
            "发票在订单页下载。",
        ]
        assert given.sources == ("p1", "p2", "p3")

    def test_zhida_gets_the_entries_whole(self, given: Given) -> None:
        """It puts titles in front and splits by itself."""
        assert given.entries[1] == Passage(1, "配送", "满 99 元包邮。")

    def test_cases_that_nothing_answers_are_left_out(self, given: Given) -> None:
        """No ranking of them is right or wrong."""
        assert [case.case_id for case in given.cases] == ["q1", "q2"]

    def test_fewer_cases_are_spread_over_the_suite(self) -> None:
        """The first ones of a file may all be of one kind."""
        cases = tuple(RetrievalCase(CaseId(f"q{number}"), "退货", {CorpusId("p1"): 1}) for number in range(10))

        given = prepare(RetrievalSuite("shop", suite().corpus, cases), FakeEncoder(), cases=3)

        assert [case.case_id for case in given.cases] == ["q0", "q3", "q6"]

    def test_split_entries_ask_for_more_passages(self) -> None:
        """A long entry may take several of the first places."""
        short, long = "七天内可以退货。", "\n\n".join(f"第{number}条 退货须知的说明文字。" * 8 for number in range(40))
        entries = tuple(CorpusEntry(CorpusId(name), "", text) for name, text in (("a", short), ("b", long)))
        case = RetrievalCase(CaseId("q"), "退货", {CorpusId("b"): 1})

        given = prepare(RetrievalSuite("long", entries, (case,)), FakeEncoder())

        assert given.sources[:2] == ("a", "b")
        assert len(given.passages) > 2
        assert given.k == 60


ANSWERING = """
import json, pathlib
folder = pathlib.Path(sys.argv[3])
job = json.loads((folder / "job.json").read_text())
passages = [json.loads(line) for line in (folder / "passages.jsonl").read_text().splitlines()]
questions = [json.loads(line) for line in (folder / "questions.jsonl").read_text().splitlines()]
answers = [{"Ingested": {"passages": len(passages), "seconds": 2.0, "encoder_seconds": 1.0}}]
for question in questions[SKIPPED:]:
    answers.append({"Found": {"case_id": question["case_id"], "numbers": [0, 2, 1], "seconds": 0.004}})
facts = {"disk_bytes": 10, "resident_bytes": 20, "peak_bytes": 30, "versions": {"fake": job["system"]}}
answers.append({"Ended": facts})
(folder / "answers.jsonl").write_text("".join(json.dumps(answer) + "\\n" for answer in answers))
"""
"""A peer's whole process, in no more than the protocol says."""


def fake_python(folder: Path, code: str) -> Path:
    """An interpreter that runs `code` whatever module it is told to run."""
    script = folder / "python"
    script.write_text(f"#!{sys.executable}\nimport sys\n{code}", encoding="utf-8")
    script.chmod(0o755)
    return script


class TestProcess:
    def test_measures_what_a_process_answers(self, given: Given, tmp_path: Path) -> None:
        """The entry of the best passage is what counts: p1 comes first, p2 third."""
        python = fake_python(tmp_path, ANSWERING.replace("SKIPPED", "0"))

        found = measure(PEER, given, python, vectors=None, threads=1)

        values = {case.case_id: case.values["ndcg@10"] for case in found.run.cases}
        assert values == {"q1": 1.0, "q2": pytest.approx(0.5)}
        assert found.run.timings_ms == Timings(4.0, 4.0)
        assert found.run.facts["passages_per_second"] == 1.5
        assert found.versions == {"fake": "fake"}

    def test_times_mean_nothing_with_vectors_of_earlier_runs(self, given: Given, tmp_path: Path) -> None:
        """So there are none."""
        python = fake_python(tmp_path, ANSWERING.replace("SKIPPED", "0"))

        found = measure(PEER, given, python, vectors=tmp_path / "vectors.db", threads=1)

        assert found.run.timings_ms is None
        assert "passages_per_second" not in found.run.facts

    def test_an_unanswered_question_is_an_error(self, given: Given, tmp_path: Path) -> None:
        """A missing answer would count as a bad one."""
        python = fake_python(tmp_path, ANSWERING.replace("SKIPPED", "1"))

        with pytest.raises(Broken, match="1 of 2 questions"):
            measure(PEER, given, python, vectors=None, threads=1)

    def test_a_failing_process_says_why(self, given: Given, tmp_path: Path) -> None:
        """The end of its error stream is what a person needs."""
        python = fake_python(tmp_path, "sys.exit('no module named peer')")

        with pytest.raises(Broken, match="Fake failed: no module named peer"):
            measure(PEER, given, python, vectors=None, threads=1)

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["zhida", "weknora", "ragflow"])
    def test_what_needs_no_package_runs_here(self, name: str, given: Given, tmp_path: Path) -> None:
        """The real program, encoder and indexes: a passage in the question's own words comes first."""
        system = next(system for system in SYSTEMS if system.name == name)

        found = measure(system, given, Path(sys.executable), vectors=tmp_path / "vectors.db", threads=1)

        assert found.run.cases[0].details["found"][0] == "p1"
        assert found.run.facts["passages"] == 3
        assert found.run.facts["index_bytes"] > 0

    def test_a_peers_process_imports_little_of_zhida(self) -> None:
        """None of these is in a peer's environment."""
        code = (
            "import sys, eval.benchmarks.peers.child, eval.benchmarks.peers.words\n"
            "print([name for name in ('faiss', 'jieba', 'pydantic', 'sqlalchemy', 'tantivy') if name in sys.modules])"
        )

        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

        assert done.stdout.strip() == "['jieba']"


class TestEnvironments:
    @pytest.mark.parametrize("name", sorted({system.environment for system in SYSTEMS if system.environment}))
    def test_every_version_is_pinned(self, name: str) -> None:
        """A table of today can be made again."""
        lines = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()

        assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+", line) for line in lines)
        assert {line.split("==")[0] for line in lines} >= {"jieba", "numpy", "onnxruntime", "tokenizers"}

    def test_what_is_installed_stays(self, tmp_path: Path) -> None:
        """Installing takes minutes, so the mark of the same requirements is believed."""
        digest = hashlib.sha256((REQUIREMENTS / "chroma.txt").read_bytes()).hexdigest()
        (tmp_path / "chroma").mkdir()
        (tmp_path / "chroma" / MARK).write_text(digest, encoding="ascii")
        chroma = next(system for system in SYSTEMS if system.name == "chroma")

        assert interpreter(chroma, tmp_path) == tmp_path / "chroma" / "bin" / "python"

    def test_zhida_runs_in_its_own(self, tmp_path: Path) -> None:
        """Nothing is installed for it."""
        assert interpreter(SYSTEMS[0], tmp_path) == Path(sys.executable)
        assert list(tmp_path.iterdir()) == []


class TestVectors:
    def test_question_and_passage_of_one_wording_differ(self, tmp_path: Path) -> None:
        """The encoder puts another word in front of each."""
        file = VectorFile(tmp_path / "vectors.db", "model@1")
        file.write("query: ", {"退货": b"question"})
        file.write("passage: ", {"退货": b"passage"})

        assert file.read("query: ", ["退货", "发票"]) == {"退货": b"question"}
        assert VectorFile(tmp_path / "vectors.db", "model@2").read("query: ", ["退货"]) == {}

    @pytest.mark.slow
    def test_a_text_is_encoded_once_for_all_systems(self, tmp_path: Path) -> None:
        """The second process reads what the first one wrote, and gets the same."""
        first = TimedEncoder(threads=1, vectors=tmp_path / "vectors.db")
        made = first.encode_passages(["退货", "发票", "退货"])
        second = TimedEncoder(threads=1, vectors=tmp_path / "vectors.db")

        assert np.array_equal(second.encode_passages(["发票", "退货"]), made[[1, 2]])
        assert (first.vectors_read, second.vectors_read) == (1, 2)


def run_file(name: str, **values: list[float]) -> RunFile:
    """A run of several systems, given their nDCG@10 case by case."""
    systems = {
        system.replace("_", " "): SystemRun.of(
            [CaseResult(f"q{number}", "", {"ndcg@10": value, "recall@5": value}) for number, value in enumerate(found)],
            facts={"index_bytes": 2_000_000, "resident_bytes": 300_000_000},
        )
        for system, found in values.items()
    }
    return record(RunKind.RETRIEVAL, name, systems, models={"encoder": "e@1"}, settings={"given": "f", "packages": {}})


class TestTable:
    def test_every_system_has_a_row_for_every_suite(self) -> None:
        """What wasn't measured is a dash."""
        text = tables([run_file("shop", zhida=[1.0, 0.5], Chroma=[0.5, 0.5])])

        assert "| shop (2) | zhida | 0.750 ± 0.250 | 0.750 ± 0.250 | – | – | – | 2.0 | 300 |" in text
        assert "| shop (2) | Chroma | 0.500 ± 0.000 | 0.500 ± 0.000 | – | – | – | 2.0 | 300 |" in text

    def test_the_mean_counts_every_suite_alike(self) -> None:
        """However many cases one has; a system that lacks a suite has no mean."""
        runs = [run_file("a", zhida=[1.0, 1.0, 1.0], Chroma=[1.0, 1.0, 1.0]), run_file("b", zhida=[0.0])]

        text = tables(runs)

        assert "| zhida | 1.000 | 0.000 | 0.5000 |" in text
        assert "| Chroma | 1.000 | – | – |" in text

    def test_zhida_stands_against_the_best_peer_of_each_suite(self) -> None:
        """Another suite may have another best; the last rows take the mean of all suites."""
        runs = [
            run_file("a", zhida=[0.5] * 40, Chroma=[0.2] * 40, txtai=[0.1] * 40),
            run_file("b", zhida=[0.5] * 40, Chroma=[0.1] * 40, txtai=[0.6] * 40),
        ]

        text = tables(runs)

        assert "| a | Chroma | 0.2000 | 0.5000 | +0.3000 | +0.300 … +0.300 | better |" in text
        assert "| b | txtai | 0.6000 | 0.5000 | -0.1000 | -0.100 … -0.100 | worse |" in text
        assert "| mean of all suites | txtai | 0.3500 | 0.5000 | +0.1500 |" in text

    def test_a_difference_by_chance_stays_open(self) -> None:
        """One case of three says nothing."""
        text = tables([run_file("a", zhida=[1.0, 0.0, 0.5], Chroma=[0.0, 1.0, 0.4])])

        assert "open |" in text

    def test_our_own_code_after_a_description_is_named_so(self) -> None:
        """Nobody may read it as a score of that product."""
        label = next(system.label for system in SYSTEMS if system.name == "ragflow")

        assert label == "RAGFlow (re-implementation from the description)"
        assert LABEL in tables([record_with(label)])


def record_with(label: str) -> RunFile:
    found = SystemRun.of(
        [CaseResult("q", "", {"ndcg@10": 1.0, "recall@5": 1.0})], facts={"index_bytes": 1, "resident_bytes": 1}
    )
    return record(RunKind.RETRIEVAL, "shop", {label: found}, models={})


class TestChoosing:
    def test_stored_systems_arent_run_again(self) -> None:
        """Unless they are named."""
        stored = [system.label for system in SYSTEMS if system.name != "zhida"]

        assert [system.name for system in wanted([], stored)] == ["zhida"]
        assert [system.name for system in wanted(["chroma"], stored)] == ["chroma"]

    def test_results_over_other_passages_cant_be_reused(self, given: Given) -> None:
        """The table would compare two different tasks."""
        settings = {"given": given.fingerprint, "packages": {}}
        same = record(RunKind.RETRIEVAL, "shop", {}, models={"encoder": "e@1"}, settings=settings)
        check_same(same, given, "e@1")

        with pytest.raises(InvalidInput, match="another encoder"):
            check_same(same, given, "e@2")
        with pytest.raises(InvalidInput, match="other passages"):
            check_same(run_file("shop", zhida=[1.0]), given, "e@1")

    def test_the_fingerprint_follows_questions_and_texts(self, given: Given) -> None:
        """Either makes other figures."""
        changed = [CorpusEntry(CorpusId("p1"), "", "十五天内可以退货。"), *suite().corpus[1:]]
        other = prepare(RetrievalSuite("shop", tuple(changed), suite().cases), FakeEncoder())
        fewer = prepare(RetrievalSuite("shop", suite().corpus, suite().cases[:1]), FakeEncoder())

        assert len({given.fingerprint, other.fingerprint, fewer.fingerprint}) == 3

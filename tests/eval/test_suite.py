"""Reading retrieval suites."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import InvalidInput
from eval.suite import read_retrieval_suite

CORPUS = [
    {"id": "p1", "title": "退货", "text": "七天内可以退货。"},
    {"id": "p2", "title": "", "text": "满 99 元包邮。"},
]
QUERIES = [{"id": "q1", "text": "能退吗"}, {"id": "q2", "text": "没有标注的问题"}]


def write_suite(
    folder: Path, *, corpus: Path | None = None, qrels: str = "query-id\tcorpus-id\tscore\nq1\tp1\t1\n"
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (corpus or folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, CORPUS)), encoding="utf-8")
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, QUERIES)), encoding="utf-8")
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return folder


class TestReads:
    def test_corpus_queries_and_judgements(self, tmp_path: Path) -> None:
        """Queries without a judgement are left out: nothing can be said about them."""
        suite = read_retrieval_suite(write_suite(tmp_path / "shop" / "dev"))

        assert suite.name == "shop"
        assert [entry.title for entry in suite.corpus] == ["退货", ""]
        assert [(case.case_id, dict(case.grades)) for case in suite.cases] == [("q1", {"p1": 1})]

    def test_a_corpus_shared_by_several_sets_of_queries(self, tmp_path: Path) -> None:
        """It lies one folder up."""
        folder = tmp_path / "shop" / "dev"
        folder.mkdir(parents=True)

        suite = read_retrieval_suite(write_suite(folder, corpus=tmp_path / "shop" / "corpus.jsonl"))

        assert len(suite.corpus) == 2

    def test_a_judgement_of_an_entry_that_the_corpus_lacks_is_dropped(self, tmp_path: Path) -> None:
        """Nobody could find it, so it must not lower recall."""
        suite = read_retrieval_suite(write_suite(tmp_path / "shop", qrels="q1\tp1\t1\nq1\tgone\t1\n"))

        assert dict(suite.cases[0].grades) == {"p1": 1}

    def test_one_folder_in_two_languages(self, tmp_path: Path) -> None:
        """The languages behind the name say in which to ask and where to look."""
        folder = tmp_path / "parallel" / "dev"
        folder.mkdir(parents=True)
        for language, text in (("zh", "七天内可以退货。"), ("en", "Return it within seven days.")):
            line = json.dumps({"id": f"p1-{language}", "text": text})
            (folder / f"corpus_{language}.jsonl").write_text(line, encoding="utf-8")
        question = {"id": "q1", "text_zh": "能退吗", "text_en": "Can I return it?"}
        (folder / "queries.jsonl").write_text(json.dumps(question), encoding="utf-8")
        (folder / "qrels.tsv").write_text("q1\tp1-zh\t1\nq1\tp1-en\t1\n", encoding="utf-8")

        suite = read_retrieval_suite(folder.with_name("dev?zh2en"))

        assert suite.name == "parallel/zh2en"
        assert [entry.text for entry in suite.corpus] == ["Return it within seven days."]
        assert [(case.text, dict(case.grades)) for case in suite.cases] == [("能退吗", {"p1-en": 1})]


class TestRefuses:
    def test_a_missing_file_by_name(self, tmp_path: Path) -> None:
        """The message says which file is missing and what a suite holds."""
        folder = write_suite(tmp_path / "shop")
        (folder / "qrels.tsv").unlink()

        with pytest.raises(InvalidInput, match=r"qrels\.tsv is missing"):
            read_retrieval_suite(folder)

    def test_a_broken_line_by_number(self, tmp_path: Path) -> None:
        """The message says file and line."""
        folder = write_suite(tmp_path / "shop", qrels="query-id\tcorpus-id\tscore\nq1 p1 1\n")

        with pytest.raises(InvalidInput, match=r"qrels\.tsv line 2"):
            read_retrieval_suite(folder)

    def test_queries_that_match_no_judgement(self, tmp_path: Path) -> None:
        """Usually two files of different sets."""
        with pytest.raises(InvalidInput, match="No query"):
            read_retrieval_suite(write_suite(tmp_path / "shop", qrels="other\tp1\t1\n"))

"""`zhida demo` and its gold set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import sample
from api.commands.demo import add_questions
from api.composition import Replacements, Services
from core.settings import read_settings
from models.fake_encoder import FakeEncoder
from tests.api.shop import add


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Services]:
    services = Services(read_settings({}, home=tmp_path / "home"), Replacements(encoder=FakeEncoder()))
    yield services
    services.close()


class TestTheGoldSet:
    def test_is_the_sample_s(self, empty: Services) -> None:
        """Every question, judged by what its answer contains: several documents say the same."""
        add_questions(empty)

        found = empty.gold.questions()
        assert len(found) == len((sample.FOLDER / "questions.jsonl").read_text().splitlines())
        assert all(question.facts or not question.answerable for question in found)
        assert {question.sources for question in found} == {()}

    def test_runs_only_once_the_server_is_up(self, empty: Services) -> None:
        """The start answers its three questions first; the run comes in the background."""
        add_questions(empty)

        assert empty.gold.runs() == []

    def test_is_left_as_the_manager_made_it(self, empty: Services) -> None:
        """Who deletes its questions doesn't find them again after the next start."""
        add_questions(empty)
        for question in empty.gold.questions():
            empty.gold.delete(question.gold_id)
        add(empty, "a.txt", "有内容。".encode())

        add_questions(empty)

        assert empty.gold.count() == 0

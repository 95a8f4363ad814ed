"""The dense index beyond what every index promises: its two forms, its scores, its limits."""

from __future__ import annotations

import json
import threading
from datetime import date
from pathlib import Path

import faiss
import numpy as np
import pytest

from core.errors import IndexCorrupt, ModelMismatch
from core.types import Audience
from kb.dense import FACTS_FILE, ROWS_FILE, DenseIndex, sample_size
from kb.index import Candidate, Entry, Filter, Probe
from models.encoder import Vectors

TODAY = date(2026, 3, 1)
ANYONE = Filter(Audience.PUBLIC, TODAY)
STAFF = Filter(Audience.INTERNAL, TODAY)
DIMENSION = 24


def unit(rows: Vectors) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), dtype=np.float32)


def clustered(count: int, *, seed: int = 1) -> Vectors:
    """Unit vectors around forty centres, as texts are about topics."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(40, DIMENSION))
    rows = centres[random.integers(40, size=count)] + 0.4 * random.normal(size=(count, DIMENSION))
    return unit(rows.astype(np.float32))


def entries(vectors: Vectors, *, first: int = 1, internal: bool = False) -> list[Entry]:
    audience = Audience.INTERNAL if internal else Audience.PUBLIC
    return [Entry(first + at, "", vector, audience, None, None) for at, vector in enumerate(vectors)]


def ids(found: list[Candidate]) -> list[int]:
    return [candidate.entry_id for candidate in found]


def asked(vector: Vectors) -> Probe:
    return Probe("", vector)


class TestScores:
    def test_are_cosines(self) -> None:
        """1.0 for the vector itself, the dot product for another one."""
        index = DenseIndex(2)
        index.put(entries(unit(np.array([[1, 0], [1, 1]], dtype=np.float32))))

        found = index.search(asked(np.array([1, 0], dtype=np.float32)), k=2, only=ANYONE)

        assert found == [Candidate(1, 1.0), Candidate(2, 0.707107)]

    def test_of_grouped_vectors_stay_within_half_precision(self) -> None:
        """Answers are given by score, so the form of the index must not move it."""
        vectors = clustered(300)
        exact, grouped = DenseIndex(DIMENSION), DenseIndex(DIMENSION, exact_limit=100)
        exact.put(entries(vectors))
        grouped.put(entries(vectors))

        one = exact.search(asked(vectors[7]), k=10, only=ANYONE)
        other = grouped.search(asked(vectors[7]), k=10, only=ANYONE)

        assert [c.score for c in other] == pytest.approx([c.score for c in one], abs=0.001)


class TestGrowing:
    def test_goes_over_to_groups_above_the_limit(self) -> None:
        """And keeps every entry."""
        index = DenseIndex(DIMENSION, exact_limit=100)
        vectors = clustered(150)

        index.put(entries(vectors[:100]))
        assert index.exact
        index.put(entries(vectors[100:], first=101))

        assert not index.exact
        assert index.ids().tolist() == list(range(1, 151))

    def test_goes_back_when_little_is_left(self) -> None:
        """At half the limit, so that it doesn't swing to and fro at the limit itself."""
        index = DenseIndex(DIMENSION, exact_limit=100)
        index.put(entries(clustered(150)))

        index.remove(range(1, 81))
        assert not index.exact
        index.remove(range(81, 101))

        assert index.exact
        assert index.ids().tolist() == list(range(101, 151))

    def test_finds_what_came_after_the_training(self) -> None:
        """The centres are trained anew when the index has grown manifold; nothing is lost on the way."""
        index = DenseIndex(DIMENSION, exact_limit=50)
        vectors = clustered(600)

        for start in range(0, 600, 60):
            index.put(entries(vectors[start : start + 60], first=start + 1))

        assert len(index) == 600
        for at in (0, 59, 60, 300, 599):
            assert index.search(asked(vectors[at]), k=1, only=ANYONE)[0].entry_id == at + 1

    def test_groups_find_what_a_full_comparison_finds(self) -> None:
        """Recall@10 of at least .97 against the exact form, on clustered vectors with questions between them."""
        vectors, questions = clustered(3_000), clustered(60, seed=2)
        exact, grouped = DenseIndex(DIMENSION), DenseIndex(DIMENSION, exact_limit=1_000)
        exact.put(entries(vectors))
        grouped.put(entries(vectors))

        shares = []
        for question in questions:
            wanted = set(ids(exact.search(asked(question), k=10, only=ANYONE)))
            shares.append(len(wanted.intersection(ids(grouped.search(asked(question), k=10, only=ANYONE)))) / 10)

        assert np.mean(shares) >= 0.97


class TestNarrowFilter:
    def test_the_few_allowed_entries_are_all_found_among_groups(self) -> None:
        """The fewer pass, the more groups are compared: three public entries of 3,000 come, wherever they lie."""
        vectors = clustered(3_000)
        index = DenseIndex(DIMENSION, exact_limit=1_000)
        index.put(entries(vectors[:2_997], internal=True))
        index.put(entries(vectors[2_997:], first=9_001))

        found = index.search(asked(vectors[0]), k=5, only=ANYONE)

        assert sorted(ids(found)) == [9_001, 9_002, 9_003]

    def test_nothing_allowed_is_nothing_found(self) -> None:
        """In both forms."""
        for limit in (10, 1_000):
            index = DenseIndex(DIMENSION, exact_limit=limit)
            index.put(entries(clustered(60), internal=True))

            assert index.search(asked(clustered(1)[0]), k=5, only=ANYONE) == []


class TestAnotherEncoder:
    def test_a_vector_of_another_length_is_refused(self) -> None:
        """The message says which entry and what to do; the index stays as it was."""
        index = DenseIndex(DIMENSION)

        with pytest.raises(ModelMismatch, match=r"Entry 1 .*zhida reindex"):
            index.put(entries(np.ones((1, DIMENSION + 1), dtype=np.float32)))

        assert len(index) == 0


class TestLoading:
    def test_keeps_the_form(self, tmp_path: Path) -> None:
        """Without training again."""
        index = DenseIndex(DIMENSION, exact_limit=100)
        index.put(entries(clustered(150)))
        index.save(tmp_path)

        loaded = DenseIndex.load(tmp_path)

        assert not loaded.exact
        assert index.differing([entries(clustered(150))]) == loaded.differing([entries(clustered(150))]) == []

    def test_files_that_do_not_belong_together_are_refused(self, tmp_path: Path) -> None:
        """Vectors of one index with the filters of another would show internal passages to customers."""
        one, other = DenseIndex(DIMENSION), DenseIndex(DIMENSION)
        one.put(entries(clustered(5)))
        other.put(entries(clustered(6)))
        one.save(tmp_path)
        rows = (tmp_path / "other").joinpath(ROWS_FILE)
        rows.parent.mkdir()
        other.save(rows.parent)
        rows.replace(tmp_path / ROWS_FILE)

        with pytest.raises(IndexCorrupt, match="different entries"):
            DenseIndex.load(tmp_path)

    def test_a_missing_fact_is_refused(self, tmp_path: Path) -> None:
        """Rather than guessed."""
        DenseIndex(DIMENSION).save(tmp_path)
        (tmp_path / FACTS_FILE).write_text(json.dumps({"dimension": DIMENSION}))

        with pytest.raises(IndexCorrupt):
            DenseIndex.load(tmp_path)


class TestSeveralThreads:
    def test_a_search_takes_one_processor(self) -> None:
        """FAISS would wake a thread for each core and wait for the slowest, a hundred times the search's own time."""
        index = DenseIndex(DIMENSION, threads=2)
        index.put(entries(clustered(10)))
        faiss.omp_set_num_threads(2)

        index.search(asked(clustered(1)[0]), k=1, only=ANYONE)

        assert faiss.omp_get_max_threads() == 1

    def test_searches_stay_right_while_the_index_grows_and_shrinks(self) -> None:
        """Every search finds the entry that is always there, and none that was never there."""
        vectors = clustered(400)
        index = DenseIndex(DIMENSION, exact_limit=120)
        index.put(entries(vectors[:1]))
        wrong: list[list[int]] = []
        done = threading.Event()

        def ask() -> None:
            while not done.is_set():
                found = ids(index.search(asked(vectors[0]), k=3, only=ANYONE))
                if found[:1] != [1] or not set(found) <= set(range(1, 401)):
                    wrong.append(found)

        readers = [threading.Thread(target=ask) for _ in range(2)]
        for reader in readers:
            reader.start()
        for start in range(1, 381, 20):
            index.put(entries(vectors[start : start + 20], first=start + 1))
            index.remove(range(start + 1, start + 6))
        done.set()
        for reader in readers:
            reader.join()

        assert wrong == []


class TestExpecting:
    def test_groups_are_formed_once_for_all_that_will_come(self) -> None:
        """By a sample of everything; putting the entries then forms nothing anew, and nothing is lost."""
        vectors = clustered(900)
        index = DenseIndex(DIMENSION, exact_limit=100)
        index.expect(vectors[: sample_size(900)], 900)
        formed = index._faiss

        for start in range(0, 900, 60):
            index.put(entries(vectors[start : start + 60], first=start + 1))

        assert index._faiss is formed
        assert index.ids().tolist() == list(range(1, 901))
        assert index.differing([entries(vectors)]) == []

    def test_few_entries_need_none(self) -> None:
        """They are compared one by one, whatever was expected."""
        index = DenseIndex(DIMENSION, exact_limit=100)

        assert not index.wants_sample(100)
        index.expect(clustered(90), 90)

        assert index.exact

    def test_entries_that_are_there_keep_their_form(self) -> None:
        """An index in use isn't emptied by what is expected of it."""
        index = DenseIndex(DIMENSION, exact_limit=100)
        index.put(entries(clustered(50)))

        index.expect(clustered(300), 300)

        assert len(index) == 50


class TestOrder:
    def test_entries_may_come_in_any_order_and_come_again(self) -> None:
        """The filter's columns follow the ids, not the order of arrival."""
        vectors = clustered(9)
        index = DenseIndex(DIMENSION)
        public, internal = entries(vectors), entries(vectors, internal=True)
        for at in (7, 2, 5, 0, 8):
            index.put([public[at], internal[at - 1]])
        index.put([internal[2]])
        index.remove([8])

        assert index.ids().tolist() == [1, 2, 3, 5, 6, 7, 9]
        found = ids(index.search(asked(vectors[0]), k=9, only=ANYONE))
        assert sorted(found) == [1, 6, 9]

"""What every index promises, whichever engine it stands on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import IndexCorrupt
from core.types import Audience
from kb.dense import DenseIndex
from kb.index import Candidate, Entry, Filter, Index, Probe
from kb.lexical import LexicalIndex
from kb.milvus.dense import MilvusDense
from kb.milvus.index import MilvusIndex
from kb.milvus.lexical import MilvusLexical
from models.fake_encoder import FakeEncoder
from tests.kb.milvus_engine import milvus, needs_milvus

TODAY = date(2026, 3, 1)
ANYONE = Filter(Audience.PUBLIC, TODAY)
STAFF = Filter(Audience.INTERNAL, TODAY)
ENCODER = FakeEncoder(dimension=16)

SavedIndex = DenseIndex | LexicalIndex
MakeSaved = Callable[[Path], SavedIndex]
Make = Callable[[Path], Index]

numbers = count()


SAVED: Final[Mapping[str, MakeSaved]] = {
    "lexical": lambda folder: LexicalIndex.create(folder),
    "dense-exact": lambda _: DenseIndex(16),
    "dense-grouped": lambda _: DenseIndex(16, exact_limit=3),
}
SHARED: Final[Mapping[str, Make]] = {
    "milvus-lexical": lambda _: MilvusLexical.create(milvus(), f"lexical_{next(numbers)}"),
    "milvus-dense": lambda _: MilvusDense.create(milvus(), f"dense_{next(numbers)}", 16),
}

every_index = pytest.mark.parametrize(
    "make",
    [
        *(pytest.param(make, id=name) for name, make in SAVED.items()),
        *(pytest.param(make, id=name, marks=needs_milvus) for name, make in SHARED.items()),
    ],
)
every_saved_index = pytest.mark.parametrize("make", SAVED.values(), ids=SAVED)


@contextmanager
def fresh(make: Make) -> Iterator[Index]:
    """An empty index. Its folder isn't `tmp_path`, which Hypothesis would share between examples."""
    with tempfile.TemporaryDirectory() as folder:
        index = make(Path(folder) / "index")
        yield index
        index.close()
        if isinstance(index, MilvusIndex):
            milvus().drop(index.name)


@contextmanager
def fresh_saved(make: MakeSaved) -> Iterator[SavedIndex]:
    """The same of one that can be saved."""
    with fresh(make) as index:
        assert isinstance(index, DenseIndex | LexicalIndex)
        yield index


def entry(
    entry_id: int,
    text: str = "退货免费，期限三十天",
    audience: Audience = Audience.PUBLIC,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Entry:
    return Entry(entry_id, text, ENCODER.encode_passages([text])[0], audience, valid_from, valid_until)


def probe(text: str) -> Probe:
    return Probe(text, ENCODER.encode_questions([text])[0])


def ids(found: Sequence[Candidate]) -> list[int]:
    return [candidate.entry_id for candidate in found]


def passes(one: Entry, only: Filter) -> bool:
    """What the filter means, entry by entry."""
    return (
        one.audience in only.audience.readable()
        and (one.valid_from is None or one.valid_from <= only.as_of)
        and (one.valid_until is None or only.as_of < one.valid_until)
    )


days = st.none() | st.integers(-3, 3).map(lambda offset: TODAY + timedelta(days=offset))
texts = st.lists(st.sampled_from(["退货", "发票", "保修", "X100-Pro", "shipping", "运费"]), min_size=1, max_size=4).map(
    " ".join
)
entries = st.builds(entry, st.integers(1, 30), texts, st.sampled_from(Audience), days, days)
steps = st.lists(
    st.tuples(st.lists(entries, max_size=12), st.lists(st.integers(1, 35), max_size=6)), min_size=1, max_size=3
)
filters = st.builds(Filter, st.sampled_from(Audience), st.integers(-3, 3).map(lambda n: TODAY + timedelta(days=n)))


def carry_out(index: Index, changes: Sequence[tuple[list[Entry], list[int]]]) -> dict[int, Entry]:
    """Put and remove as the steps say. Returns what the index must now hold."""
    held: dict[int, Entry] = {}
    for added, removed in changes:
        index.put(added)
        index.remove(removed)
        held |= {one.entry_id: one for one in added}
        held = {entry_id: one for entry_id, one in held.items() if entry_id not in removed}
    return held


@every_index
class TestAlways:
    @settings(max_examples=15, deadline=None)
    @given(changes=steps, question=texts, only=filters, k=st.integers(1, 12))
    def test_results_are_few_falling_and_filtered(
        self, make: Make, changes: list[tuple[list[Entry], list[int]]], question: str, only: Filter, k: int
    ) -> None:
        """At most `k`, best first, ties by the smaller id, only what is held and passes the filter."""
        with fresh(make) as index:
            held = carry_out(index, changes)

            found = index.search(probe(question), k=k, only=only)

            assert len(found) <= k
            assert found == sorted(found, key=lambda candidate: (-candidate.score, candidate.entry_id))
            assert all(passes(held[entry_id], only) for entry_id in ids(found))
            assert len(set(ids(found))) == len(found)

    @settings(max_examples=15, deadline=None)
    @given(changes=steps)
    def test_it_holds_exactly_what_was_put_and_not_removed(
        self, make: Make, changes: list[tuple[list[Entry], list[int]]]
    ) -> None:
        """The ids, their number and every entry's content agree with what was done."""
        with fresh(make) as index:
            held = carry_out(index, changes)

            assert index.ids().tolist() == sorted(held)
            assert len(index) == len(held)
            assert index.differing([list(held.values())] if held else []) == []


@every_index
class TestWhenEmpty:
    def test_finds_nothing(self, make: Make) -> None:
        """An empty index answers with an empty list."""
        with fresh(make) as index:
            assert index.search(probe("退货"), k=5, only=STAFF) == []

    def test_has_no_ids(self, make: Make) -> None:
        """An array of length 0, not an error."""
        with fresh(make) as index:
            assert index.ids().tolist() == []

    def test_putting_and_removing_nothing_is_allowed(self, make: Make) -> None:
        """A batch of changes may be all removals, or all additions."""
        with fresh(make) as index:
            index.put([])
            index.remove([])

            assert len(index) == 0


@every_index
class TestTies:
    def test_the_smallest_ids_win_when_all_are_equal(self, make: Make) -> None:
        """Many copies of one text, put in no order: the `k` smallest ids come, in rising order."""
        with fresh(make) as index:
            index.put([entry(entry_id) for entry_id in (77, 5, 90, 12, 3, 41, 68, 2, 55, 23, 19, 84, 31, 60, 7)])

            found = index.search(probe("退货期限"), k=4, only=ANYONE)

            assert ids(found) == [2, 3, 5, 7]

    def test_ids_may_be_as_large_as_sql_gives_them(self, make: Make) -> None:
        """63 bits go in and come out."""
        with fresh(make) as index:
            index.put([entry(2**62), entry(2**62 + 1), entry(9, audience=Audience.INTERNAL)])

            found = index.search(probe("退货期限"), k=4, only=ANYONE)

            assert ids(found) == [2**62, 2**62 + 1]


@every_index
class TestFilter:
    def test_a_customer_never_gets_internal_entries(self, make: Make) -> None:
        """Even if there is nothing else, and even if it is the best."""
        with fresh(make) as index:
            index.put([entry(1, audience=Audience.INTERNAL), entry(2, "退货要看情况，详见各条")])

            assert ids(index.search(probe("退货免费，期限三十天"), k=5, only=ANYONE)) == [2]

    def test_staff_gets_public_and_internal_entries(self, make: Make) -> None:
        """Who may read internal documents reads public ones as well."""
        with fresh(make) as index:
            index.put([entry(1, audience=Audience.INTERNAL), entry(2)])

            assert ids(index.search(probe("退货"), k=5, only=STAFF)) == [1, 2]

    def test_many_barred_entries_take_no_place(self, make: Make) -> None:
        """The filter applies before ranking: the one allowed entry is found behind a hundred better ones."""
        with fresh(make) as index:
            barred = [entry(entry_id, audience=Audience.INTERNAL) for entry_id in range(1, 101)]
            index.put([*barred, entry(500, "退货说明在另一页，包装、配件、赠品和发票都有规定")])

            assert ids(index.search(probe("退货免费，期限三十天"), k=3, only=ANYONE)) == [500]

    @pytest.mark.parametrize(
        ("valid_from", "valid_until", "found"),
        [
            (None, None, True),
            (TODAY, None, True),
            (TODAY + timedelta(days=1), None, False),
            (None, TODAY + timedelta(days=1), True),
            (None, TODAY, False),
            (TODAY, TODAY, False),
        ],
    )
    def test_validity_starts_on_the_first_day_and_ends_before_the_last(
        self, make: Make, valid_from: date | None, valid_until: date | None, found: bool
    ) -> None:
        """`valid_from` is the first day of validity, `valid_until` the first day without."""
        with fresh(make) as index:
            index.put([entry(1, valid_from=valid_from, valid_until=valid_until)])

            assert bool(index.search(probe("退货"), k=1, only=ANYONE)) is found

    def test_another_day_is_another_answer(self, make: Make) -> None:
        """Nothing is remembered from a search for one day that would be wrong on another."""
        with fresh(make) as index:
            index.put([entry(1, valid_until=TODAY), entry(2, valid_from=TODAY)])
            yesterday = replace(ANYONE, as_of=TODAY - timedelta(days=1))

            results = [ids(index.search(probe("退货"), k=2, only=only)) for only in (ANYONE, yesterday, ANYONE)]

            assert results == [[2], [1], [2]]


@every_index
class TestChanges:
    def test_a_removed_entry_is_not_found_by_the_next_search(self, make: Make) -> None:
        """Also when the search before it was for the same thing."""
        with fresh(make) as index:
            index.put([entry(1), entry(2)])
            index.search(probe("退货"), k=5, only=ANYONE)

            index.remove([1, 999])

            assert ids(index.search(probe("退货"), k=5, only=ANYONE)) == [2]

    def test_an_entry_that_changed_is_found_as_it_is_now(self, make: Make) -> None:
        """Putting an id again replaces text, vector, audience and dates."""
        with fresh(make) as index:
            index.put([entry(1), entry(2, "发票随货寄出")])

            index.put([entry(1, "发票随货寄出", audience=Audience.INTERNAL)])

            assert ids(index.search(probe("发票"), k=1, only=STAFF)) == [1]
            assert ids(index.search(probe("发票"), k=2, only=ANYONE)) == [2]
            assert len(index) == 2

    def test_an_id_twice_in_one_batch_counts_once(self, make: Make) -> None:
        """The last one wins."""
        with fresh(make) as index:
            index.put([entry(1, "旧的说法"), entry(1, "新的说法")])

            assert index.differing([[entry(1, "新的说法")]]) == []
            assert index.ids().tolist() == [1]


@every_index
class TestCheckable:
    def test_tells_which_entries_it_holds_otherwise(self, make: Make) -> None:
        """Another text, another audience, another date, or not held at all: each is told by its id."""
        with fresh(make) as index:
            index.put([entry(entry_id) for entry_id in range(1, 6)])

            differing = index.differing(
                [
                    [entry(1), entry(2, "另一句话"), entry(3, audience=Audience.INTERNAL)],
                    [entry(4, valid_until=TODAY), entry(5), entry(6)],
                ]
            )

            assert differing == [2, 3, 4, 6]

    def test_knows_its_size(self, make: Make) -> None:
        """More entries, more bytes."""
        with fresh(make) as index:
            index.put([entry(1)])
            small = index.size_bytes()
            index.put([entry(entry_id, f"第{entry_id}条 型号 A{entry_id}") for entry_id in range(2, 60)])

            assert index.size_bytes() > small > 0


@every_saved_index
class TestSaving:
    @settings(max_examples=12, deadline=None)
    @given(changes=steps, question=texts, only=filters)
    def test_loading_restores_what_was_saved(
        self, make: MakeSaved, changes: list[tuple[list[Entry], list[int]]], question: str, only: Filter
    ) -> None:
        """The same ids, and the same candidates with the same scores."""
        with fresh_saved(make) as index, tempfile.TemporaryDirectory() as saved:
            carry_out(index, changes)
            index.save(Path(saved))

            loaded = type(index).load(Path(saved))

            assert loaded.ids().tolist() == index.ids().tolist()
            assert loaded.search(probe(question), k=9, only=only) == index.search(probe(question), k=9, only=only)
            loaded.close()

    def test_survives_saving_and_loading(self, make: MakeSaved, tmp_path: Path) -> None:
        """A knowledge base without Q&A pairs has an empty index for questions."""
        with fresh_saved(make) as index:
            index.save(tmp_path)

            loaded = type(index).load(tmp_path)

            assert len(loaded) == 0
            loaded.close()

    def test_a_loaded_index_can_be_changed(self, make: MakeSaved, tmp_path: Path) -> None:
        """After a restart the changes since the snapshot are replayed on it; the snapshot stays as it was."""
        with fresh_saved(make) as index:
            index.put([entry(entry_id) for entry_id in range(1, 11)])
            index.save(tmp_path)

            loaded = type(index).load(tmp_path)
            loaded.remove([1, 2])
            loaded.put([entry(20)])

            assert loaded.ids().tolist() == [*range(3, 11), 20]
            loaded.close()
            again = type(index).load(tmp_path)
            assert again.ids().tolist() == list(range(1, 11))
            again.close()

    def test_a_damaged_copy_is_refused(self, make: MakeSaved, tmp_path: Path) -> None:
        """Cut in half, it raises the error whose remedy is to rebuild, and doesn't crash the process."""
        with fresh_saved(make) as index:
            index.put([entry(entry_id) for entry_id in range(1, 11)])
            index.save(tmp_path)
            for file in tmp_path.iterdir():
                file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

            with pytest.raises(IndexCorrupt, match="zhida reindex"):
                type(index).load(tmp_path)

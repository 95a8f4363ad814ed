"""Changing the encoder: every text gets a vector of the new one, and only then the old ones go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from core.blobs import BlobStore
from core.database import open_engine
from core.errors import ModelUnavailable
from core.migrations import migrate
from kb.index import Collection
from kb.indexes import Indexes
from kb.reembedding import PAGE, reembed
from kb.store import KnowledgeBase
from models.encoder import Vectors
from models.fake_encoder import FakeEncoder
from tests.kb.samples import KEY, Pair, publish


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    engine = open_engine(f"sqlite:///{tmp_path / 'zhida.db'}")
    migrate(engine)
    yield KnowledgeBase(engine, BlobStore(tmp_path / "blobs", max_bytes=1_000_000))
    engine.dispose()


class Breaking(FakeEncoder):
    """Encodes so many batches and then no more."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self._left = batches

    def encode_passage_tokens(self, texts: Sequence[str], /) -> tuple[Vectors, list[bytes]]:
        if self._left == 0:
            raise ModelUnavailable("The encoder has gone away. Try again.")
        self._left -= 1
        return super().encode_passage_tokens(texts)


def quiet(done: int, total: int) -> None:
    """For who doesn't watch."""


def stored(kb: KnowledgeBase) -> int:
    return kb.counts().vectors


class TestAnotherEncoder:
    def test_every_text_gets_its_vector(self, kb: KnowledgeBase, tmp_path: Path) -> None:
        """Passages as passages, wordings as questions, of versions that aren't live as well."""
        publish(kb, "a.txt", "退货三十天", "运费自付")
        publish(kb, "a.txt", "退货七天", "运费自付")
        publish(kb, "qa.csv", pairs=[Pair("退货要钱吗", "不要", similar=("退货收费吗",), negative=("换货收费吗",))])
        encoder = FakeEncoder()

        computed = reembed(kb, encoder, progress=quiet)

        assert computed == stored(kb) == 6
        assert kb.missing_vectors(encoder.identity.key) == []
        indexes = Indexes(kb, tmp_path / "indexes", encoder.identity)
        indexes.open()
        assert indexes.check().clean
        indexes.close()

    def test_the_vectors_of_the_old_encoder_go(self, kb: KnowledgeBase) -> None:
        """They never mix, and take no room."""
        publish(kb, "a.txt", "退货三十天")

        reembed(kb, FakeEncoder(), progress=quiet)

        ids = kb.live_ids(Collection.PASSAGES).tolist()
        assert kb.entries(Collection.PASSAGES, ids, encoder_key=FakeEncoder().identity.key)[0].vector.shape == (64,)
        assert len(kb.missing_vectors(KEY)) == 1

    def test_progress_is_told(self, kb: KnowledgeBase) -> None:
        """Vectors done and to do, after each page."""
        publish(kb, "a.txt", *(f"第{number}条规定" for number in range(PAGE + 44)))
        told: list[tuple[int, int]] = []

        reembed(kb, FakeEncoder(), progress=lambda done, total: told.append((done, total)))

        assert told == [(PAGE, PAGE + 44), (PAGE + 44, PAGE + 44)]

    def test_an_interrupted_run_goes_on_where_it_was(self, kb: KnowledgeBase) -> None:
        """What was computed is kept, and nothing of the old encoder is dropped before the end."""
        publish(kb, "a.txt", *(f"第{number}条规定" for number in range(PAGE + 44)))
        with pytest.raises(ModelUnavailable):
            reembed(kb, Breaking(1), progress=quiet)
        assert stored(kb) == PAGE + 44 + PAGE

        computed = reembed(kb, FakeEncoder(), progress=quiet)

        assert computed == 44
        assert stored(kb) == PAGE + 44


class TestTheSameEncoder:
    def test_nothing_is_computed(self, kb: KnowledgeBase) -> None:
        """Cheap to call at every start."""
        publish(kb, "a.txt", "退货三十天")
        reembed(kb, FakeEncoder(), progress=quiet)

        assert reembed(kb, Breaking(0), progress=quiet) == 0
        assert stored(kb) == 1

    def test_an_empty_knowledge_base_is_done_at_once(self, kb: KnowledgeBase) -> None:
        """No page, no progress."""
        told: list[int] = []

        assert reembed(kb, FakeEncoder(), progress=lambda done, total: told.append(done)) == 0
        assert told == []


class TestTokenVectors:
    def test_of_passages_that_an_older_release_stored_are_added(self, kb: KnowledgeBase) -> None:
        """Their vectors are there; only the tokens are missing, and nothing else is lost."""
        publish(kb, "a.txt", "甲方规定", "乙方规定")
        encoder = FakeEncoder()
        reembed(kb, encoder, progress=quiet)
        ids = kb.live_ids(Collection.PASSAGES).tolist()

        stored = kb.token_vectors(ids, tokens_key=encoder.tokens_key)

        assert sorted(stored) == ids
        assert kb.missing_vectors(encoder.identity.key, tokens_key=encoder.tokens_key) == []

    def test_go_with_their_passages(self, kb: KnowledgeBase) -> None:
        """A delete deletes them like everything else."""
        publish(kb, "a.txt", "甲方规定")
        encoder = FakeEncoder()
        reembed(kb, encoder, progress=quiet)
        ids = kb.live_ids(Collection.PASSAGES).tolist()

        kb.delete(kb.documents()[0].document_id)

        assert kb.token_vectors(ids, tokens_key=encoder.tokens_key) == {}
        publish(kb, "a.txt", "甲方规定")
        again = kb.live_ids(Collection.PASSAGES).tolist()
        assert kb.token_vectors(again, tokens_key=encoder.tokens_key) == {}

    def test_of_another_encoder_are_dropped(self, kb: KnowledgeBase) -> None:
        """They could never be compared."""
        publish(kb, "a.txt", "甲方规定")
        first, second = FakeEncoder(name="first"), FakeEncoder(name="second")
        reembed(kb, first, progress=quiet)
        ids = kb.live_ids(Collection.PASSAGES).tolist()

        reembed(kb, second, progress=quiet)

        assert kb.token_vectors(ids, tokens_key=first.tokens_key) == {}
        assert sorted(kb.token_vectors(ids, tokens_key=second.tokens_key)) == ids

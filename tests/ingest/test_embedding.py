"""Which texts the encoder is given, and what is done with its answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from core.errors import ModelError
from core.types import DocumentKind
from ingest.embedding import SLICE, embed
from ingest.parsed import ParsedDocument, ParsedPair
from ingest.splitting import SplitDocument, split
from kb.index import Collection
from kb.prepared import PreparedPassage, TextHash, text_hash
from models.encoder import Vectors
from models.fake_encoder import FakeEncoder


class RecordingEncoder(FakeEncoder):
    """Remembers what it was asked, and answers with `answer` if that is set."""

    def __init__(self, answer: Vectors | None = None) -> None:
        super().__init__()
        self.passages: list[list[str]] = []
        self.questions: list[list[str]] = []
        self._answer = answer

    def encode_passage_tokens(self, texts: Sequence[str], /) -> tuple[Vectors, list[bytes]]:
        self.passages.append(list(texts))
        vectors, tokens = super().encode_passage_tokens(texts)
        return (vectors if self._answer is None else self._answer), tokens

    def encode_questions(self, texts: Sequence[str], /) -> Vectors:
        self.questions.append(list(texts))
        return super().encode_questions(texts)


class Shelf:
    """Vectors that are known already."""

    def __init__(self, *texts: str) -> None:
        self._known = {text_hash(text): np.ones(64, dtype=np.float32) / 8 for text in texts}

    def vectors(
        self, hashes: Sequence[TextHash], *, encoder_key: str, collection: Collection
    ) -> dict[TextHash, Vectors]:
        assert encoder_key == FakeEncoder().identity.key
        return {hashed: self._known[hashed] for hashed in hashes if hashed in self._known}


def passages(*texts: str) -> SplitDocument:
    text = "\n".join(texts)
    made = []
    for part in texts:
        start = text.index(part)
        made.append(PreparedPassage((), None, start, start + len(part), part, "手册"))
    return SplitDocument(text, tuple(made), ())


def ignore(_share: float) -> None:
    pass


class TestVectors:
    def test_are_made_for_what_the_indexes_read(self) -> None:
        """Context and text together, by the hash of both."""
        encoder = RecordingEncoder()

        vectors = embed(passages("七天内可以退货。"), known=Shelf(), encoder=encoder, report=ignore)

        assert encoder.passages == [["手册\n七天内可以退货。"]]
        assert np.array_equal(
            vectors.passages[text_hash("手册\n七天内可以退货。")],
            encoder.encode_passages(["手册\n七天内可以退货。"])[0],
        )

    def test_that_are_known_are_not_made_again(self) -> None:
        """An unchanged passage of a new version costs nothing."""
        encoder = RecordingEncoder()

        vectors = embed(passages("旧的一段", "新的一段"), known=Shelf("手册\n旧的一段"), encoder=encoder, report=ignore)

        assert list(vectors.passages) == [text_hash("手册\n新的一段")]

    def test_of_equal_texts_are_made_once(self) -> None:
        """They share one."""
        encoder = RecordingEncoder()

        embed(passages("同一段", "同一段"), known=Shelf(), encoder=encoder, report=ignore)

        assert encoder.passages == [["手册\n同一段"]]

    def test_of_questions_leave_the_negative_wordings_out(self) -> None:
        """Those are compared as text."""
        encoder = RecordingEncoder()
        document = ParsedDocument(DocumentKind.QA, pairs=(ParsedPair("能退吗", "能", ("退得了吗",), ("能换吗",)),))
        content = split(document, title="", count_tokens=encoder.count_tokens)

        vectors = embed(content, known=Shelf(), encoder=encoder, report=ignore)

        assert set(vectors.questions) == {text_hash("能退吗"), text_hash("退得了吗")}

    def test_come_in_slices_the_longest_first_with_progress(self) -> None:
        """The report rises to 1, so a person sees that it goes on."""
        encoder = RecordingEncoder()
        heard: list[float] = []
        texts = [f"第{number}段" + "字" * (number % 50) for number in range(SLICE * 2 + 1)]

        embed(passages(*texts), known=Shelf(), encoder=encoder, report=heard.append)

        lengths = [len(text) for some in encoder.passages for text in some]
        assert lengths == sorted(lengths, reverse=True)
        assert len(heard) == 3
        assert heard == sorted(heard)
        assert heard[-1] == 1.0

    def test_stop_when_the_report_raises(self) -> None:
        """Whoever listens can end the work."""

        def stop(_share: float) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            embed(passages("一段"), known=Shelf(), encoder=RecordingEncoder(), report=stop)


class TestWrongVectors:
    @pytest.mark.parametrize(
        "answer",
        [
            np.full((1, 64), np.nan, dtype=np.float32),
            np.ones((1, 63), dtype=np.float32),
            np.ones((0, 64), dtype=np.float32),
        ],
        ids=["not a number", "another dimension", "fewer rows"],
    )
    def test_are_refused(self, answer: Vectors) -> None:
        """A vector that can't be right is never stored."""
        with pytest.raises(ModelError, match="returned vectors of shape"):
            embed(passages("一段"), known=Shelf(), encoder=RecordingEncoder(answer), report=ignore)

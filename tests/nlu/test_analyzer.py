"""One pass over a message."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis import Intent, NamedEntity, PersonalData, Sentiment, SentimentLabel, SentimentLevel
from core.types import Language
from models.encoder import Vectors
from models.fake_encoder import FakeEncoder
from nlu.analyzer import LONGEST, NO_INTENT, Analyzer
from nlu.entities.finder import EntityFinder
from nlu.personal_data.finder import PersonalDataRecogniser

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ANGRY = Sentiment(SentimentLabel.NEGATIVE, SentimentLevel.VERY_NEGATIVE, 0.9, 0.8)


class Counting(FakeEncoder):
    """Counts how often it is asked."""

    asked = 0

    def encode_questions(self, texts: Sequence[str], /) -> Vectors:
        self.asked += 1
        return super().encode_questions(texts)


class Intents:
    def recognise(self, vector: Vectors, text: str, /) -> Intent:
        return Intent("refund", float(round(float(vector @ vector), 3)))


class Moods:
    def read(self, vector: Vectors, text: str, /) -> Sentiment:
        return ANGRY


class Broken:
    def find(self, text: str, /, **_: object) -> Sequence[NamedEntity]:
        raise ValueError(f"can't read {text}")

    def recognise(self, vector: Vectors, text: str, /) -> Intent:
        raise ValueError(text)


def analyzer(encoder: FakeEncoder | None = None) -> Analyzer:
    return Analyzer(
        encoder or FakeEncoder(dimension=64),
        personal_data=PersonalDataRecogniser(),
        entities=EntityFinder(),
        intents=Intents(),
        sentiment=Moods(),
        clock=lambda: NOW,
    )


class TestAnalysis:
    def test_says_what_every_part_says(self) -> None:
        """With positions in the text as written, and dates from the clock."""
        text = "昨天下的订单TH20260418，打13812345678"
        analysis = analyzer().analyze(text)

        assert (analysis.language, analysis.intent, analysis.sentiment) == (Language.ZH, Intent("refund", 1.0), ANGRY)
        assert [(each.type, each.text, each.value) for each in analysis.entities] == [
            ("date", "昨天", "2026-11-22"),
            ("order_number", "TH20260418", "TH20260418"),
        ]
        assert [(each.type, text[each.start : each.end]) for each in analysis.personal_data] == [
            ("phone", "13812345678")
        ]
        assert analysis.ms > 0

    def test_runs_the_encoder_once_and_not_at_all_where_the_vector_is_known(self) -> None:
        """The caller searches with the same vector."""
        encoder = Counting(dimension=64)
        reading = analyzer(encoder)

        reading.analyze("退款")
        assert encoder.asked == 1
        reading.analyze("退款", vector=np.eye(64, dtype=np.float32)[0])
        assert encoder.asked == 1

    def test_tomorrow_counts_from_the_customer_s_day(self) -> None:
        """Where the caller knows it."""
        [day] = analyzer().analyze("明天", now=datetime(2027, 1, 1, tzinfo=UTC)).entities

        assert day.value == "2027-01-02"

    def test_personal_data_is_looked_for_in_all_of_a_long_text(self) -> None:
        """Entities only in its beginning."""
        text = "好" * LONGEST + "昨天打了13812345678"
        analysis = analyzer().analyze(text)

        assert analysis.entities == ()
        assert analysis.personal_data == (PersonalData(len(text) - 11, len(text), "phone"),)


class TestTrouble:
    def test_a_part_that_fails_says_nothing_and_the_log_doesn_t_quote_the_customer(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The others go on."""
        broken = Analyzer(
            FakeEncoder(dimension=64),
            personal_data=PersonalDataRecogniser(),
            entities=Broken(),
            intents=Broken(),
            sentiment=Moods(),
        )
        with caplog.at_level(logging.ERROR):
            analysis = broken.analyze("打13812345678")

        assert (analysis.entities, analysis.intent, analysis.sentiment) == ((), NO_INTENT, ANGRY)
        assert len(analysis.personal_data) == 1
        assert "ValueError" in caplog.text
        assert "13812345678" not in caplog.text

    @settings(deadline=None, max_examples=100)
    @given(st.text(st.characters(), max_size=100))
    def test_no_text_is_too_strange(self, text: str) -> None:
        """Halves of pairs, NULs, emoji, nothing at all."""
        analysis = analyzer().analyze(text)

        assert all(text[each.start : each.end] == each.text for each in analysis.entities)

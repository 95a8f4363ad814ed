"""One pass over a message: language, intent, entities, sentiment, personal data.

    analysis = analyzer.analyze("我的订单20261120001到哪了")

The parts are given from outside. The encoder runs at most once a message, and not at all where the
caller has the question's vector already.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from time import perf_counter
from typing import Final, Protocol, TypeVar

import numpy as np

from core.analysis import (
    Analysis,
    EscalationSignal,
    Intent,
    NamedEntity,
    PersonalData,
    Sentiment,
    SentimentLabel,
    SentimentLevel,
)
from core.clock import Clock, utc_now
from core.text import detect_language
from models.blas import calm_blas
from models.encoder import Encoder, Vectors

_log = logging.getLogger(__name__)

LONGEST: Final = 2000
"""Characters that are analysed for intent, sentiment and entities. Personal data is looked for in all of a text."""

NO_INTENT: Final = Intent(None, 0.0)
NO_SENTIMENT: Final = Sentiment(SentimentLabel.NEUTRAL, SentimentLevel.NEUTRAL, 0.0, 0.0)

_T = TypeVar("_T")


class IntentPart(Protocol):
    """Tells what a customer wants."""

    def recognise(self, vector: Vectors, text: str, /) -> Intent:
        """The intent of a question, given its vector of length 1: shape `(dimension,)`."""
        ...


class SentimentPart(Protocol):
    """Tells how a customer feels."""

    def read(self, vector: Vectors, text: str, /) -> Sentiment:
        """The sentiment of a message, given its vector of length 1: shape `(dimension,)`."""
        ...


class EscalationPart(Protocol):
    """Tells whether a message gives a reason to bring in a person."""

    def read(self, vector: Vectors, text: str, /) -> tuple[EscalationSignal, ...]:
        """The signals of a message, likeliest first, given its vector of length 1: shape `(dimension,)`."""
        ...


class EntityPart(Protocol):
    """Finds order numbers, products, dates, names, places."""

    def find(self, text: str, /, *, now: datetime) -> Sequence[NamedEntity]:
        """The entities in order, none overlapping; `now` is what «tomorrow» counts from."""
        ...


class PersonalDataPart(Protocol):
    """Finds personal data."""

    def find(self, text: str, /) -> Sequence[PersonalData]:
        """Personal data in order, none overlapping."""
        ...


class Analyzer:
    """Says of a message whatever its parts can tell. Safe to use from several threads.

    `analyze` never raises, whatever the text is: a part that fails says nothing, and that is logged
    without the text.
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        personal_data: PersonalDataPart,
        entities: EntityPart,
        intents: IntentPart | None = None,
        sentiment: SentimentPart | None = None,
        escalation: EscalationPart | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._encoder = encoder
        self._personal_data = personal_data
        self.entities = entities
        """Finds entities; also for measuring it alone."""
        self._intents = intents
        self._sentiment = sentiment
        self._escalation = escalation
        self._clock = clock

    def analyze(self, text: str, *, vector: Vectors | None = None, now: datetime | None = None) -> Analysis:
        """Analyse a message. Positions are code points of `text` as given.

        Args:
            text: Any text. Beyond `LONGEST` characters only personal data is looked for.
            vector: The text's row of `encode_questions`, where the caller has it: shape `(dimension,)`.
            now: What dates such as «tomorrow» count from, in the customer's zone; the clock by default.
        """
        started = perf_counter()
        calm_blas()
        moment = self._clock() if now is None else now
        head = text[:LONGEST]
        intents, sentiment, escalation = self._intents, self._sentiment, self._escalation
        intent, mood = NO_INTENT, NO_SENTIMENT
        signals: tuple[EscalationSignal, ...] = ()
        if intents is not None or sentiment is not None or escalation is not None:
            known = vector if vector is not None else _told("encoder", lambda: self._vector(head), None)
            if known is not None and intents is not None:
                intent = _told("intents", lambda: intents.recognise(known, head), NO_INTENT)
            if known is not None and sentiment is not None:
                mood = _told("sentiment", lambda: sentiment.read(known, head), NO_SENTIMENT)
            if known is not None and escalation is not None:
                signals = _told("escalation", lambda: escalation.read(known, head), ())
        return Analysis(
            language=_told("language", lambda: detect_language(head), detect_language("")),
            intent=intent,
            entities=tuple(_told("entities", lambda: self.entities.find(head, now=moment), ())),
            sentiment=mood,
            personal_data=tuple(_told("personal data", lambda: self._personal_data.find(text), ())),
            ms=1000 * (perf_counter() - started),
            escalation=signals,
        )

    def _vector(self, text: str) -> Vectors:
        vector: Vectors = self._encoder.encode_questions([text.encode("utf-8", "replace").decode("utf-8")])[0]
        return np.asarray(vector, np.float32)


def _told(part: str, ask: Callable[[], _T], nothing: _T) -> _T:
    """What a part says; nothing where it fails, so that a message is never lost for a recogniser's mistake."""
    try:
        return ask()
    except Exception as error:  # noqa: BLE001  # any text must come through, and which part fails on it is logged
        # Not the traceback: its last lines may quote the customer
        _log.error("The %s part failed with %s; the analysis goes on without it.", part, type(error).__name__)
        return nothing

"""Entities and personal data of labelled texts, found as the product finds them, by type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from core.analysis import NamedEntity, PersonalData
from eval.measures.mean import Mean
from eval.measures.span_f1 import span_f1
from eval.runs import PRODUCT, CaseResult, RunFile, RunKind, SystemRun, record
from eval.suite_labels import EntitySuite
from nlu.entities.types import EntityType
from nlu.personal_data.types import PersonalDataType
from nlu.recogniser import Entity, Recogniser

SAME_TYPE: Final = {
    "person": "name",
    "per": "name",
    "person_name": "name",
    "street_address": "address",
    "location": "address",
    "credit_card": "bank_card",
    "phone_number": "phone",
    "email_address": "email",
    "iban_code": "iban",
    "us_ssn": "ssn",
    "org_name": "organization",
    "company_name": "company",
}
"""What other sets call our types."""

DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""What relative dates count from: a set measured today and next year gives the same."""


class EntityPart(Protocol):
    """Finds entities."""

    def find(self, text: str, /, *, now: datetime) -> Sequence[NamedEntity]:
        """The entities in order."""
        ...


class PersonalDataPart(Protocol):
    """Finds personal data."""

    def find(self, text: str, /) -> Sequence[PersonalData]:
        """Personal data in order."""
        ...


class EntitiesFound:
    """The product's entities, for measuring."""

    name = "entities"
    types = frozenset(kind.value for kind in EntityType)

    def __init__(self, part: EntityPart) -> None:
        self._part = part

    def recognise(self, text: str, /) -> list[Entity]:
        """The entities of a text."""
        return [Entity(each.start, each.end, each.type) for each in self._part.find(text, now=DAY)]


class PersonalDataFound:
    """The product's personal data, for measuring."""

    name = "personal data"
    types = frozenset(kind.value for kind in PersonalDataType)

    def __init__(self, part: PersonalDataPart) -> None:
        self._part = part

    def recognise(self, text: str, /) -> list[Entity]:
        """The personal data of a text."""
        return [Entity(each.start, each.end, each.type) for each in self._part.find(text)]


class TypedRecogniser(Recogniser, Protocol):
    """A recogniser that says which types it knows."""

    @property
    def types(self) -> frozenset[str]:
        """All that it may say."""
        ...


def best_recogniser(suite: EntitySuite, known: Sequence[TypedRecogniser]) -> TypedRecogniser | None:
    """The one that knows most of a suite's types; of equals the first; `None` if none knows any."""
    counts = type_counts(suite)
    best = max(known, key=lambda each: len(each.types & counts.keys()))
    return best if any(kind in best.types for kind in counts) else None


def type_counts(suite: EntitySuite) -> Counter[str]:
    """How often each type occurs, in our words."""
    return Counter(own_type(entity.type) for case in suite.cases for entity in case.entities)


def own_type(written: str) -> str:
    """Our word for a type of a set."""
    return SAME_TYPE.get(written.lower(), written.lower())


def measure_entities(suite: EntitySuite, recogniser: Recogniser, *, types: Collection[str] | None = None) -> RunFile:
    """Precision, recall and F1 of exact entities over the set and by type, and each text's F1.

    Args:
        suite: Texts with entities; the types' names of other sets are taken for ours (`SAME_TYPE`).
        recogniser: Whose entities are measured.
        types: The types that count, in our words; what is found or labelled of others is left out.
            By default all types of the suite.
    """
    wanted = set(type_counts(suite)) if types is None else set(types)
    truth = [_of_types(_in_our_words(case.entities), wanted) for case in suite.cases]
    found = [_of_types(_in_our_words(recogniser.recognise(case.text)), wanted) for case in suite.cases]
    results = []
    for case, own, right in zip(suite.cases, found, truth, strict=True):
        values = {"text_f1": span_f1([own], [right]).f1} if own or right else {}
        results.append(CaseResult(case.case_id, case.text, values, {"wanted": _told(right), "found": _told(own)}))
    also = _scores(found, truth, "", len(suite.cases))
    for kind in sorted({entity.type for entities in truth for entity in entities}):
        also |= _scores(
            [_of_types(each, {kind}) for each in found],
            [_of_types(each, {kind}) for each in truth],
            f"_{kind}",
            len(suite.cases),
        )
    return record(
        RunKind.NLU, suite.name, {PRODUCT: SystemRun.of(results, also=also)}, models={"recogniser": recogniser.name}
    )


def _in_our_words(entities: Sequence[Entity]) -> list[Entity]:
    return [Entity(entity.start, entity.end, own_type(entity.type)) for entity in entities]


def _of_types(entities: Sequence[Entity], types: Collection[str]) -> list[Entity]:
    return [entity for entity in entities if entity.type in types]


def _scores(found: list[list[Entity]], truth: list[list[Entity]], suffix: str, count: int) -> dict[str, Mean]:
    whole = span_f1(found, truth)
    values = (("span_f1", whole.f1), ("precision", whole.precision), ("recall", whole.recall))
    return {f"{name}{suffix}": Mean(value, 0.0, count) for name, value in values}


def _told(entities: Sequence[Entity]) -> list[list[int | str]]:
    return [[entity.start, entity.end, entity.type] for entity in entities]

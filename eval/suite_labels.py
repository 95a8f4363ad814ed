"""Reads labelled texts: which intent, sentiment or other label a text has, or which entities it names.

One JSON object a line. Labels: `text` and `label` (or `intent`, `sentiment`), perhaps `kind`.
Entities: `text` and `entities`, a list of `type`, `start`, `end` in characters.

    a folder with train….jsonl beside valid, dev, val or test.jsonl   learn from the one, measure on the others
    any other .jsonl file, or a folder of them                        each file in five parts, each measured by
                                                                      what was learnt from the other four

`kind` tells texts that have none of the labels: `in` (or nothing), `near_oos` (the same business),
`far_oos` (something else). The label `oos` says `far_oos` too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from core.errors import InvalidInput
from eval.suite import CaseId, json_lines, suite_name, text_field
from nlu.recogniser import Entity

LABELS: Final = ("label", "intent", "sentiment")
"""Keys that may hold the label; the first that a row has counts."""

OUT_OF_SCOPE: Final = "oos"
"""The label of texts that have none."""

MEASURED: Final = ("valid", "val", "dev", "test")
"""Names of files to measure on, where there is one to learn from."""


class LabelKind(StrEnum):
    """Whether a text has one of the labels."""

    IN = "in"
    NEAR = "near_oos"
    FAR = "far_oos"


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text with its label."""

    case_id: CaseId
    text: str
    label: str
    kind: LabelKind = LabelKind.IN


@dataclass(frozen=True, slots=True)
class LabelSuite:
    """Texts to learn from and texts to measure on. Without `train` the cases are cross-validated."""

    name: str
    train: tuple[LabelledText, ...]
    cases: tuple[LabelledText, ...]


@dataclass(frozen=True, slots=True)
class EntityCase:
    """A text and what it names."""

    case_id: CaseId
    text: str
    entities: tuple[Entity, ...]


@dataclass(frozen=True, slots=True)
class EntitySuite:
    """Texts to recognise entities in."""

    name: str
    cases: tuple[EntityCase, ...]


def read_label_suites(place: Path) -> list[LabelSuite | EntitySuite]:
    """Read a file or a folder as described above.

    Raises:
        InvalidInput: there is no labelled text, or a line can't be read; the message names file and line.
    """
    if place.is_file():
        return [_read_file(place)]
    trains = sorted(place.glob("train*.jsonl"))
    measured = [place / f"{name}.jsonl" for name in MEASURED if (place / f"{name}.jsonl").is_file()]
    if trains and measured:
        train = [case for path in trains for case in _labelled(path)]
        known = _scoped(train)
        return [_split(suite_name(place), path, known, alone=len(measured) == 1) for path in measured]
    files = sorted(place.glob("*.jsonl"))
    if not files:
        raise InvalidInput(f"{place} holds no .jsonl file. Give a folder of labelled texts, or one file.")
    return [_read_file(path) for path in files]


def _split(name: str, path: Path, train: Sequence[LabelledText], *, alone: bool) -> LabelSuite:
    cases = tuple(_labelled(path))
    known = {case.label for case in train}
    strange = sorted({case.label for case in cases if case.kind is LabelKind.IN} - known)
    if strange:
        raise InvalidInput(
            f"{path.name}: {len(strange)} labels have no text to learn from, such as {strange[0]!r}. "
            f"Add some, or give such texts the kind {LabelKind.NEAR} or {LabelKind.FAR}."
        )
    return LabelSuite(name if alone else f"{name}/{path.stem}", tuple(train), cases)


def _scoped(train: Sequence[LabelledText]) -> list[LabelledText]:
    """What can be learnt from: texts without a label are kept for measuring."""
    return [case for case in train if case.kind is LabelKind.IN]


def _read_file(path: Path) -> LabelSuite | EntitySuite:
    rows = list(json_lines(path))
    if not rows:
        raise InvalidInput(f"{path} holds no labelled text.")
    name = _file_name(path)
    # Texts may have both; a label is what a set of whole texts is about.
    if "entities" in rows[0][1] and not any(key in rows[0][1] for key in LABELS):
        return EntitySuite(name, tuple(_entity_case(row, path, line) for line, row in rows))
    return LabelSuite(name, (), tuple(_labelled(path)))


def _file_name(path: Path) -> str:
    folder = suite_name(path.parent)
    return folder if path.stem == "data" else f"{folder}/{path.stem}"


def _labelled(path: Path) -> list[LabelledText]:
    return [_labelled_text(row, path, line) for line, row in json_lines(path)]


def _labelled_text(row: Mapping[str, Any], path: Path, line: int) -> LabelledText:
    key = next((key for key in LABELS if key in row), LABELS[0])
    label = row.get(key)
    if not isinstance(label, str):
        raise InvalidInput(
            f"{path.name} line {line} has no text in `label`, `intent` or `sentiment`. Give each text one label."
        )
    try:
        kind = LabelKind(row.get("kind") or (LabelKind.FAR if label == OUT_OF_SCOPE else LabelKind.IN))
    except ValueError:
        raise InvalidInput(f"{path.name} line {line}: `kind` must be one of {', '.join(LabelKind)}.") from None
    return LabelledText(CaseId(f"{path.stem}-{line}"), text_field(dict(row), "text", path, line), label, kind)


def _entity_case(row: Mapping[str, Any], path: Path, line: int) -> EntityCase:
    text = text_field(dict(row), "text", path, line)
    try:
        entities = tuple(Entity(int(one["start"]), int(one["end"]), str(one["type"])) for one in row["entities"])
    except (KeyError, TypeError, ValueError):
        raise InvalidInput(
            f"{path.name} line {line}: `entities` must be a list of `type`, `start` and `end`."
        ) from None
    if any(not 0 <= entity.start < entity.end <= len(text) for entity in entities):
        raise InvalidInput(f"{path.name} line {line}: an entity isn't inside its text of {len(text)} characters.")
    return EntityCase(CaseId(f"{path.stem}-{line}"), text, entities)

"""Which models understand messages: those learnt by the operator where there are any, or those that come with Zhida.

A model reads the vectors of one encoder. With another encoder than Zhida's own, nothing is said of
intents and mood until `zhida nlu train` has learnt them anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nlu.escalation.reader import EscalationReader
from nlu.intents.model import IntentModel, read_intents
from nlu.intents.recogniser import IntentRecogniser
from nlu.linear import LinearModel, read_linear
from nlu.sentiment.reader import SentimentReader
from nlu.sentiment.wording import Wording

FOLDER: Final = "nlu"
"""In the home folder: what the operator has learnt."""

INTENTS: Final = "intents.npz"
LEVEL: Final = "level.npz"
ANGER: Final = "anger.npz"
ESCALATION: Final = "escalation.npz"


@dataclass(frozen=True, slots=True)
class Readers:
    """What tells intents, mood and escalation; `None` where nothing is learnt for the encoder."""

    intents: IntentRecogniser | None
    sentiment: SentimentReader | None
    escalation: EscalationReader | None


@dataclass(frozen=True, slots=True)
class MoodModels:
    """The models that are learnt from the gold messages alone."""

    level: LinearModel
    anger: LinearModel
    escalation: LinearModel


def readers_for(encoder_key: str, home: Path) -> Readers:
    """The readers for an encoder, from `home` or as they come with Zhida.

    Raises:
        ConfigurationError: a file in `home` can't be read.
    """
    folder = home / FOLDER
    intents: IntentRecogniser | None = None
    if (folder / INTENTS).is_file():
        own = read_intents(folder / INTENTS)
        intents = IntentRecogniser(own) if own.encoder_key == encoder_key else None
    shipped = IntentRecogniser.shipped()
    if intents is None and shipped.encoder_key == encoder_key:
        intents = shipped
    if SentimentReader.shipped().encoder_key == encoder_key:
        return Readers(intents, SentimentReader.shipped(), EscalationReader.shipped())
    if not all((folder / name).is_file() for name in (LEVEL, ANGER, ESCALATION)):
        return Readers(intents, None, None)
    level, anger, escalation = (read_linear(folder / name) for name in (LEVEL, ANGER, ESCALATION))
    if level.encoder_key != encoder_key:
        return Readers(intents, None, None)
    return Readers(intents, SentimentReader(level, anger, Wording.shipped()), EscalationReader(escalation))


def keep(home: Path, intents: IntentModel, mood: MoodModels | None) -> None:
    """Keep what was learnt in the home folder; a file is replaced whole or not at all."""
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / INTENTS, intents)
    if mood is not None:
        _replace(folder / LEVEL, mood.level)
        _replace(folder / ANGER, mood.anger)
        _replace(folder / ESCALATION, mood.escalation)


def forget(home: Path) -> bool:
    """Go back to the models that come with Zhida. False where nothing was learnt."""
    known = [home / FOLDER / name for name in (INTENTS, LEVEL, ANGER, ESCALATION)]
    found = [path for path in known if path.is_file()]
    for path in found:
        path.unlink()
    return bool(found)


def _replace(path: Path, model: IntentModel | LinearModel) -> None:
    beside = path.with_name(f"~{path.name}")
    model.write(beside)
    beside.replace(path)

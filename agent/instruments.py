"""What the checks of an answer use besides code, made from the encoder at hand."""

from __future__ import annotations

from agent.checks.meaning import CALIBRATED_FOR, Meaning
from agent.verification import Instruments, Judge
from models.encoder import Encoder
from models.lac_tagger import LacTagger


def instruments_for(encoder: Encoder, *, judge: Judge | None = None) -> Instruments:
    """The encoder's sense of meaning and the tagger of names.

    Cosines of different encoders don't compare, so with another encoder than the default meaning isn't
    checked, and the words decide alone.
    """
    known = encoder.identity.name == CALIBRATED_FOR
    return Instruments(Meaning(encoder) if known else None, LacTagger(), judge)

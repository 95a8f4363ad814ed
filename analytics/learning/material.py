"""What a knowledge manager reads to fill a gap: the conversations in which it came up, and what people answered."""

from __future__ import annotations

from typing import Final

from analytics.learning.mining import answered_by_a_person
from analytics.transcripts import Transcript, Transcripts
from core.learning import Gap, GapDialogue, GivenAnswer, SaidLine
from core.masking import Mask

DIALOGUES: Final = 10
"""Episodes that are read for one gap, the newest: enough to see what was wanted."""

LINES: Final = 40
"""Lines of an episode."""


class GapMaterial:
    """Reads the desk's conversations for whoever may not work there; personal data is removed on the way."""

    def __init__(self, transcripts: Transcripts, *, mask: Mask) -> None:
        self._transcripts = transcripts
        self._mask = mask

    def read(self, gap: Gap) -> tuple[list[GapDialogue], list[GivenAnswer]]:
        """The newest episodes of a gap, and what people answered in them; both as far as they are still there."""
        numbers = sorted((int(each) for each in gap.episodes if each.isdigit()), reverse=True)[:DIALOGUES]
        found = sorted(self._transcripts.of_episodes(numbers), key=lambda each: int(each.episode_id), reverse=True)
        return [self._dialogue(each) for each in found], [given for each in found for given in self._given(each)]

    def _dialogue(self, transcript: Transcript) -> GapDialogue:
        lines = tuple(
            SaidLine(role=line.role, text=self._mask(line.text), at=line.at) for line in transcript.lines[:LINES]
        )
        return GapDialogue(transcript.conversation_id, transcript.episode_id, lines)

    def _given(self, transcript: Transcript) -> list[GivenAnswer]:
        learnt = answered_by_a_person(transcript, self._mask)
        if learnt is None:
            return []
        return [GivenAnswer(transcript.conversation_id, learnt.question, learnt.answer, learnt.found_at)]

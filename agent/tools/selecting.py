"""Lets a model choose a tool where it finds too little to answer from: it selects, code acts.

The model sees the question, the evidence and the list of tools, and writes an answer or one call.
An answer streams as without tools. A search gives it more evidence and another try. The other
tools end the turn: with a text that code wrote, or by a rule of the hand-over table. So nothing
that a document or a customer says can make more happen than the customer could have asked for,
even if the model does whatever it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

from agent.generation import Draft, Generator, ShowText
from agent.handover.findings import Finding
from agent.tools.calls import NotACall, read_call
from agent.tools.runner import Evidence, Refused, Result, Shown, ToolRunner
from core.errors import ConnectorFailed
from core.tools import Caller, ToolName, ToolRecord
from core.types import Hit, Language, Message
from retrieval.expansion import Section

MOST_CALLS: Final = 2
"""Calls in one turn. A refused one is the last: asked the same again, a model writes the same again."""

SHOWN_CHARACTERS: Final = 200
"""Of what a model wrote, in the log."""

LEAST_S: Final = 0.5
"""What is left of the deadline is too little to ask once more."""

ReadSections = Callable[[Sequence[Hit]], Sequence[Section]]
"""Puts hits together as a model reads them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a model is asked, and how it is shown."""

    question: str
    message: str
    """What the customer wrote, word for word."""
    history: Sequence[Message]
    language: Language
    show: ShowText


@dataclass(frozen=True, slots=True)
class Selected:
    """What came of it: an answer, or what a call gave."""

    draft: Draft
    sections: Sequence[Section]
    """What the draft was written from."""
    found: tuple[Hit, ...] = ()
    """What the model searched for itself."""
    result: Shown | Finding | None = None
    """Ends the turn; the draft is then empty."""


class ToolSelector:
    """Answers with tools, for one caller at a time."""

    def __init__(self, generator: Generator, runner: ToolRunner, *, deadline_s: float) -> None:
        self._generator = generator
        self._runner = runner
        self._deadline_s = deadline_s

    def answer(
        self, asked: Asked, hits: Sequence[Hit], caller: Caller, *, read: ReadSections, records: list[ToolRecord]
    ) -> Selected:
        """Answer a customer's message. Every call is added to `records`, the refused and the failed ones, too.

        All that the model writes has to fit into one deadline.

        Raises:
            ConnectorFailed: the company's system failed.
        """
        ends_at = monotonic() + self._deadline_s
        offered: Sequence[ToolName] = self._runner.offered(caller)
        own: tuple[Hit, ...] = ()
        sections = read(hits)
        for made in range(MOST_CALLS + 1):
            allowed = offered if made < MOST_CALLS else ()
            draft = self._drafted(asked, sections, allowed, ends_at - monotonic())
            if not draft.call:
                return Selected(draft, sections, own)
            result = self._result(draft.call, asked, caller, allowed, records)
            if isinstance(result, Shown | Finding):
                return Selected(draft, sections, own, result)
            if not allowed:
                break
            new = _new(result, [*hits, *own]) if isinstance(result, Evidence) else ()
            if not new:
                offered = ()
            own = (*own, *new)
            sections = read([*own, *hits])
        return Selected(_declined(draft), sections, own)

    def _drafted(self, asked: Asked, sections: Sequence[Section], tools: Sequence[ToolName], left_s: float) -> Draft:
        return self._generator.draft(
            asked.question,
            [section.hit for section in sections],
            history=asked.history,
            language=asked.language,
            show=asked.show,
            tools=tools,
            deadline_s=max(LEAST_S, left_s),
        )

    def _result(
        self, written: str, asked: Asked, caller: Caller, allowed: Sequence[ToolName], records: list[ToolRecord]
    ) -> Result:
        """Run what was written, and note it."""
        told = written[:SHOWN_CHARACTERS]
        try:
            call = read_call(written)
        except NotACall as why:
            records.append(ToolRecord(told, None, False, str(why)))
            return Refused(str(why))
        if call.name not in allowed:
            refused = Refused("It isn't offered here, or there were too many calls.")
            records.append(ToolRecord(told, call.name, False, refused.reason))
            return refused
        try:
            result = self._runner.run(call, caller, message=asked.message, language=asked.language)
        except ConnectorFailed as error:
            records.append(ToolRecord(told, call.name, True, str(error)))
            raise
        reason = result.reason if isinstance(result, Refused) else ""
        records.append(ToolRecord(told, call.name, not isinstance(result, Refused), reason))
        return result


def _new(found: Evidence, known: Sequence[Hit]) -> tuple[Hit, ...]:
    """Hits that weren't there already."""
    read = {hit.passage.passage_id for hit in known}
    return tuple(hit for hit in found.hits if hit.passage.passage_id not in read)


def _declined(draft: Draft) -> Draft:
    """Nothing but calls came, so it is as if the model had said that it found no answer."""
    return Draft("", (), None, True, draft.first_text_ms)

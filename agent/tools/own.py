"""What is the customer's own, looked up by code in the customer's own words, before anything is searched for."""

from __future__ import annotations

from agent.handover.findings import Finding
from agent.handover.situation import Retrieved, Situation
from agent.tools.runner import Evidence, Refused, Result, Shown, ToolRunner
from agent.tools.wishes import wished_calls
from core.errors import ConnectorFailed
from core.tools import Caller, ToolCall, ToolRecord
from core.types import Turn

LOOKED_UP = Retrieved(answers=True, certainty=1.0, threshold=0.0, nearest=())
"""As the rules see it: there is an answer."""


class OwnData:
    """Looks up orders and tickets that the customer asks about and may see."""

    def __init__(self, runner: ToolRunner) -> None:
        self._runner = runner

    def wished(self, situation: Situation, caller: Caller) -> tuple[ToolCall, ...]:
        """The calls that the customer's words ask for and that can be made; nothing for nearly every message."""
        if caller.conversation_id is None:
            return ()
        return tuple(call for call in wished_calls(situation) if self._runner.may_look(call, caller))

    def look(
        self, calls: tuple[ToolCall, ...], situation: Situation, caller: Caller, records: list[ToolRecord]
    ) -> Shown | Finding:
        """Make the calls. What was found of several is shown together.

        Raises:
            ConnectorFailed: the company's system failed.
        """
        results = [self._result(call, situation, caller, records) for call in calls]
        shown = [result.text for result in results if isinstance(result, Shown)]
        if shown:
            return Shown("\n".join(shown))
        return next(result for result in results if isinstance(result, Finding))

    def _result(self, call: ToolCall, situation: Situation, caller: Caller, records: list[ToolRecord]) -> Result:
        try:
            result = self._runner.run(call, caller, message=situation.text, language=situation.language)
        except ConnectorFailed as error:
            records.append(ToolRecord("", call.name, True, str(error), by_model=False))
            raise
        assert not isinstance(result, Evidence | Refused)  # orders and tickets are shown, or end in a rule
        records.append(ToolRecord("", call.name, True, "", by_model=False))
        return result


def caller_of(turn: Turn) -> Caller:
    """For whom tools run in this turn. Somebody else who writes in a customer's conversation is nobody."""
    episode = turn.episode
    mine = episode if episode is not None and episode.primary_contact else None
    return Caller(
        conversation_id=turn.conversation_id,
        customer_id=mine.customer_id if mine is not None else None,
        audience=turn.audience,
        identity_level=mine.identity_level if mine is not None else 0,
        as_of=turn.as_of,
    )

"""How much Zhida adds to a language model's own time until the customer reads the first words.

    python -m eval.benchmarks.first_token --home HOME [--questions N]

The model answers at once, with sentences of its first source, so all the time that passes is
Zhida's: understanding, search, decision, prompt, and the check of the first sentence. The home
folder is that of `zhida demo`. A real model's first sentence comes later by its own time alone: a
sentence is shown when the next one begins, since its marks may still follow. The model is offered
the tools that it has in the chat, and calls none.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

import numpy as np

from agent.assistant import Assistant
from agent.citations import sentences
from agent.policy import AnswerPolicy
from agent.tools.runner import ToolRunner
from core.risk import RiskOf
from core.tickets import TicketCard
from core.tools import Caller
from core.types import Answer, ConversationId, Tier, Turn
from eval.benchmarks.opened_home import OpenedHome, opened_home
from models.chat import ChatMessage, ReplyStream, Script, ScriptedModel
from models.lac_tagger import LacTagger
from nlu.analyzer import Analyzer
from nlu.entities.finder import RULES as ENTITY_RULES
from nlu.entities.finder import EntityFinder
from nlu.entities.named import NamedEntities
from nlu.personal_data.finder import RULES as PERSONAL_RULES
from nlu.personal_data.finder import PersonalDataRecogniser
from nlu.personal_data.tagged_names import TaggedNames
from nlu.trained import readers_for
from retrieval.calibration.shipped import shipped
from retrieval.reading import EvidenceReader

TARGET_MS: Final = 60.0
WARM: Final = 5
TOLERATED: Final = 0.3
"""So generous that most questions reach the model."""

CONVERSATION: Final = ConversationId("0" * 32)
"""A model may call tools, as it may in the chat."""

_SOURCE: Final = re.compile(r"<source>\[1\][^\n]*\n(.*?)</source>", re.DOTALL)


class _NoTickets:
    """The desk of a shop in which nobody has a ticket."""

    def own(self, caller: Caller, /) -> Sequence[TicketCard]:
        """None."""
        return ()


class InstantModel:
    """Says the longest sentences of its first source, at once."""

    name = "instant"

    def __init__(self) -> None:
        self.asked_at = 0.0
        self.asked_cpu = 0.0

    def stream(self, messages: Sequence[ChatMessage], /, *, deadline_s: float) -> ReplyStream:
        """Reply, and note when it was asked."""
        self.asked_at, self.asked_cpu = perf_counter(), process_time()
        source = _SOURCE.search(messages[-1].text)
        text = source[1] if source else ""
        told = sorted((text[start:end] for start, end in sentences(text)), key=len, reverse=True)[:3]
        reply = "".join(f"{sentence} [1]\n" for sentence in told)
        return ScriptedModel([Script(text=reply or "NO_ANSWER", piece=16)]).stream(messages, deadline_s=deadline_s)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.first_token")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=80)
    asked = parser.parse_args()
    with opened_home(asked.home) as home:
        _report(home, asked.questions)


def _report(home: OpenedHome, most: int) -> None:
    model = InstantModel()
    limit = shipped().limit(TOLERATED, RiskOf.QUESTIONS)
    assistant = Assistant(
        home.retriever,
        home.encoder,
        model=model,
        policy=AnswerPolicy(),
        limit=lambda: limit,
        reader=EvidenceReader(home.kb),
        analyzer=_analyzer(home),
        tools=ToolRunner(home.retriever, _NoTickets()),
    )
    before, first, cpu_before, cpu_first = [], [], [], []
    for at, question in enumerate(home.gold.questions(limit=most + WARM)):
        shown: list[tuple[float, float]] = []
        started, cpu = perf_counter(), process_time()
        reply = assistant.reply(Turn(text=question.text, conversation_id=CONVERSATION), on_text=_noting(shown))
        written = isinstance(reply.outcome, Answer) and reply.outcome.tier is Tier.GENERATED
        if at >= WARM and written and shown:
            before.append(1000 * (model.asked_at - started))
            first.append(1000 * (shown[0][0] - started))
            cpu_before.append(1000 * (model.asked_cpu - cpu))
            cpu_first.append(1000 * (shown[0][1] - cpu))
    measured = {
        "until the model is asked": before,
        "until the first words are shown": first,
        "processor time until the model is asked": cpu_before,
        "processor time until the first words are shown": cpu_first,
    }
    for name, times in measured.items():
        p50, p95 = np.percentile(times, [50, 95])
        print(f"{name}: n {len(times)}, p50 {p50:.1f} ms, p95 {p95:.1f} ms")
    print("target", "met" if np.percentile(first, 95) <= TARGET_MS else "missed", f"({TARGET_MS:.0f} ms p95)")


def _noting(shown: list[tuple[float, float]]) -> Callable[[str], None]:
    """Notes when a piece of text is shown, by the clock and by processor time."""

    def note(_text: str) -> None:
        shown.append((perf_counter(), process_time()))

    return note


def _analyzer(home: OpenedHome) -> Analyzer:
    """What the server reads a message with, apart from the names of products."""
    tagger, readers = LacTagger(), readers_for(home.encoder.identity.key, home.folder)
    return Analyzer(
        home.encoder,
        personal_data=PersonalDataRecogniser((*PERSONAL_RULES, TaggedNames(tagger))),
        entities=EntityFinder((*ENTITY_RULES, NamedEntities(tagger))),
        intents=readers.intents,
        sentiment=readers.sentiment,
        escalation=readers.escalation,
    )


if __name__ == "__main__":
    main()

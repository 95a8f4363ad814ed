"""How much Zhida adds to a language model's own time until the customer reads the first words.

    python -m eval.benchmarks.first_token --home HOME [--questions N]

The model answers at once, with sentences of its first source, so all the time that passes is
Zhida's: understanding, search, decision, prompt, and the check of the first sentence. The home
folder is that of `zhida demo`. A real model's first sentence comes later by its own time alone: a
sentence is shown when the next one begins, since its marks may still follow.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

import numpy as np

from agent.assistant import Assistant
from agent.citations import sentences
from agent.policy import AnswerPolicy
from api.composition import Services, open_services, warm_up
from core.settings import read_settings
from core.types import Answer, Tier, Turn
from models.chat import ChatMessage, ReplyStream, Script, ScriptedModel
from retrieval.reading import EvidenceReader

TARGET_MS: Final = 60.0
WARM: Final = 5
_SOURCE: Final = re.compile(r"<source>\[1\][^\n]*\n(.*?)</source>", re.DOTALL)


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
    services = open_services(read_settings({}, home=asked.home))
    try:
        warm_up(services)
        _report(services, asked.questions)
    finally:
        services.close()


def _report(services: Services, most: int) -> None:
    model = InstantModel()
    assistant = Assistant(
        services.retriever, services.encoder, model=model, policy=AnswerPolicy(), limit=services.risk.limit,
        reader=EvidenceReader(services.kb), analyzer=services.analyzer,
    )  # fmt: skip
    before, first, cpu_before, cpu_first = [], [], [], []
    for at, question in enumerate(services.gold.questions(limit=most + WARM)):
        shown: list[tuple[float, float]] = []
        started, cpu = perf_counter(), process_time()
        reply = assistant.reply(
            Turn(text=question.text), on_text=lambda _text, to=shown: to.append((perf_counter(), process_time()))
        )
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


if __name__ == "__main__":
    main()

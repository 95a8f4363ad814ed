"""Answers of Zhida and of LangChain's stock chain, by one language model, over one corpus, in one run.

    python -m eval.benchmarks.rag_chain --data FOLDER… --base-url http://127.0.0.1:8091/v1 --model NAME \
        [--most 60] [--withhold 3] [--tolerate 0.05] [--replies replies.jsonl] [--keep FOLDER] [--run FILE]

Any server that speaks OpenAI's chat API will do, such as llama.cpp with a small model. Both systems
get the same passages, cut by Zhida, four of them for an answer, and the same encoder. Every n-th
question has its relevant passages taken out of the corpus (`--withhold`), so that only a refusal is
right. Replies are kept in a file and asked for once. Cases with a conversation before them are left
out: the stock chain knows none.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from agent.policy import AnswerPolicy
from core.risk import RiskOf
from core.types import Answer
from eval.answers import AnswerBench, AskedAnswer, right
from eval.benchmarks.rag_chain.chain import PASSAGES, RagChain, declines
from eval.benchmarks.rag_chain.known import KnownEncoder
from eval.measures.faithfulness import faithfulness
from eval.measures.mean import mean
from eval.measures.overlap import overlap_f1
from eval.recorded_model import RecordedModel, Replies
from eval.runs import PRODUCT, CaseResult, RunFile, RunKind, SystemRun, Timings, record, write_runs
from eval.suite_answers import AnswerCase, AnswerSuite, read_answer_suites
from eval.suite_withheld import withhold
from models.encoder import Encoder
from models.langchain_chat import LangChainModel
from models.onnx_encoder import OnnxEncoder
from retrieval.calibration.shipped import shipped

CHAIN: Final = "langchain"
EVIDENCE_CHARACTERS: Final = 4000
DEADLINE_S: Final = 1800.0
"""A model on two cores is slow; this isn't about time."""


def main() -> None:
    """Measure, print the table, write the run."""
    asked = _arguments()
    encoder = OnnxEncoder()
    replies = Replies(asked.replies)
    runs = []
    for given in asked.data:
        for suite in read_answer_suites(given):
            folder = Path(str(given).removesuffix("?all").removesuffix("?any"))
            runs.append(_measured(_sampled(suite, folder, asked), asked, encoder, replies))
            Console(width=160).print(table(runs))
            if asked.run is not None:
                write_runs(asked.run, runs)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.rag_chain")
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--most", type=int, default=60)
    parser.add_argument("--withhold", type=int, default=3)
    parser.add_argument("--tolerate", type=float, default=0.05)
    parser.add_argument("--replies", type=Path, default=Path("replies.jsonl"))
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--run", type=Path)
    return parser.parse_args()


def _sampled(suite: AnswerSuite, folder: Path, asked: argparse.Namespace) -> AnswerSuite:
    """Cases without a conversation, evenly spread, some of them with their passages withheld."""
    alone = tuple(case for case in suite.cases if isinstance(case, AnswerCase) and not case.history)
    return withhold(replace(suite, cases=alone).thinned(asked.most), folder, every=asked.withhold)


def _measured(suite: AnswerSuite, asked: argparse.Namespace, encoder: Encoder, replies: Replies) -> RunFile:
    model = RecordedModel(
        LangChainModel(f"openai:{asked.model}", base_url=asked.base_url, silence_s=DEADLINE_S), replies
    )
    policy = AnswerPolicy(model_deadline_s=DEADLINE_S, evidence=PASSAGES, evidence_characters=EVIDENCE_CHARACTERS)
    limit = shipped().limit(asked.tolerate, RiskOf.QUESTIONS)
    with AnswerBench(suite, encoder=encoder, model=model, policy=policy, work=asked.keep) as bench:
        passages = bench.passages()
        vectors = bench.vectors(passages)
        chain = RagChain(
            KnownEncoder(encoder, vectors), passages, base_url=asked.base_url, model=asked.model, replies=replies
        )
        theirs = [_of_chain(case, chain) for case in suite.cases if isinstance(case, AnswerCase)]
        ours = [_of_zhida(each) for each in bench.ask(limit=limit)]
    systems = {PRODUCT: _system(ours), CHAIN: _system(theirs)}
    models = {"encoder": encoder.identity.key, "model": asked.model}
    settings = {"tolerated": asked.tolerate, "withhold": asked.withhold, "passages": PASSAGES}
    return record(RunKind.ANSWERS, suite.name, systems, models=models, settings=settings)


def _of_chain(case: AnswerCase, chain: RagChain) -> tuple[CaseResult, float]:
    started = perf_counter()
    text, read = chain.answer(case.text)
    seconds = perf_counter() - started
    declined = declines(text)
    # A refusal by the letter that says the right thing all the same counts as an answer, in the chain's favour.
    answered = not declined or bool(right(case, text))
    return _result(case, text, read, answered=answered), seconds


def _of_zhida(asked: AskedAnswer) -> tuple[CaseResult, float]:
    assert isinstance(asked.case, AnswerCase)
    read = [hit.passage.indexed_text for hit in asked.reply.hits]
    answered = isinstance(asked.reply.outcome, Answer)
    result = _result(asked.case, asked.said if answered else asked.reply.outcome.text, read, answered=answered)
    tier = {"tier": asked.reply.outcome.tier.value} if isinstance(asked.reply.outcome, Answer) else {}
    rule = {"rule": str(asked.reply.decision.rule)} if asked.reply.decision else {}
    return replace(result, details={**result.details, **tier, **rule}), asked.seconds


def _result(case: AnswerCase, text: str, read: Sequence[str], *, answered: bool) -> CaseResult:
    values: dict[str, float] = {}
    told = right(case, text) if case.answerable else None
    if case.answerable:
        values["refused_answerable"] = float(not answered)
        if told is not None:
            values["accuracy"] = float(answered and told)
            values["wrong"] = float(answered and not told)
        elif case.references:
            values["f1"] = overlap_f1(text, case.references) if answered else 0.0
    else:
        values["refused_unanswerable"] = float(not answered)
        values["wrong"] = float(answered)
    if answered:
        values["faithful"] = faithfulness(text, read)
    details: dict[str, Any] = {
        "text": text,
        "answered": answered,
        "answerable": case.answerable,
        "references": [list(parts) for parts in case.references[:5]],
    }
    return CaseResult(case.case_id, case.text, values, details)


def _system(results: Sequence[tuple[CaseResult, float]]) -> SystemRun:
    cases = [case for case, _ in results]
    refused = [case for case in cases if not case.details["answered"]]
    precision = [float(not case.details["answerable"]) for case in refused]
    also = {"refusal_precision": mean(precision)} if precision else {}
    return SystemRun.of(cases, also=also, timings_ms=Timings.of([seconds for _, seconds in results]))


COLUMNS: Final[Mapping[str, str]] = {
    "accuracy": "right",
    "wrong": "wrong",
    "f1": "F1",
    "faithful": "faithful",
    "refused_answerable": "refused, answerable",
    "refused_unanswerable": "refusal recall",
    "refusal_precision": "refusal precision",
}


def table(runs: Sequence[RunFile]) -> Table:
    """Two lines a suite."""
    made = Table(title="Answers by one model")
    for heading in ("suite", "system", "cases", *COLUMNS.values()):
        made.add_column(heading, justify="left" if heading in {"suite", "system"} else "right", overflow="fold")
    for run in runs:
        for name, system in run.systems.items():
            shown = [f"{system.measures[key].value:.3f}" if key in system.measures else "–" for key in COLUMNS]
            made.add_row(run.suite, name, str(len(system.cases)), *shown)
    return made


if __name__ == "__main__":
    main()

"""What understanding the question is worth: questions corrupted as customers corrupt them, before and after.

    python -m eval.benchmarks.understanding sample [--home FOLDER]
    python -m eval.benchmarks.understanding clean --data SUITE… [--keep FOLDER] [--wrong]
    python -m eval.benchmarks.understanding time --data SUITE [--keep FOLDER]

`sample` takes the gold questions of the sample knowledge base and writes each anew with one fault, always
the same one for the same question: a word in pinyin, a character that sounds alike, traditional characters,
other numerals, an English letter wrong. A question is found if one of the first five passages comes from its
document and holds an expected string. Shown is the share of those found as written that are found with the
fault, too, and the share of the first five passages that are the same.

`clean` takes suites of well-written questions and shows nDCG@10 with and without: it must not fall. With
`--wrong` it lists what was changed. `time` shows the milliseconds that understanding takes.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import ClassVar, Final

import numpy as np
import opencc

import sample
from core.blobs import BlobStore
from core.database import open_engine
from core.settings import read_settings
from core.types import Audience, Hit, Query, Understood
from eval.building import BuiltSuite
from eval.measures.mean import mean
from eval.measures.ndcg import ndcg_at
from eval.suite import RetrievalCase, RetrievalSuite, read_retrieval_suite
from eval.workbench import Workbench
from kb.analysis import segmenter
from kb.index import Filter
from kb.indexes import Indexes
from kb.store import KnowledgeBase
from models.encoder import Vectors
from models.onnx_encoder import OnnxEncoder
from retrieval.fusion import Fusion
from retrieval.search import Retriever
from retrieval.understanding import numerals
from retrieval.understanding.pinyin import readings
from retrieval.understanding.understander import Understander

FIRST: Final = 5
_TRADITIONAL: Final = opencc.OpenCC("s2t")
_HAN: Final = re.compile("[\u4e00-\u9fff]{2,}")
_ENGLISH: Final = re.compile(r"\b[a-z]{6,}\b")
_IGNORED: Final = re.compile(r"\s|(?<=\d),(?=\d{3})")


@dataclass(frozen=True, slots=True)
class Case:
    """A gold question with what one of the first passages must hold."""

    question: str
    audience: Audience
    document: str
    expected: tuple[str, ...]


class Unchanged(Understander):
    """Searches for what was written."""

    def understand(self, query: Query, only: Filter) -> Understood:
        """The question as it is."""
        return Understood(asked=query.text, searched=query.text)


class Remembering(OnnxEncoder):
    """Encodes each question once, whichever systems ask it."""

    def encode_questions(self, texts: Sequence[str], /) -> Vectors:
        """As the encoder; of texts seen before, from memory."""
        key = tuple(texts)
        if key not in self._seen:
            self._seen[key] = super().encode_questions(texts)
        return self._seen[key]

    _seen: ClassVar[dict[tuple[str, ...], Vectors]] = {}


# Faults, each deterministic: the random numbers are seeded with the question


def in_pinyin(text: str) -> str | None:
    """The longest word in letters."""
    return _word_changed(text, lambda word: "".join(readings().syllables[character][0] for character in word))


def in_syllables(text: str) -> str | None:
    """The longest word in letters, with a blank after each syllable."""
    return _word_changed(text, lambda word: " ".join(readings().syllables[character][0] for character in word) + " ")


def sounding_alike(text: str) -> str | None:
    """One character of the longest word replaced by a common one of the same sound."""
    return _word_changed(text, lambda word: _homophone(word, random.Random(text)))


def _homophone(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    same = readings().characters[readings().syllables[word[at]][0]].replace(word[at], "")[:6]
    return word[:at] + chance.choice(same) + word[at + 1 :] if same else word


def traditional(text: str) -> str | None:
    """Traditional characters throughout."""
    changed: str = _TRADITIONAL.convert(text)
    return changed if changed != text else None


def full_width(text: str) -> str | None:
    """Letters and digits in full width."""
    changed = "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)
    return changed if changed != text else None


def other_numerals(text: str) -> str | None:
    """The first number in the other script."""
    found = numerals.forms(text)
    return text.replace(found[0].of, found[0].text, 1) if found and found[0].of in text else None


def letters_swapped(text: str) -> str | None:
    """Two letters of the longest English word change places."""
    return _english_changed(text, lambda word, at: word[:at] + word[at + 1] + word[at] + word[at + 2 :])


def letter_missing(text: str) -> str | None:
    """A letter of the longest English word is missing."""
    return _english_changed(text, lambda word, at: word[:at] + word[at + 1 :])


def letter_wrong(text: str) -> str | None:
    """A letter of the longest English word is its neighbour in the alphabet."""
    return _english_changed(text, lambda word, at: word[:at] + chr(97 + (ord(word[at]) - 96) % 26) + word[at + 1 :])


def _word_changed(text: str, change: Callable[[str], str]) -> str | None:
    words = [word for run in _HAN.findall(text) for word in segmenter().words(run) if len(word) > 1]
    telling = [word for word in words if word not in _ASKING and all(each in readings().syllables for each in word)]
    if not telling:
        return None
    word = max(telling, key=len)
    changed = text.replace(word, change(word), 1)
    return changed if changed != text else None


_ASKING: Final = frozenset(
    [
        "什么",
        "怎么",
        "怎样",
        "如何",
        "多少",
        "多久",
        "哪里",
        "哪些",
        "哪个",
        "可以",
        "能不能",
        "有没有",
        "是不是",
        "为什么",
        "你们",
        "我们",
        "我家",
        "请问",
        "一下",
        "还有",
        "或者",
        "需要",
    ]
)


def _english_changed(text: str, change: Callable[[str, int], str]) -> str | None:
    words = _ENGLISH.findall(text)
    if not words:
        return None
    word = max(words, key=len)
    at = random.Random(text).randrange(1, len(word) - 1)
    changed = text.replace(word, change(word, at), 1)
    return changed if changed != text else None


FAULTS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "as written": lambda text: text,
    "pinyin": in_pinyin,
    "pinyin syllables": in_syllables,
    "sounds alike": sounding_alike,
    "traditional": traditional,
    "full width": full_width,
    "other numerals": other_numerals,
    "letters swapped": letters_swapped,
    "letter missing": letter_missing,
    "letter wrong": letter_wrong,
}


# The sample


def read_cases() -> list[Case]:
    """The sample's questions that have an answer."""
    lines = (sample.FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Case(row["question"], Audience(row.get("audience") or "public"), row["document"], tuple(row["expected"]))
        for row in map(json.loads, lines)
        if row["answerable"] and row.get("expected") and row.get("document")
    ]


def is_found(hits: Iterable[Hit], case: Case) -> bool:
    """Whether a passage of the right document holds an expected string."""
    return any(
        hit.passage.document == case.document
        and any(_comparable(each) in _comparable(hit.passage.text) for each in case.expected)
        for hit in hits
    )


def _ids(hits: Iterable[Hit]) -> set[int]:
    return {hit.passage.passage_id for hit in hits}


def _comparable(text: str) -> str:
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text)).lower()


SIDES: Final[Mapping[str, Fusion]] = {
    "words": Fusion(dense_weight=0.0, lexical_weight=1.0),
    "fused": Fusion(),
}


def measure_sample(home: Path) -> None:
    """Print recall@5 by fault, for words alone and for both sides, without and with understanding."""
    cases, settings, encoder = read_cases(), read_settings({}, home=home), Remembering(threads=2)
    engine = open_engine(settings.database_url)
    kb = KnowledgeBase(engine, BlobStore(settings.blobs, max_bytes=1 << 20))
    indexes = Indexes(kb, settings.indexes, encoder.identity)
    indexes.open()
    systems = {
        (side, how): Retriever(
            kb,
            indexes,
            encoder,
            fusion=fusion,
            understander=kind(indexes, kb.vocabulary),
        )
        for side, fusion in SIDES.items()
        for how, kind in (("before", Unchanged), ("after", Understander))
    }
    print(f"{'fault':18} questions  " + "  ".join(f"{side:>7} {how:6}" for side, how in systems))
    clean = {
        name: [retriever.search(Query(text=case.question, audience=case.audience), k=FIRST) for case in cases]
        for name, retriever in systems.items()
    }
    for name, fault in FAULTS.items():
        row, count = [], 0
        for key, retriever in systems.items():
            kept, same = [], []
            for case, wanted in zip(cases, clean[key[0], "after"], strict=True):
                written = fault(case.question)
                if written is None or not is_found(wanted, case):
                    continue
                hits = retriever.search(Query(text=written, audience=case.audience), k=FIRST)
                kept.append(float(is_found(hits, case)))
                same.append(len(_ids(hits) & _ids(wanted)) / max(1, len(wanted)))
            row.append(f"{mean(kept).value:6.3f} ({mean(same).value:.2f})")
            count = max(count, len(kept))
        print(f"{name:18} {count:9}  " + "  ".join(row), flush=True)
    indexes.close()
    engine.dispose()


# Clean suites


def measure_clean(suite: RetrievalSuite, keep: Path | None, *, wrong: bool) -> None:
    """Print how many questions were changed, and what that did to nDCG@10: of those, and of all.

    Questions that understanding leaves as they are find the same, so only the others are searched for.
    """
    with Workbench(suite, encoder=Remembering(threads=2), work=keep) as bench:
        built = bench.built
        cases = [case for case in suite.cases if case.answerable]
        own = bench.retriever()
        understood = {case.case_id: own.understand(Query(text=case.text)) for case in cases}
        changed = [case for case in cases if _is_changed(understood[case.case_id])]
        corrected = [each for each in understood.values() if each.corrections]
        numbers = sum(bool(each.expansions) for each in understood.values())
        print(
            f"{suite.name}: of {len(cases)} questions corrected {len(corrected)}, with other forms of numbers {numbers}"
        )
        for side, fusion in SIDES.items():
            values = []
            for kind in (Unchanged, Understander):
                retriever = bench.retriever(fusion, understander=kind)
                runs = [retriever.search(Query(text=case.text), k=30) for case in changed]
                values.append([_ndcg(hits, case, built) for hits, case in zip(runs, changed, strict=True)])
            before, after = (mean(each).value for each in values)
            change = (sum(values[1]) - sum(values[0])) / len(cases)
            print(
                f"  {side:6} of the changed: before {before:.4f} after {after:.4f}; over all {change:+.4f}", flush=True
            )
        if wrong:
            for each in corrected:
                print("   ", each.asked, [(one.written, one.read_as) for one in each.corrections])


def _is_changed(understood: Understood) -> bool:
    return bool(understood.corrections or understood.expansions or understood.whole)


def _ndcg(hits: Iterable[Hit], case: RetrievalCase, built: BuiltSuite) -> float:
    return ndcg_at(tuple(dict.fromkeys(built.entry_of(hit.passage.passage_id) for hit in hits))[:10], case.grades, k=10)


def measure_time(suite: RetrievalSuite, keep: Path | None) -> None:
    """Print p50 and p95 of understanding alone, for clean questions and by fault."""
    with Workbench(suite, work=keep) as bench:
        _ = bench.built
        own = bench.retriever()
        own.understand(Query(text="tuikuan 发漂 refnud"))
        for name, fault in FAULTS.items():
            written = [changed for case in suite.cases if (changed := fault(case.text)) is not None]
            seconds = []
            for text in written:
                started = perf_counter()
                own.understand(Query(text=text))
                seconds.append(perf_counter() - started)
            if seconds:
                p50, p95 = (1000 * float(np.percentile(seconds, share)) for share in (50, 95))
                print(f"{name:18} {len(seconds):6} questions  p50 {p50:6.2f} ms  p95 {p95:6.2f} ms", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("sample", "clean", "time"))
    parser.add_argument("--home", type=Path, help="a home that holds the sample base already")
    parser.add_argument("--data", type=Path, nargs="+", default=[])
    parser.add_argument("--keep", type=Path, help="keep the knowledge bases there")
    parser.add_argument("--wrong", action="store_true", help="list the questions that were changed")
    options = parser.parse_args()
    if options.what == "sample":
        with tempfile.TemporaryDirectory() as folder:
            home = options.home or Path(folder)
            if options.home is None:
                command = [sys.executable, "-m", "api.cli", "--home", str(home), "demo", "--no-serve"]
                subprocess.run(command, check=True, capture_output=True)
            measure_sample(home)
    for folder in options.data:
        suite = read_retrieval_suite(folder)
        if options.what == "clean":
            measure_clean(suite, options.keep, wrong=options.wrong)
        else:
            measure_time(suite, options.keep)


if __name__ == "__main__":
    main()

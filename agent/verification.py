"""Checks a language model's reply sentence by sentence against the passages that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from agent.checks.asked import asked_hold, bare_holds, is_bare
from agent.checks.meaning import ACROSS, FEWEST_WORDS, PARAPHRASE, UNRELATED, Meaning
from agent.checks.names import names_hold
from agent.checks.negation import same_polarity
from agent.checks.values import dates_hold, numbers_hold, units_hold
from agent.citations import best_span, cite, mark, support, terms
from agent.markup import addresses
from agent.prompts import NO_ANSWER, repeats_instructions
from agent.reply_text import claims, complete, parse
from agent.texts import shown_name
from core.text import comparable, detect_language, fold
from core.types import Check, Citation, Passage, Segment
from models.lac_tagger import WordTagger
from retrieval.confidence import contains, content

_SOURCE_WORD: Final = re.compile(
    r"(?:上述|以上|所给|提供的|the|given|provided|above)*\s*(?:资料|来源|文件|信息|sources?|evidence|documents?)"
    r"(?:\s|、|和|与|及|以及|中|里|的|内容|可知|and|&)*"
)
_CLEARLY: Final = 0.7
"""Share of a sentence's words from which a passage that it doesn't name may be its source."""

_ADDED: Final = 0.85
"""The same share, of the words that a sentence adds to those of the question that it repeats."""

_SAME_MATTER: Final = 0.5
"""Share of what a sentence takes over from the question that its source must have too."""

LONG: Final = 400
"""Characters without a complete sentence from which one isn't looked for with every piece of the reply any more."""

HELD_SHARE: Final = 16
"""Then it is looked for each time that the text has grown by this part, so that endless text costs time in proportion
to its length and not to its square."""

_ATTRIBUTION: Final = re.compile(
    r"^(?:根据|依据|按照|according to|based on|as per)\s*(?:the\s+)?([^，,。；;]{0,60}?)\s*[，,：:]\s*", re.IGNORECASE
)
"""«According to …,» in front of a sentence, where the reader has a citation already."""


class Judge(Protocol):
    """Says of a claim that passed every other check whether its source supports it."""

    def supports(self, claim: str, source: str, /) -> bool:
        """Whether it does. A judge that can't be asked raises nothing and says that it does."""
        ...


@dataclass(frozen=True, slots=True)
class Instruments:
    """What the checks use besides code. Each may be missing; then what it would tell isn't checked."""

    meaning: Meaning | None = None
    tagger: WordTagger | None = None
    judge: Judge | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """A sentence that its sources support, ready to be shown, and the citations that are new with it."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What checking a claim against some passages found."""

    failed: tuple[Check, ...]
    cover: float | None = None
    similarity: float | None = None


class Verifier:
    """Takes a reply as it streams and gives out the sentences that hold, in order.

    A sentence holds when it rests on at least one passage of the evidence, and its numbers, units,
    dates, addresses and names stand there; when it neither denies what is said there nor affirms
    what is denied; and when it means the same: by its words where both are in one language, by the
    encoder across languages and for paraphrases. What it takes over from the question must be in its
    source too: a sentence about gift cards can't rest on a passage about points. A sentence that
    names no passage, or the wrong one, is cited to one that clearly says the same, if there is one.
    All others are dropped. What was given out is final; `segments` keeps every verdict.
    """

    def __init__(
        self,
        evidence: Sequence[Passage],
        *,
        question: str,
        min_support: float,
        instruments: Instruments | None = None,
    ) -> None:
        self._evidence = evidence
        self._question = question
        self._asked = content(question)
        self._min_support = min_support
        self._instruments = instruments or Instruments()
        self._pending = ""
        self._next_look = 0
        self._numbers: dict[tuple[int, int, int], int] = {}
        self._shown = ""
        self.segments: list[Segment] = []
        """Every sentence so far, with what its checks found."""
        self.declined = False
        """Whether the model said that the evidence doesn't answer."""

    @property
    def dropped(self) -> int:
        """Sentences that didn't hold."""
        return sum(not segment.holds for segment in self.segments)

    def take(self, text: str) -> list[Verified]:
        """Add a piece of the reply; return the sentences that are complete with it and hold."""
        self._pending += text
        if len(self._pending) < self._next_look:
            return []
        verified = self._release(final=False)
        held = len(self._pending)
        self._next_look = held + held // HELD_SHARE if held > LONG else 0
        return verified

    def finish(self) -> list[Verified]:
        """The reply is complete; return what is left of it and holds."""
        return self._release(final=True)

    def failed_everywhere(self, claim: str) -> frozenset[Check]:
        """The checks that a claim fails in the passage that is nearest to supporting it; none if one supports it."""
        found = [frozenset(self._checked(claim, [number]).failed) for number in range(1, len(self._evidence) + 1)]
        return min(found, key=len, default=frozenset({Check.EVIDENCE}))

    def _release(self, *, final: bool) -> list[Verified]:
        ready, self._pending = complete(self._pending, final=final)
        verified = [self._verified(part) for part in claims(ready)]
        return [each for each in verified if each is not None]

    def _verified(self, part: str) -> Verified | None:
        if NO_ANSWER in part:
            self.declined = True
            return None
        claim, named = parse(part)
        claim = self._without_attribution(claim)
        if not claim:
            return None
        sources, found = self._sources(claim, self._known(named))
        if repeats_instructions(claim):
            found = _Found((*found.failed, Check.INSTRUCTIONS), found.cover, found.similarity)
        if found.failed:
            self.segments.append(Segment(claim, None, None, (), found.failed, found.cover, found.similarity))
            return None
        return self._rendered(claim, sources, found, lead=part[: len(part) - len(part.lstrip())])

    def _known(self, named: Sequence[int]) -> Sequence[int]:
        """The passages that there are, each once."""
        return [number for number in dict.fromkeys(named) if 1 <= number <= len(self._evidence)]

    def _without_attribution(self, claim: str) -> str:
        """Without a file's name in front, which the citation gives already and which isn't part of the claim."""
        match = _ATTRIBUTION.match(claim)
        if match is None:
            return claim
        named = fold(match.group(1))
        known = any(shown_name(fold(passage.document)) in named for passage in self._evidence)
        return claim[match.end() :] if not named or known or _SOURCE_WORD.fullmatch(named) else claim

    def _sources(self, claim: str, named: Sequence[int]) -> tuple[Sequence[int], _Found]:
        """The passages that the claim rests on: those it names, else one that clearly says the same."""
        found = self._checked(claim, named) if named else _Found((Check.EVIDENCE,))
        if not found.failed:
            return named, found
        for number in range(1, len(self._evidence) + 1):
            if number not in named and self._clearly_says(claim, number):
                other = self._checked(claim, [number])
                if not other.failed:
                    return [number], other
        return named, found

    def _clearly_says(self, claim: str, number: int) -> bool:
        """Nearly all of its words; or of what it adds to the question nearly all, where it repeats that in part."""
        text = self._evidence[number - 1].indexed_text
        if detect_language(claim) is not detect_language(text):
            return False
        cover = support(claim, text)
        added = set(terms(claim)) - set(terms(self._question))
        repeats = len(added) < len(set(terms(claim)))
        of_added = len(added & set(terms(text))) / len(added) if added else 0.0
        return cover >= _CLEARLY or (repeats and of_added >= _ADDED and cover >= _SAME_MATTER)

    def _checked(self, claim: str, sources: Sequence[int]) -> _Found:
        """Everything that code can tell, the cheap first; the encoder and a judge only for what passed that."""
        joined = "\n".join(self._evidence[number - 1].indexed_text for number in sources)
        cited = [self._cited(claim, number) for number in sources]
        failed = tuple(self._by_code(claim, joined, cited))
        cover = support(claim, joined) if detect_language(claim) is detect_language(joined) else None
        if failed:
            return _Found(failed, cover)
        meaning = self._instruments.meaning
        clear = cover is not None and cover >= _CLEARLY  # then the words decide, and the encoder needn't be asked
        similarity = meaning.similarity(claim, cited) if meaning and not clear else None
        failed = tuple(self._by_meaning(cover, similarity))
        if not failed and self._instruments.judge and not self._instruments.judge.supports(claim, joined):
            failed = (Check.JUDGE,)
        return _Found(failed, cover, similarity)

    def _by_code(self, claim: str, joined: str, cited: Sequence[str]) -> Iterator[Check]:
        holds = {
            Check.NUMBERS: numbers_hold(claim, joined),
            Check.UNITS: units_hold(claim, joined),
            Check.DATES: dates_hold(claim, joined),
            Check.ADDRESSES: addresses(claim) <= addresses(joined),
        }
        if detect_language(claim) is detect_language(joined):
            holds[Check.NAMES] = names_hold(claim, joined, self._question, self._instruments.tagger)
            holds[Check.NEGATION] = any(same_polarity(claim, text) for text in cited)
            holds[Check.MATTER] = self._same_matter(claim, joined)
        return (check for check, held in holds.items() if not held)

    def _by_meaning(self, cover: float | None, similarity: float | None) -> Iterator[Check]:
        """Words decide within one language, unless they are few and the meaning is very close; across, meaning."""
        if cover is None:
            if similarity is not None and similarity < ACROSS:
                yield Check.MEANING
            return
        paraphrase = similarity is not None and similarity >= PARAPHRASE and cover >= FEWEST_WORDS
        if cover < self._min_support and not paraphrase:
            yield Check.WORDS
        elif similarity is not None and similarity < UNRELATED and cover < _CLEARLY:
            yield Check.MEANING

    def _same_matter(self, claim: str, joined: str) -> bool:
        if not asked_hold(self._question, joined):
            return False
        if is_bare(claim) and not bare_holds(claim, self._asked, joined):
            return False
        taken_over = [unit for unit, held in zip(self._asked, contains(claim, self._asked), strict=True) if held]
        together = comparable(joined)  # «CVPR2022» is the «CVPR 2022» of the source
        shared = sum(unit in together for unit in taken_over)
        return not taken_over or shared >= _SAME_MATTER * len(taken_over)

    def _cited(self, claim: str, number: int) -> str:
        passage = self._evidence[number - 1]
        start, end = best_span(claim, passage.text)
        return passage.text[start:end]

    def _rendered(self, claim: str, sources: Sequence[int], found: _Found, *, lead: str) -> Verified:
        new: list[Citation] = []
        numbers: list[int] = []
        shown = claim
        for source in dict.fromkeys(sources):
            passage = self._evidence[source - 1]
            span = best_span(claim, passage.text)
            key = (source, *span)
            if key not in self._numbers:
                self._numbers[key] = len(self._numbers) + 1
                new.append(cite(self._numbers[key], passage, *span))
            numbers.append(self._numbers[key])
            shown = mark(shown, self._numbers[key]) if shown is claim else f"{shown}[{self._numbers[key]}]"
        start = len(self._shown) + len(self._separator(claim, lead))
        text = self._separator(claim, lead) + shown
        self._shown += text
        self.segments.append(
            Segment(claim, start, start + len(shown), tuple(numbers), (), found.cover, found.similarity)
        )
        return Verified(text, tuple(new))

    def _separator(self, claim: str, lead: str) -> str:
        """What joins a sentence to those before it. Never nothing: `[1](…` would read as a link."""
        if not self._shown:
            return ""
        return "\n" if "\n" in lead else " " if claim[0].isascii() or claim[0] in "（［" else ""

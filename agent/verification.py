"""Checks a language model's reply sentence by sentence against the passages that it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agent.citations import best_span, cite, mark, sentences, support
from agent.markup import addresses, strip_markup
from agent.numbers import available, stated
from agent.prompts import NO_ANSWER, repeats_instructions
from agent.texts import shown_name
from core.text import detect_language, fold, nfkc
from core.types import Citation, Passage
from retrieval.confidence import contains, content

_CITED: Final = re.compile(
    r"\s*[\[【〔［]\s*(?:\^|资料|来源|source|evidence)?\s*(\d{1,2}(?:\s*[,，、;]\s*\d{1,2})*)\s*[\]】〕］]",
    re.IGNORECASE,
)
_TRAILING_MARKS: Final = re.compile(rf"(?:{_CITED.pattern})+[。.！!]?", re.IGNORECASE)
_OPEN_MARK: Final = re.compile(r"(?:[\[【〔［][^\]】〕］]{0,24}|\s)*")
"""The beginning of a mark at the end of what has come so far."""

_SOURCE_WORD: Final = re.compile(
    r"(?:上述|以上|所给|提供的|the|given|provided|above)*\s*(?:资料|来源|文件|信息|sources?|evidence|documents?)"
)
_LEADS: Final = ("：", ":")
_SEMICOLONS: Final = ("；", ";")
_CLEARLY: Final = 0.7
"""Share of a sentence's words from which a passage that it doesn't name may be its source."""

_SAME_MATTER: Final = 0.5
"""Share of what a sentence takes over from the question that its source must have too."""

_ATTRIBUTION: Final = re.compile(
    r"^(?:根据|依据|按照|according to|based on|as per)\s*(?:the\s+)?([^，,。；;]{0,60}?)\s*[，,：:]\s*", re.IGNORECASE
)
"""«According to …,» in front of a sentence, where the reader has a citation already."""

_PRELUDE: Final = re.compile(r"^\s*(?:答案?|回答|answer)\s*[：:]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verified:
    """A sentence that its sources support, ready to be shown, and the citations that are new with it."""

    text: str
    citations: tuple[Citation, ...]


class Verifier:
    """Takes a reply as it streams and gives out the sentences that hold, in order.

    A sentence holds when it names at least one passage of the evidence, every number and address in
    it stands in a passage that it names, and (where both are in one language) so does the given
    share of its words, and most of what it takes over from the question: a sentence about gift
    cards can't rest on a passage about points. A sentence that names the wrong passage is cited to
    one that supports it, if there is one. All others are dropped. What was given out is final.
    """

    def __init__(self, evidence: Sequence[Passage], *, question: str, min_support: float) -> None:
        self._evidence = evidence
        self._asked = content(question)
        self._min_support = min_support
        self._pending = ""
        self._numbers: dict[tuple[int, int, int], int] = {}
        self._shown = ""
        self.dropped = 0
        """Sentences that didn't hold."""
        self.declined = False
        """Whether the model said that the evidence doesn't answer."""

    def take(self, text: str) -> list[Verified]:
        """Add a piece of the reply; return the sentences that are complete with it and hold."""
        self._pending += text
        return self._release(final=False)

    def finish(self) -> list[Verified]:
        """The reply is complete; return what is left of it and holds."""
        return self._release(final=True)

    def _release(self, *, final: bool) -> list[Verified]:
        ready, self._pending = _complete(self._pending, final=final)
        verified = [self._verified(part) for part in _claims(ready)]
        return [each for each in verified if each is not None]

    def _verified(self, part: str) -> Verified | None:
        if NO_ANSWER in part:
            self.declined = True
            return None
        claim, named = _parse(part)
        claim = self._without_attribution(claim)
        if not claim:
            return None
        sources = self._sources(claim, [number for number in named if 1 <= number <= len(self._evidence)])
        if not sources or repeats_instructions(claim):
            self.dropped += 1
            return None
        return self._rendered(claim, sources, lead=part[: len(part) - len(part.lstrip())])

    def _without_attribution(self, claim: str) -> str:
        """Without a file's name in front, which the citation gives already and which isn't part of the claim."""
        match = _ATTRIBUTION.match(claim)
        if match is None:
            return claim
        named = fold(match.group(1))
        known = any(shown_name(fold(passage.document)) in named for passage in self._evidence)
        return claim[match.end() :] if not named or known or _SOURCE_WORD.fullmatch(named) else claim

    def _sources(self, claim: str, named: Sequence[int]) -> Sequence[int]:
        """The passages that the claim rests on: those it names, else one that clearly says the same; or none."""
        if not named or self._holds(claim, named):
            return named
        others = (number for number in range(1, len(self._evidence) + 1) if number not in named)
        return next(([number] for number in others if self._says(claim, number)), [])

    def _says(self, claim: str, number: int) -> bool:
        text = self._evidence[number - 1].indexed_text
        one_language = detect_language(claim) is detect_language(text)
        return one_language and support(claim, text) >= _CLEARLY and self._holds(claim, [number])

    def _holds(self, claim: str, sources: Sequence[int]) -> bool:
        texts = [self._evidence[number - 1].indexed_text for number in sources]
        joined = "\n".join(texts)
        if not stated(claim) <= available(joined) or not addresses(claim) <= addresses(joined):
            return False
        if detect_language(claim) is not detect_language(joined):
            return True
        taken_over = [unit for unit, held in zip(self._asked, contains(claim, self._asked), strict=True) if held]
        same_matter = not taken_over or sum(contains(joined, taken_over)) >= _SAME_MATTER * len(taken_over)
        return same_matter and support(claim, joined) >= self._min_support

    def _rendered(self, claim: str, sources: Sequence[int], *, lead: str) -> Verified:
        new: list[Citation] = []
        shown = claim
        for source in dict.fromkeys(sources):
            passage = self._evidence[source - 1]
            span = best_span(claim, passage.text)
            key = (source, *span)
            if key not in self._numbers:
                self._numbers[key] = len(self._numbers) + 1
                new.append(cite(self._numbers[key], passage, *span))
            shown = mark(shown, self._numbers[key]) if shown is claim else f"{shown}[{self._numbers[key]}]"
        text = self._separator(claim, lead) + shown
        self._shown += text
        return Verified(text, tuple(new))

    def _separator(self, claim: str, lead: str) -> str:
        """What joins a sentence to those before it. Never nothing: `[1](…` would read as a link."""
        if not self._shown:
            return ""
        return "\n" if "\n" in lead else " " if claim[0].isascii() or claim[0] in "（［" else ""


def _complete(text: str, *, final: bool) -> tuple[str, str]:
    """Cut off what may still change: an unfinished sentence, or marks that may still follow it."""
    text = strip_thinking(text)
    if final:
        return text, ""
    if "<think" in text:
        return "", text
    spans = _joined(text)
    if not spans or text.strip() in NO_ANSWER:
        return "", text
    # The last sentence is held back even if it looks ended: its marks, or its number's decimals, may follow.
    # So is the one before a mark that isn't closed yet: the mark will turn out to be its own.
    while len(spans) > 1 and _OPEN_MARK.fullmatch(text[slice(*spans[-1])]):
        spans.pop()
    end = spans[-1][0]
    while spans and text[:end].rstrip().endswith(_LEADS):
        spans.pop()
        end = spans[-1][0] if spans else 0
    return text[:end], text[end:]


def _claims(text: str) -> list[str]:
    """Sentences with their marks. A lead-in ending in a colon is checked as one with what follows it."""
    claims: list[str] = []
    lead = ""
    end = 0
    for start, stop in _joined(text):
        part = lead + text[end:stop]
        end = stop
        body = _CITED.sub("", part).rstrip()
        if body.endswith(_LEADS) and not _CITED.search(part[start - stop :]):
            lead = part
            continue
        claims.append(part)
        lead = ""
    return claims


def strip_thinking(text: str) -> str:
    """Without what a reasoning model thinks aloud."""
    return re.sub(r"<think(?:ing)?>.*?</think(?:ing)?>", "", text, flags=re.DOTALL | re.IGNORECASE)


def _joined(text: str) -> list[tuple[int, int]]:
    """Spans of sentences; marks that stand behind a sentence's end belong to it, and a semicolon ends none."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if spans and text[: spans[-1][1]].endswith(_SEMICOLONS) and "\n" not in text[spans[-1][1] : start]:
            start = spans.pop()[0]
        marks = _TRAILING_MARKS.match(text, start)
        if marks and spans and "\n" not in text[spans[-1][1] : start]:
            spans[-1] = (spans[-1][0], marks.end())
            start = marks.end()
            if not text[start:end].strip():
                continue
            start += len(text[start:end]) - len(text[start:end].lstrip())
        spans.append((start, end))
    return spans


def _parse(part: str) -> tuple[str, list[int]]:
    """A sentence without marks and markup, and the numbers that it names."""
    named = [int(number) for group in _CITED.findall(part) for number in re.findall(r"\d+", nfkc(group))]
    plain = _PRELUDE.sub("", strip_markup(_CITED.sub("", part)).strip())
    plain = re.sub(r"[*_`#]{2,}|^#+\s*", "", plain).strip()
    return (plain if re.search(r"[^\W_]", plain) else ""), named

"""A language model's reply as it streams: cut into sentences, each with the numbers that it names."""

from __future__ import annotations

import re
from typing import Final

from agent.citations import sentences
from agent.markup import strip_markup
from agent.prompts import NO_ANSWER
from core.text import nfkc

_CITED: Final = re.compile(
    r"\s*[\[【〔［]\s*(?:\^|资料|来源|source|evidence)?\s*(\d{1,2}(?:\s*[,，、;]\s*\d{1,2})*)\s*[\]】〕］]",
    re.IGNORECASE,
)
_TRAILING_MARKS: Final = re.compile(rf"(?:{_CITED.pattern})+[。.！!]?", re.IGNORECASE)
_OPEN_MARK: Final = re.compile(r"(?:[\[【〔［][^\]】〕］]{0,24}|\s)*")
"""The beginning of a mark at the end of what has come so far."""

_LEADS: Final = ("：", ":")
_SEMICOLONS: Final = ("；", ";")
_PRELUDE: Final = re.compile(r"^\s*(?:答案?|回答|answer)\s*[：:]\s*", re.IGNORECASE)


def complete(text: str, *, final: bool) -> tuple[str, str]:
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
    while len(spans) > 1 and text.endswith(_LEADS, 0, spans[-2][1]):
        spans.pop()
        end = spans[-1][0]
    return text[:end], text[end:]


def claims(text: str) -> list[str]:
    """Sentences with their marks. A lead-in ending in a colon is checked as one with what follows it."""
    claims: list[str] = []
    lead = ""
    end = 0
    for start, stop in _joined(text):
        own = text[end:stop]
        part = lead + own
        end = stop
        if _CITED.sub("", own).rstrip().endswith(_LEADS) and not _CITED.search(text, start, stop):
            lead = part
            continue
        claims.append(part)
        lead = ""
    return claims


def strip_thinking(text: str) -> str:
    """Without what a reasoning model thinks aloud."""
    if "</think" not in text.lower():
        return text
    return re.sub(r"<think(?:ing)?>.*?</think(?:ing)?>", "", text, flags=re.DOTALL | re.IGNORECASE)


def _joined(text: str) -> list[tuple[int, int]]:
    """Spans of sentences; marks that stand behind a sentence's end belong to it, and a semicolon ends none."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if spans and text.endswith(_SEMICOLONS, 0, spans[-1][1]) and "\n" not in text[spans[-1][1] : start]:
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


def parse(part: str) -> tuple[str, list[int]]:
    """A sentence without marks and markup, and the numbers that it names."""
    named = [int(number) for group in _CITED.findall(part) for number in re.findall(r"\d+", nfkc(group))]
    plain = _PRELUDE.sub("", strip_markup(_CITED.sub("", part)).strip())
    plain = re.sub(r"[*_`#]{2,}|^#+\s*", "", plain).strip()
    return (plain if re.search(r"[^\W_]", plain) else ""), named

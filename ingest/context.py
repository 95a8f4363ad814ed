"""What a reader knows on reaching a passage: the document's title, the headings, a list's lead sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from core.text import HAN, fold
from ingest.pieces import CountTokens

SEPARATOR: Final = " > "

_NOT_WORD: Final = re.compile(r"[\W_]+")
_HAN_ONLY: Final = re.compile(f"[{HAN}]+")
_MEANINGLESS: Final = re.compile(
    r"""^(?:untitled|no\ title|document|title|slide|presentation|powerpoint\ presentation|powerpoint\ 演示文稿
        |无标题|未命名|文档|演示文稿|新建.*|幻灯片|工作簿|工作表|sheet|book|new\ .*document.*)\s*\d*$""",
    re.IGNORECASE | re.VERBOSE,
)
_PRINTED_BY: Final = re.compile(r"^microsoft (?:word|powerpoint|excel) - ", re.IGNORECASE)
_LONGEST_TITLE: Final = 120
"""Characters. A longer title is a sentence that a program put into the file's properties."""


def document_title(parsed: str | None, name: str) -> str:
    """What a reader would call the document: the title in the file, or its name without the ending.

    Office programs write titles such as «Untitled» or «Microsoft Word - 1.doc», which say nothing.
    """
    title = _PRINTED_BY.sub("", " ".join((parsed or "").split()))
    stem = " ".join(PurePath(name).stem.replace("_", " ").split())
    if not title or len(title) > _LONGEST_TITLE or _MEANINGLESS.match(title) or title == name:
        return stem
    return title


def context_of(
    title: str, path: Sequence[str], lead: str | None = None, *, limit: int, count_tokens: CountTokens
) -> str:
    """Title and headings from the outermost to the nearest, at most `limit` tokens.

    Where that is too long, the outer ones go first: the nearest heading says most about the text.
    """
    telling = [heading for heading in path if not _MEANINGLESS.match(heading)]
    parts = without_repeats([title, *telling, *([lead] if lead else [])])
    shorter = [parts[at:] for at in range(len(parts))]
    candidates = [SEPARATOR.join(part) for part in shorter if part]
    if not candidates:
        return ""
    counts = count_tokens(candidates)
    for candidate, tokens in zip(candidates, counts, strict=True):
        if tokens <= limit:
            return candidate
    last = candidates[-1]
    while last and count_tokens([last])[0] > limit:
        last = last[: len(last) // 2]
    return last.strip()


def without_repeats(parts: Sequence[str]) -> list[str]:
    """Leave out what another part says in nearly as many words; of two alike the first stays."""
    keys = [_NOT_WORD.sub(" ", fold(part)).strip() for part in parts]
    return [
        part
        for at, part in enumerate(parts)
        if keys[at] and keys[at] not in keys[:at] and not any(_is_most_of(keys[at], other) for other in keys)
    ]


def _is_most_of(part: str, whole: str) -> bool:
    """«配送说明» is most of «青山商城配送说明»; «refunds» isn't most of «returns and refunds», so it still tells."""
    if part == whole or 2 * len(part) < len(whole):
        return False
    return part in whole if _HAN_ONLY.fullmatch(part) else f" {part} " in f" {whole} "

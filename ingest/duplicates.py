"""Exact and near duplicates inside one document, found in about linear time.

Losing a fact is worse than keeping a sentence twice. So two texts count as duplicates only if one
of them says everything that the other says: after white space, punctuation, case, width, script
and small function words are set aside, the longer one may add words, but no number, negation or
condition, and nothing may be exchanged («北京» for «上海», 299 for 399).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.text import HAN, fold
from ingest.parsed import Block, BlockKind, ParsedDocument
from kb.prepared import PreparedPassage

JACCARD: Final = 0.9
"""Share of common shingles from which two texts are near duplicates (Broder, "On the resemblance and
containment of documents", 1997, uses the same measure). Below it, what differs is news to a reader."""

SHINGLE: Final = 5
"""Letters. Five Chinese characters are two or three words, which a text seldom shares by chance."""

BANDS: Final = 8
ROWS: Final = 4
"""Eight bands of four minima: two texts of Jaccard .9 meet in a band with probability .9998."""

SHORTEST_NEAR: Final = 40
"""Tokens. Shorter texts must agree in every word: one word more may be the whole difference."""

SHORTEST_BLOCK: Final = 40
"""Letters. A short line that comes twice, such as «身份证复印件», belongs to two different lists."""

MOST_COMPARED: Final = 8
"""Candidates compared word by word for each text, so that a hostile file stays linear."""

LONGEST_COMPARED: Final = 3000
"""Tokens. Longer texts are compared for equality only."""

_COURTESY: Final = re.compile(
    r"你好|您好|请问一下|请问|谢谢|麻烦|\b(?:hello|hi|hey|dear|thanks|thank you|please|kindly)\b"
)
_TOKEN: Final = re.compile(rf"(?:(?<!\w)-)?\d+(?:[.,:/]\d+)*|[{HAN}]|[^\W\d_]+?(?=[{HAN}\d_\W]|$)|[€$¥£%+#&@°]")
_FUNCTION_WORDS: Final = frozenset("的了地得着之呢吗吧啊呀哦嘛您你我们请") | {"the", "a", "an", "your", "our"}
_CRITICAL: Final = frozenset("不没无非勿禁未仅只限除若如当免否€$¥£%+#&@°") | {
    *("no", "not", "never", "without", "only", "except", "unless", "if", "none", "t", "cannot", "non", "un"),
}


def collapse_blocks(document: ParsedDocument) -> ParsedDocument:
    """Drop a paragraph that another one under the same headings already says.

    Rows and list items stay: they get their meaning from the table or list around them.
    """
    path: list[tuple[int, str]] = []
    places: list[int] = []
    scopes: list[object] = []
    for at, block in enumerate(document.blocks):
        if block.kind is BlockKind.HEADING:
            path = [*(item for item in path if item[0] < block.level), (block.level, fold(block.text))]
        elif _may_repeat(block):
            places.append(at)
            scopes.append(tuple(path))
    dropped = {places[at] for at in repeated([document.blocks[place].text for place in places], scopes)}
    if not dropped:
        return document
    return replace(document, blocks=tuple(b for at, b in enumerate(document.blocks) if at not in dropped))


def collapse_passages(passages: Sequence[PreparedPassage]) -> tuple[PreparedPassage, ...]:
    """Drop a passage that another one with the same context already says."""
    dropped = repeated([passage.text for passage in passages], [passage.context for passage in passages])
    return tuple(passage for at, passage in enumerate(passages) if at not in dropped)


def repeated(texts: Sequence[str], scopes: Sequence[object]) -> set[int]:
    """Positions of the texts that another text of the same scope makes superfluous.

    Of two that say the same the first stays; of two near duplicates the one that says more.
    """
    dropped: set[int] = set()
    kept: dict[object, int] = {}
    buckets: dict[object, list[int]] = defaultdict(list)
    words = [content_words(text) for text in texts]
    for at, (scope, tokens) in enumerate(zip(scopes, words, strict=True)):
        if kept.setdefault((scope, tokens or texts[at]), at) != at:
            dropped.add(at)
        elif SHORTEST_NEAR <= len(tokens) <= LONGEST_COMPARED:
            bands = [(scope, band) for band in _bands(tokens)]
            other = _near(tokens, words, _candidates(buckets, bands, dropped))
            if other is not None:
                dropped.add(other if len(words[other]) < len(tokens) else at)
            for band in bands:
                buckets[band].append(at)
    return dropped


def content_words(text: str) -> tuple[str, ...]:
    """What a text says: numbers, words, single Chinese characters and signs, without function words."""
    plain = _COURTESY.sub(" ", fold(text))
    return tuple(token for token in _TOKEN.findall(plain) if token not in _FUNCTION_WORDS)


def _may_repeat(block: Block) -> bool:
    return block.kind is BlockKind.PARAGRAPH and sum(map(str.isalnum, block.text)) >= SHORTEST_BLOCK


def _candidates(buckets: dict[object, list[int]], bands: Iterable[object], dropped: set[int]) -> list[int]:
    """The latest texts that share a band: repeated pages and slides stand near each other."""
    found = {at for band in bands for at in buckets[band][-MOST_COMPARED:] if at not in dropped}
    return sorted(found)[-MOST_COMPARED:]


def _near(tokens: tuple[str, ...], words: Sequence[tuple[str, ...]], candidates: Sequence[int]) -> int | None:
    if not candidates:
        return None
    mine = _shingles(tokens)
    for other in candidates:
        theirs = _shingles(words[other])
        common = np.intersect1d(mine, theirs, assume_unique=True).size
        if common >= JACCARD * (mine.size + theirs.size - common) and says_the_same(tokens, words[other]):
            return other
    return None


def says_the_same(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether one only adds harmless words to the other."""
    removed: list[str] = []
    added: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if kind != "equal":
            removed += first[a:b]
            added += second[c:d]
    if removed and added:
        return False
    return not any(token in _CRITICAL or token[-1].isdigit() for token in (*removed, *added))


_PRIME: Final = np.uint64(1_099_511_628_211)
_RANDOM: Final = np.random.default_rng(20_240_229).integers(1, 2**63, size=(2, BANDS * ROWS), dtype=np.uint64)
"""Multipliers and offsets of the hash functions; fixed, so that every run drops the same."""


def _shingles(tokens: Sequence[str]) -> NDArray[np.uint64]:
    """Hashes of all runs of `SHINGLE` letters, sorted, each once."""
    letters = np.frombuffer("".join(tokens).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    count = max(1, letters.size - SHINGLE + 1)
    hashes = np.zeros(count, dtype=np.uint64)
    for at in range(min(SHINGLE, letters.size)):
        hashes = hashes * _PRIME + letters[at : at + count]
    return np.unique(hashes)


def _bands(tokens: Sequence[str]) -> list[tuple[int, bytes]]:
    """MinHash signature in bands; equal bands make two texts candidates (Indyk and Motwani, 1998)."""
    mixed = _shingles(tokens)[:, None] * (_RANDOM[0] | np.uint64(1)) + _RANDOM[1]
    minima = (mixed ^ (mixed >> np.uint64(31))).min(axis=0)
    return [(band, minima[band * ROWS : (band + 1) * ROWS].tobytes()) for band in range(BANDS)]

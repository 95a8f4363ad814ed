"""Cues of mood that can be read off the words: praise, blame, negation, turns of speech, shouting, abuse.

A vector of a whole message blurs «不错，就是客服态度差»; counted words don't. They are features for the
model beside the vector, not a verdict.
"""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass
from functools import cache
from math import log1p
from pathlib import Path
from typing import Final

import numpy as np

from core.text import HAN, fold
from models.encoder import Vectors

WORDS: Final = Path(__file__).with_name("words")
"""`zh.txt` and `en.txt`: words by strength, -2 to 2."""

_CLAUSE: Final = re.compile(r"[^,.!?;。!?;、\n~…]+[,.!?;。;、\n~…]*")
_TOKEN: Final = re.compile(r"#?[a-z][a-z']*(?:-[a-z]+)*\??|[:;]-?[()d]|=\)|<3|[^\w\s]")
_TURN: Final = re.compile(r"但|不过|可是|然而|就是|只是|可惜|却|\bbut\b|\bhowever\b|\bthough\b")
_CONCESSION: Final = re.compile(r"虽然|虽说|尽管|除了|\balthough\b|\bdespite\b|\bapart from\b|\bexcept\b")
_NEGATION_ZH: Final = re.compile(
    r"(?:不|没|没有|无|非|未|别|唔|冇|并不|不太|不是|不怎么|不够|算不上|谈不上|没什么|毫无)[很太那么怎样算是会能觉得]{0,3}$"
)
_NEGATION_EN: Final = frozenset(
    [
        "not",
        "no",
        "never",
        "none",
        "without",
        "hardly",
        "barely",
        "can't",
        "cant",
        "don't",
        "dont",
        "didn't",
        "didnt",
        "isn't",
        "isnt",
        "wasn't",
        "wasnt",
        "won't",
        "wont",
        "couldn't",
        "doesn't",
        "doesnt",
        "haven't",
        "hasn't",
        "wouldn't",
        "shouldn't",
        "aren't",
        "nobody",
        "nothing",
    ]
)
_REACH: Final = 3
"""English words between a negation and what it turns round."""

_TURNED: Final = -0.7
"""What is left of a word's weight behind a negation: «不好吃» says less than «难吃»."""

_AFTER_TURN: Final = 1.5
_CONCEDED: Final = 0.5
"""What is said behind a «but» weighs more, what is conceded less."""

RUDE: Final = re.compile(
    r"垃圾|骗子|傻逼|傻b|煞笔|沙比|sb|妈的|他妈|tmd|尼玛|你妈|草泥马|卧槽|我靠|狗屎|狗屁|放屁|人渣|废物|脑残|智障|白痴|弱智|有病吧|神经病|"
    r"什么玩意|什么东西|什么破|滚蛋|滚|混蛋|王八|无耻|不要脸|恶心|黑心|奸商|饭桶|吃干饭|吃屎|仆街|冚家|on9|收皮|顶你|"
    r"\bfuck\w*|\bshit\w*|\bbullshit\b|\bwtf\b|\basshole|\bidiots?\b|\bmorons?\b|\bcrap\w*|\bscam\w*|\bstupid\b|\bpathetic\b|\bliars?\b|"
    r"\bthie(?:f|ves)\b|\bgarbage\b|\bdamn\w*|\bwhat the hell\b|\bwhere the hell\b|\bpiss(?:ed)? off\b|\bdisgust\w*|\ba joke\b|\bincompetent\b"
)
"""Abuse and contempt, of the folded text."""


@dataclass(frozen=True, slots=True)
class Cues:
    """What the words of a message say. Counts are damped, so that long texts don't outweigh short ones."""

    praise: float
    blame: float
    balance: float
    """Praise less blame, by their sum; -1.0 to 1.0."""
    strong_praise: float
    strong_blame: float
    opening: float
    """The balance of the first clause that has any."""
    ending: float
    """That of the last one, which often is the verdict."""
    nothing: float
    """1.0 where no word tells anything."""
    shouting: float
    """Exclamation marks, repeated marks, words in capitals."""
    question: float
    abuse: float


SIZE: Final = len(Cues.__slots__)


def read_cues(text: str) -> Cues:
    """The cues of a text in either language."""
    folded = fold(text)
    found = [_weights(clause.group()) for clause in _CLAUSE.finditer(folded)]
    telling = [clause for clause in found if clause]
    weights = [weight for clause in telling for weight in clause]
    praise = sum(weight for weight in weights if weight > 0)
    blame = -sum(weight for weight in weights if weight < 0)
    capitals = len(re.findall(r"\b[A-Z]{4,}\b", text))
    return Cues(
        praise=log1p(praise),
        blame=log1p(blame),
        balance=(praise - blame) / (praise + blame + 1.0),
        strong_praise=log1p(sum(weight >= 2 for weight in weights)),
        strong_blame=log1p(sum(weight <= -2 for weight in weights)),
        opening=_balance(telling[0]) if telling else 0.0,
        ending=_balance(telling[-1]) if telling else 0.0,
        nothing=float(not weights),
        shouting=log1p(folded.count("!") + len(re.findall(r"[!?]{2,}", folded)) + capitals),
        question=float("?" in folded or bool(re.search(r"[吗么呢]\W*$", folded))),
        abuse=log1p(len(RUDE.findall(folded))),
    )


def cue_vector(text: str) -> Vectors:
    """The cues as numbers: shape `(SIZE,)`."""
    return np.array(astuple(read_cues(text)), dtype=np.float32)


def _balance(weights: list[float]) -> float:
    praise, blame = sum(w for w in weights if w > 0), -sum(w for w in weights if w < 0)
    return (praise - blame) / (praise + blame + 0.5)


def _weights(clause: str) -> list[float]:
    factor = _AFTER_TURN if _TURN.search(clause) else _CONCEDED if _CONCESSION.search(clause) else 1.0
    return [factor * weight for weight in (*_chinese(clause), *_english(clause))]


def _chinese(clause: str) -> list[float]:
    words, longest = _lexicon("zh")
    found, at = [], 0
    while at < len(clause):
        for end in range(min(len(clause), at + longest), at, -1):
            weight = words.get(clause[at:end])
            if weight is not None:
                turned = _NEGATION_ZH.search(clause, max(0, at - 6), at)
                found.append(weight * _TURNED if turned else weight)
                at = end
                break
        else:
            at += 1
    return found


def _english(clause: str) -> list[float]:
    words, longest = _lexicon("en")
    tokens = _TOKEN.findall(clause)
    found, at = [], 0
    while at < len(tokens):
        for end in range(min(len(tokens), at + longest), at, -1):
            weight = words.get("_".join(tokens[at:end]))
            if weight is not None:
                turned = not _NEGATION_EN.isdisjoint(tokens[max(0, at - _REACH) : at])
                found.append(weight * _TURNED if turned else weight)
                at = end
                break
        else:
            at += 1
    return found


@cache
def _lexicon(name: str) -> tuple[dict[str, float], int]:
    """Words with their weights, and how many characters or English words the longest has."""
    weights: dict[str, float] = {}
    for line in (WORDS / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("# "):
            weight, *words = line.split()
            for word in words:
                weights.setdefault(fold(word), float(weight))
    if name == "zh":
        weights = {word: weight for word, weight in weights.items() if re.search(f"[{HAN}]", word) or len(word) > 2}
        return weights, max(map(len, weights))
    return weights, max(word.count("_") + 1 for word in weights)

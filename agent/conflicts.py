"""Sources that contradict each other: two values for the same thing. The customer is told, nothing is averaged.

Precision comes first. Two sentences contradict each other only if they say the same apart from one
value, are about the same product and the same conditions, and both answer the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from agent.citations import cite, mark, sentences, terms
from agent.markup import harmless, without_marks
from agent.texts import DISAGREE, NEWER, SAME_AGE, SAYS, SAYS_UNDATED, SOURCES_DISAGREE, shown_name
from agent.units import UnitKind, cut
from core.text import fold
from core.types import Answer, Citation, Hit, Language, Passage, Tier
from retrieval.quantities import DURATIONS, MOMENTS, MONEY, Quantity, differing, frame, likeness, quantities

READ: Final = 5
"""Hits that are compared: what is further down isn't evidence for an answer."""

ALIKE: Final = 0.6
"""Likeness of two sentences, their values aside, from which they say the same."""

ASKED: Final = 0.5
"""Share of the question's content that a sentence and its heading must have."""

SHARES: Final = frozenset({"percent", "tenths"})
WEIGHTS: Final = frozenset({"kg", "g", "千克", "公斤"})
POWERS: Final = frozenset({"w", "kw", "瓦"})
LENGTHS: Final = frozenset({"mm", "cm", "m", "km", "毫米", "厘米", "米", "公里"})

COUNTS_AS: Final = frozenset({UnitKind.SENTENCE, UnitKind.ITEM, UnitKind.ROW})

_CODE: Final = re.compile(r"(?<![a-z0-9])[a-z]{1,5}-?\d+[a-z0-9-]*(?:\s(?:pro|plus|max|mini|face|lite))?(?![a-z0-9])")
_CONDITIONS: Final = re.compile(
    r"会员|金卡|银卡|钻石|金禾|银禾|钻禾|vip|新用户|老用户|学生|企业|个人|公司|国内|国际|境外|海外|香港|港澳|台湾|新疆|西藏|青海|内蒙古|偏远|乡镇|农村|省会|同城|"
    r"加急|特快|标准|普通|次日达|大件|小件|预售|现货|定制|特价|促销|大促|活动|双十一|春节|国庆|节假日|周末|周[一二三四五六日]|平日|夜间|首次|首单|再次|续费|月付|年付|"
    r"线上|线下|门店|网店|质量问题|无理由|换货|退货|退款|发货|送达|签收|维修|寄修|保修|延保|电池|主机|电机|配件|耗材|滤芯|整机|最多|最少|至少|最低|最高|超过|不足|以上|以下|以内|不[^，。；]|没|未|"
    r"\b(?:members?|gold|silver|diamond|students?|business|personal|domestic|international|overseas|express|standard|weekends?|holidays?|first|renewals?|"
    r"online|in store|refunds?|exchanges?|returns?|repairs?|warranty|batter(?:y|ies)|filters?|accessories|minimum|maximum|at least|at most|up to|over|under|"
    r"above|below|not|no|never|without|unopened|opened|defective|faulty|used|new|pro|plus|max|mini|lite)\b"
)
_ASKING: Final = re.compile(
    r"请问|多少钱?|多久|多长时间|什么时候|几[天点号年次折]|几个月|哪[天年月]|何时|内|\b(?:how (?:much|many|long|often|soon)|what (?:time|date|day)|when)\b"
)
"""What asks for a value; a sentence that gives it has other words there."""

_ASKS: Final = (
    (re.compile(r"多少钱|价格|价钱|费用|收费|运费|贵|\b(?:how much|price|cost|fee|charge)\b"), MONEY),
    (
        re.compile(
            r"几天|多久|多长时间|几年|几个月|期限|\b(?:how long|how many (?:days|weeks|months|years|hours)|deadline)\b"
        ),
        DURATIONS,
    ),
    (re.compile(r"几点|哪天|几号|何时|什么时候|\b(?:when|what (?:time|date|day))\b"), MOMENTS | DURATIONS),
    (re.compile(r"几折|折扣|优惠多少|\bdiscounts?\b"), SHARES),
    (re.compile(r"多重|重量|几斤|多少(?:公斤|千克|克|斤)|\b(?:how heavy|weigh|weight)\b"), WEIGHTS),
    (re.compile(r"多少瓦|功率|\b(?:wattage|how many watts)\b"), POWERS),
    (
        re.compile(
            r"尺寸|多[高宽厚长深远](?!时|久)|多少(?:厘米|毫米|米|公里)|\bhow (?:tall|high|wide|deep|thick|far)\b"
        ),
        LENGTHS,
    ),
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of the evidence that states a value."""

    passage: Passage
    start: int
    end: int
    """Offsets in the passage's text."""
    values: frozenset[Quantity]

    @property
    def text(self) -> str:
        """The sentence."""
        return self.passage.text[self.start : self.end]

    @property
    def place(self) -> tuple[str, int, int]:
        """Orders statements in the same way, however the evidence is ordered."""
        return self.passage.document, self.passage.passage_id, self.start


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two statements that can't both hold: the newer one first where the dates tell, else by document."""

    first: Statement
    second: Statement

    @property
    def newer(self) -> Statement | None:
        """The statement of the newer source, if the sources' dates differ."""
        first, second = self.first.passage.since, self.second.passage.since
        return self.first if first and second and first != second else None


def find_conflict(question: str, hits: Sequence[Hit]) -> Conflict | None:
    """The clearest contradiction within the best evidence; `None` for nearly every question.

    The order of the hits doesn't matter, only which ones are among the first.
    """
    wanted = asked_words(question)
    units = asked_units(question)
    passages = sorted((hit.passage for hit in hits[:READ]), key=lambda each: (each.document, each.passage_id))
    found = [each for passage in passages for each in _statements(passage, wanted)]
    pairs = [
        (likeness(frame(one.text), frame(other.text)), one, other)
        for one, other in combinations(found, 2)
        if _contradict(one, other, units)
    ]
    if not pairs:
        return None
    _, one, other = max(pairs, key=lambda pair: (pair[0], pair[1].place, pair[2].place))
    return Conflict(*_newest_first(one, other))


def tell(conflict: Conflict, language: Language, certainty: float) -> Answer:
    """Both statements with their sources and dates, and which one is newer; nothing is decided for the reader."""
    lines = [DISAGREE[language]]
    citations: list[Citation] = []
    for number, statement in enumerate((conflict.first, conflict.second), start=1):
        citations.append(cite(number, statement.passage, statement.start, statement.end))
        lines.append(_source(statement.passage, language) + mark(without_marks(harmless(statement.text)), number))
    newer = conflict.newer
    end = SAME_AGE[language] if newer is None else NEWER[language].replace("{name}", _name(newer.passage))
    return Answer("\n".join([*lines, end]), tuple(citations), certainty, Tier.QUOTED)


def summary(conflict: Conflict, language: Language) -> str:
    """The contradiction in one line, for a colleague."""
    said = SOURCES_DISAGREE[language]
    for key, statement in (("{first}", conflict.first), ("{second}", conflict.second)):
        said = said.replace(key, _source(statement.passage, language) + " ".join(statement.text.split()))
    return said


def _source(passage: Passage, language: Language) -> str:
    text = SAYS_UNDATED[language] if passage.since is None else SAYS[language]
    filled = text.replace("{version}", str(passage.version)).replace("{since}", str(passage.since))
    return filled.replace("{name}", _name(passage))


def _name(passage: Passage) -> str:
    return harmless(shown_name(passage.document))


def _statements(passage: Passage, wanted: frozenset[str]) -> Iterator[Statement]:
    """The sentences that state a value and have much of what was asked, by themselves or under their heading."""
    units = cut(passage.text)
    for unit in units:
        if unit.kind not in COUNTS_AS:
            continue
        topic = units[unit.topic] if unit.topic is not None else None
        above = passage.text[topic.start : topic.end] if topic else " ".join(passage.heading)
        whole = passage.text[unit.start : unit.end]
        spans = [(0, len(whole))] if unit.kind is UnitKind.ROW else sentences(whole)
        for start, end in spans:
            values = quantities(whole[start:end])
            said = set(terms(f"{above} {whole[start:end]}"))
            if values and wanted and len(wanted & said) >= ASKED * len(wanted):
                yield Statement(passage, unit.start + start, unit.start + end, values)


def _contradict(one: Statement, other: Statement, units: frozenset[str] | None) -> bool:
    if one.passage.document_id == other.passage.document_id:
        return False  # a document that gives two values nearly always means two cases
    values = differing(one.values, other.values)
    if values is None or (units is not None and values[0].unit not in units):
        return False
    same_case = _codes(one) == _codes(other) and _conditions(one) == _conditions(other)
    return same_case and likeness(frame(one.text), frame(other.text)) >= ALIKE


def _codes(statement: Statement) -> frozenset[str]:
    """Products that the sentence, its heading or its document names."""
    passage = statement.passage
    return frozenset(_CODE.findall(fold(f"{statement.text} {' '.join(passage.heading)} {passage.document}")))


def _conditions(statement: Statement) -> frozenset[str]:
    return frozenset(_CONDITIONS.findall(fold(statement.text)))


def asked_words(question: str) -> frozenset[str]:
    """What a question is about, without the words that ask."""
    return frozenset(terms(_ASKING.sub(" ", fold(question))))


def asked_units(question: str) -> frozenset[str] | None:
    """Units of which the answer must be; `None` where the question doesn't tell."""
    return next((units for pattern, units in _ASKS if pattern.search(fold(question))), None)


def _newest_first(one: Statement, other: Statement) -> tuple[Statement, Statement]:
    first, second = one.passage.since, other.passage.since
    if first and second and first != second:
        return (one, other) if first > second else (other, one)
    return (one, other) if one.place <= other.place else (other, one)

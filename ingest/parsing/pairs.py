"""Which tables hold questions and answers, or solved tickets, and what their rows say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.types import DocumentKind
from ingest.parsed import ParsedDocument, ParsedPair
from ingest.parsing.dates import read_date
from ingest.reasons import Reason, refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Position of each column that a row is read from; `None` where the table has none."""

    question: int | None = None
    answer: int | None = None
    resolution: int | None = None
    similar: tuple[int, ...] = ()
    negative: tuple[int, ...] = ()
    valid_from: int | None = None
    valid_until: int | None = None
    happened_on: int | None = None
    product: int | None = None


_NAMES: Final[Mapping[str, str]] = {
    "question": "标准问题 標準問題 标准问 標準問 标准问法 主问题 问题 問題 提问 问 問 standardquestion question questions q "
    "mainquestion query faq 常见问题 客户问题 用户问题 咨询问题 问题描述 問題描述 问题内容 工单内容 客户描述 "
    "subject customerquestion issue problem description customermessage ticket title 标题 標題 问题标题",
    "answer": "答案 回答 标准答案 標準答案 答复 答覆 回复 回覆 答 a answer answers standardanswer response reply 标准回复 "
    "参考答案 答案内容 回答内容 回复内容",
    "resolution": "解决方案 解決方案 处理结果 處理結果 解决办法 解决方法 处理方案 处理方法 处理意见 处理过程 解决结果 resolution "
    "solution resolvedanswer agentreply 客服回复 客服答复 resolutionnotes fix",
    "similar": "相似问题 相似問題 相似问法 相似問法 相似问 相似問 扩展问 扩展问题 扩展问法 同义问 同义问法 同义问题 其他问法 "
    "similar similarquestion similarquestions similarqs variants variant variations alternatives alternatequestions "
    "paraphrases paraphrase synonyms alternativequestions",
    "negative": "反例 反例问题 负例 負例 负向问题 负例问题 否定问题 反向问题 易混淆问题 不匹配问题 排除问题 negative negatives "
    "negativequestion negativequestions excluded excludedquestions counterexamples",
    "valid_from": "生效日期 生效时间 开始日期 起始日期 有效期起 有效期开始 生效日 validfrom effectivefrom startdate effectivedate start",
    "valid_until": "失效日期 失效时间 结束日期 截止日期 到期日期 到期日 有效期止 有效期至 有效期截止 过期日期 validuntil validto "
    "expireson expirydate expires enddate effectiveuntil expiry end",
    "happened_on": "日期 时间 時間 创建时间 创建日期 工单日期 提交时间 提交日期 解决日期 date created createdat createdon "
    "resolvedon resolvedat closedat closedon timestamp ticketdate",
    "product": "产品 產品 产品名称 产品型号 商品 商品名称 型号 product productname model item sku",
}
"""The usual names of each column, without blanks and marks, lower case."""

_FIELD_OF: Final = {name: field for field, names in _NAMES.items() for name in names.split()}
_LONGEST_NAME: Final = 60
_MARKS: Final = re.compile(r"[（(【\[].*?[)）】\]]|[\s_\-:：*/.]|\d+$")
_SEVERAL: Final = re.compile(r"[\n|｜；;]")


def find_columns(header: Sequence[str], kind: DocumentKind | None = None) -> Columns | None:
    """The columns of a Q&A or ticket table; `None` when the header isn't that of one."""
    found: dict[str, list[int]] = {}
    for position, name in enumerate(header):
        if field := _field_of(name):
            found.setdefault(field, []).append(position)
    if "question" not in found or not ({"answer", "resolution"} & found.keys()):
        return None
    if kind is DocumentKind.TEXT:
        return None
    best = {field: _best(positions, field, header) for field, positions in found.items()}
    return Columns(
        question=best["question"],
        answer=best.get("answer"),
        resolution=best.get("resolution"),
        similar=tuple(found.get("similar", ())),
        negative=tuple(found.get("negative", ())),
        valid_from=best.get("valid_from"),
        valid_until=best.get("valid_until"),
        happened_on=best.get("happened_on"),
        product=best.get("product"),
    )


def document_of(
    tables: Iterable[tuple[Columns, Iterable[Sequence[str]]]], kind: DocumentKind | None, warnings: Sequence[str] = ()
) -> ParsedDocument:
    """The pairs of all tables as one document. Rows that lack a question or an answer become a warning.

    A `kind` that is given holds; else a column of resolutions makes the rows tickets.
    """
    pairs: list[ParsedPair] = []
    incomplete = 0
    tickets = False
    for columns, rows in tables:
        tickets = tickets or columns.answer is None
        for row in rows:
            pair = read_pair(columns, row)
            if pair is not None:
                pairs.append(pair)
            elif any(cell.strip() for cell in row):
                incomplete += 1
    if not pairs:
        raise refusal(Reason.NO_COMPLETE_ROW)
    told = list(warnings)
    if incomplete:
        told.append(
            f"{incomplete} 行缺少问题或答案，已跳过 / {incomplete} rows without question or answer were skipped"
        )
    chosen = kind or (DocumentKind.TICKETS if tickets else DocumentKind.QA)
    return ParsedDocument(kind=chosen, pairs=tuple(pairs), warnings=tuple(told))


def read_pair(columns: Columns, row: Sequence[str]) -> ParsedPair | None:
    """What a row says; `None` when it has no question or no answer."""
    question = _cell(row, columns.question)
    answer = _cell(row, columns.answer) or _cell(row, columns.resolution)
    if not question or not answer:
        return None
    return ParsedPair(
        question=question,
        answer=answer,
        similar=_texts(row, columns.similar),
        negative=_texts(row, columns.negative),
        valid_from=read_date(_cell(row, columns.valid_from)),
        valid_until=read_date(_cell(row, columns.valid_until)),
        happened_on=read_date(_cell(row, columns.happened_on)),
        product=_cell(row, columns.product) or None,
    )


def split_questions(cell: str) -> tuple[str, ...]:
    """Several questions in one cell: a JSON list, or separated by line breaks, `|` or semicolons."""
    text = cell.strip()
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except json.JSONDecodeError:
            listed = None
        if isinstance(listed, list):
            return tuple(str(item).strip() for item in listed if str(item).strip())
    return tuple(part for each in _SEVERAL.split(text) if (part := each.strip()))


def _field_of(name: str) -> str | None:
    plain = name.strip().lower()
    if len(plain) > _LONGEST_NAME:
        return None
    return _FIELD_OF.get(plain) or _FIELD_OF.get(_MARKS.sub("", plain))


def _best(positions: Sequence[int], field: str, header: Sequence[str]) -> int:
    """Of several columns for one field the one whose name stands first in the list of names."""
    order = _NAMES[field].split()
    return min(positions, key=lambda at: (_rank(order, header[at]), at))


def _rank(order: Sequence[str], name: str) -> int:
    plain = _MARKS.sub("", name.strip().lower())
    return order.index(plain) if plain in order else len(order)


def _cell(row: Sequence[str], position: int | None) -> str:
    return row[position].strip() if position is not None and position < len(row) else ""


def _texts(row: Sequence[str], positions: Sequence[int]) -> tuple[str, ...]:
    return tuple(text for position in positions for text in split_questions(_cell(row, position)))

"""A small shop's knowledge, searched in memory: what tests of the assistant stand on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.errors import StorageError
from core.types import (
    Audience,
    DocumentId,
    Hit,
    Passage,
    PassageId,
    QAHit,
    QAPair,
    QAPairId,
    QAStatus,
    Query,
    Question,
    QuestionKind,
    Understood,
    Why,
)
from models.fake_encoder import FakeEncoder
from retrieval.confidence import Evidence
from retrieval.search import Found

STRONG = Evidence(standing=6.0, coverage=1.0, weakest=0.9)
WEAK = Evidence(standing=0.5, coverage=0.0, weakest=0.3)

RETURNS = """退货政策
自签收之日起 7 天内，商品完好的可以申请无理由退货。特价商品和定制商品不支持退货。
退货步骤如下：
1. 登录账号，进入“我的订单”。
2. 点击“申请退货”，填写原因。
3. 把商品寄回仓库，运费由买家承担。
退款在仓库收货后 3 个工作日内原路退回。"""

WARRANTY = (
    "型号: X100；价格: 299 元；保修: 1 年\n型号: X200；价格: 499 元；保修: 2 年\n型号: X300；价格: 899 元；保修: 3 年"
)

SHIPPING = (
    "Standard delivery takes 3 to 5 working days. Express delivery takes 1 working day and costs $15. "
    "Orders above $50 are delivered free of charge."
)


def passage(number: int, document: str, text: str, *, start: int = 0, heading: tuple[str, ...] = ()) -> Passage:
    document_id = DocumentId(f"{number:032x}")
    return Passage(
        PassageId(number),
        document_id,
        document,
        1,
        0,
        heading,
        2,
        start,
        start + len(text),
        text,
        document,
        Audience.PUBLIC,
    )


PASSAGES = (
    passage(1, "退货政策.md", RETURNS, start=100),
    passage(2, "价目表.xlsx", WARRANTY),
    passage(3, "Shipping.pdf", SHIPPING),
)


def pair(
    number: int,
    question: str,
    answer: str = "答案。",
    *,
    similar: Sequence[str] = (),
    negative: Sequence[str] = (),
) -> QAPair:
    questions = (
        Question(question, QuestionKind.STANDARD),
        *(Question(text, QuestionKind.SIMILAR) for text in similar),
        *(Question(text, QuestionKind.NEGATIVE) for text in negative),
    )
    return QAPair(
        QAPairId(number), DocumentId(f"{number + 50:032x}"), "常见问题.csv", 2, PassageId(number + 50), questions, answer,
        12, QAStatus.APPROVED, Audience.PUBLIC, None, None,
    )  # fmt: skip


class ShelfFinder:
    """Ranks a few passages and pairs by the fake encoder. `evidence` says how well they answer."""

    def __init__(
        self,
        encoder: FakeEncoder,
        *,
        passages: Sequence[Passage] = PASSAGES,
        pairs: Sequence[QAPair] = (),
        evidence: Evidence = STRONG,
        broken: bool = False,
    ) -> None:
        self._encoder = encoder
        self._passages = passages
        self._pairs = pairs
        self._evidence = evidence
        self._broken = broken
        self.queries: list[Query] = []

    def find(self, query: Query, /, *, k: int = 10) -> Found:
        self.queries.append(query)
        if self._broken:
            raise StorageError("The disk is gone.")
        vector = self._encoder.encode_questions([query.text])[0]
        scores = self._encoder.encode_passages([each.text for each in self._passages]) @ vector
        order = np.argsort(-scores)[:k]
        hits = tuple(
            Hit(self._passages[at], float(scores[at]), Why((), rank, float(scores[at]), None, None))
            for rank, at in enumerate(order, start=1)
        )
        pairs = sorted((self._nearest(each, vector) for each in self._pairs), key=lambda hit: -hit.score)
        return Found(hits, tuple(pairs), vector, self._evidence, {"encode": 1.0}, Understood(query.text, query.text))

    def _nearest(self, candidate: QAPair, vector: np.ndarray) -> QAHit:
        wordings = [each for each in candidate.questions if each.kind is not QuestionKind.NEGATIVE]
        scores = self._encoder.encode_questions([each.text for each in wordings]) @ vector
        best = int(np.argmax(scores))
        score = float(scores[best])
        return QAHit(candidate, wordings[best], score, meaning=score, probability=score, either=score)

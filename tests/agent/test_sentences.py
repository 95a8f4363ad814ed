"""Specification of what speaks for a sentence."""

from __future__ import annotations

from agent.sentences import LIKELIEST, Candidate, Reasons, SentenceScorer, candidates, load_weights, of_another_code
from agent.units import UnitKind, cut
from core.types import Hit, Passage, Why
from models.fake_encoder import FakeEncoder
from retrieval.ranking import Closely
from tests.agent.shop import passage


def hits_of(*passages: Passage) -> list[Hit]:
    return [Hit(each, 1.0 / rank, Why((), rank, 0.9, rank, 5.0)) for rank, each in enumerate(passages, start=1)]


def closely_of(encoder: FakeEncoder, question: str, *passages: Passage) -> Closely:
    _, stored = encoder.encode_passage_tokens([each.indexed_text for each in passages])
    rows = dict(zip([each.passage_id for each in passages], encoder.expand_tokens(stored), strict=True))
    return Closely(encoder.encode_question_tokens(question), rows)


def best(encoder: FakeEncoder, question: str, *passages: Passage, tokens: bool = True) -> str:
    units = [cut(each.text) for each in passages]
    closely = closely_of(encoder, question, *passages) if tokens else None
    scored = SentenceScorer(encoder).score(
        question, encoder.encode_questions([question])[0], hits_of(*passages), units, closely
    )
    return scored[0].candidate.text


def reasons(encoder: FakeEncoder, question: str, *passages: Passage) -> list[tuple[Candidate, Reasons]]:
    units = [cut(each.text) for each in passages]
    found = candidates(passages, units)
    told = SentenceScorer(encoder).reasons(
        question, hits_of(*passages), units, found, closely_of(encoder, question, *passages)
    )
    return list(zip(found, told, strict=True))


KETTLE = passage(
    1, "电水壶", "KT-17 电水壶保修一年。\n| 项目 | KT-17 |\n额定功率: 1,800 W；容量: 1.7 L\n本型号有三种颜色。"
)
LOCK = passage(2, "门锁", "SL-9 可以存 100 枚指纹。指纹只保存在门锁里，不上传。电池可以用约 8 个月。")


class TestWhatSpeaksForASentence:
    def test_has_a_weight_each(self) -> None:
        """A reason without a weight would be computed for nothing."""
        assert len(load_weights()) == len(Reasons.__dataclass_fields__)

    def test_is_a_value_of_the_unit_that_is_asked_for(self, encoder: FakeEncoder) -> None:
        """A duration answers «how long», a number of something else doesn't, and no question of another kind asks."""
        typed = {each.text: why.typed for each, why in reasons(encoder, "电池能用多久", LOCK)}

        assert typed["电池可以用约 8 个月。"] == 1.0
        assert typed["SL-9 可以存 100 枚指纹。"] == -1.0
        assert {why.typed for _, why in reasons(encoder, "指纹会上传吗", LOCK)} == {0.0}

    def test_is_a_bare_number_in_a_table_whose_column_names_the_unit(self, encoder: FakeEncoder) -> None:
        """«标价: 59» stands in a column of prices."""
        prices = passage(3, "价目", "型号: HF-20；品名: 滤网；标价: 59")

        ((_, why),) = reasons(encoder, "滤网多少钱", prices)

        assert 0.0 < why.typed < 1.0
        assert why.row == 1.0

    def test_is_that_it_meets_the_question_token_by_token(self, encoder: FakeEncoder) -> None:
        """The sentence is found by the tokens of its own span, not by those of its neighbours."""
        near = {each.text: why.weakest for each, why in reasons(encoder, "指纹只保存在门锁里", LOCK)}

        assert max(near, key=lambda text: near[text]) == "指纹只保存在门锁里，不上传。"

    def test_is_not_that_it_tells_of_a_sibling(self, encoder: FakeEncoder) -> None:
        """E12 stands beside E11 and looks like it."""
        assert of_another_code("报 E11 怎么办", "E12 清洗盘堵塞")
        assert not of_another_code("报 E11 怎么办", "E11 尘袋已满，不是 E12")
        assert not of_another_code("怎么办", "E12 清洗盘堵塞")

    def test_never_makes_a_heading_or_a_question_an_answer(self, encoder: FakeEncoder) -> None:
        """They introduce what follows."""
        asked = passage(4, "问答", "# 退款\n退款多久到账？\n三个工作日内到账。")

        assert [each.text for each, _ in reasons(encoder, "退款多久到账", asked)] == ["三个工作日内到账。"]


class TestTheBestSentence:
    def test_states_what_is_asked_for(self, encoder: FakeEncoder) -> None:
        """Both of a passage's sentences speak of the same thing."""
        assert best(encoder, "SL-9 电池能用多久", LOCK, KETTLE) == "电池可以用约 8 个月。"

    def test_may_stand_in_a_passage_further_down(self, encoder: FakeEncoder) -> None:
        """The order of the passages is one reason among others."""
        assert "1,800 W" in best(encoder, "KT-17 额定功率", LOCK, KETTLE)

    def test_is_found_without_token_vectors_too(self, encoder: FakeEncoder) -> None:
        """An encoder that gives none compares the likeliest sentences itself."""
        assert best(encoder, "指纹只保存在门锁里吗", LOCK, KETTLE, tokens=False) == "指纹只保存在门锁里，不上传。"

    def test_is_one_of_few_that_are_compared_without_token_vectors(self, encoder: FakeEncoder) -> None:
        """Comparing costs a pass of the encoder for each."""
        many = passage(5, "长文", "".join(f"第{number}条说的是别的事情{number}。" for number in range(40)))
        question = "第七条说什么"

        scored = SentenceScorer(encoder).score(
            question, encoder.encode_questions([question])[0], hits_of(many), [cut(many.text)], None
        )

        assert len(scored) == LIKELIEST

    def test_of_nothing_is_none(self, encoder: FakeEncoder) -> None:
        """A passage of headings alone has no sentence to quote."""
        title = passage(6, "标题", "# 退货")

        assert (
            SentenceScorer(encoder).score(
                "退货", encoder.encode_questions(["退货"])[0], hits_of(title), [cut(title.text)], None
            )
            == []
        )

    def test_of_a_passage_without_stored_tokens_is_judged_by_the_other_reasons(self, encoder: FakeEncoder) -> None:
        """A passage that is being embedded has none yet."""
        question = "电池能用多久"
        units = [cut(LOCK.text)]

        scored = SentenceScorer(encoder).score(
            question,
            encoder.encode_questions([question])[0],
            hits_of(LOCK),
            units,
            closely_of(encoder, question, KETTLE),
        )

        assert scored[0].candidate.text == "电池可以用约 8 个月。"
        assert scored[0].candidate.kind is UnitKind.SENTENCE

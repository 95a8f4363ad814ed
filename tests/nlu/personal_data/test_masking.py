"""Hiding personal data for good, and for the length of a request."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.chat import ChatMessage, Script, ScriptedModel
from models.masked_chat import MaskedChatModel
from nlu.personal_data.finder import PersonalDataRecogniser
from nlu.personal_data.masking import Masker

MASKER = Masker(PersonalDataRecogniser())

ANY = st.text("13812345678 @.-中路号区张先生a{}[]_NAMEPHONE电话我叫\n", max_size=80) | st.text(max_size=60)


class TestForGood:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("联系 lin.wei+shop@mail.customer.example 吧", "联系 [email] 吧"),
            ("电话 13812345678", "电话 [phone]"),
            ("400-820-8820 打不通", "[phone] 打不通"),
            ("订单 TH20260418 到哪了", "订单 TH20260418 到哪了"),
            ("证件 11010519491231002X", "证件 [id_card]"),
            ("我叫李小明，住西湖区文三路456号", "我叫[name]，住[address]"),
        ],
    )
    def test_says_what_was_there(self, text: str, shown: str) -> None:
        """And leaves the rest."""
        assert MASKER.masked(text) == shown

    @settings(deadline=None, max_examples=150)
    @given(ANY)
    def test_masking_again_changes_nothing(self, text: str) -> None:
        """Whoever masks what came masked does no harm."""
        once = MASKER.masked(text)

        assert MASKER.masked(once) == once


class TestForARequest:
    def test_the_same_value_has_the_same_placeholder_in_every_text(self) -> None:
        """So that a model can tell who is who."""
        masking = MASKER.masking()

        assert masking.hide("我叫李小明，电话 13812345678") == "我叫{NAME_1}，电话 {PHONE_2}"
        assert masking.hide("再打 13812345678") == "再打 {PHONE_2}"
        assert masking.hidden == 2

    def test_what_the_company_publishes_isn_t_hidden(self) -> None:
        """A model that can't see the hotline can't answer with it."""
        masking = MASKER.masking(known="热线：400-820-8820。")

        assert (
            masking.hide("400-820-8820 是你们的吗？我的是 13812345678") == "400-820-8820 是你们的吗？我的是 {PHONE_1}"
        )

    def test_nobody_gets_another_s_data_by_writing_a_placeholder(self) -> None:
        """The number that a customer wrote is never given away."""
        masking = MASKER.masking()
        hidden = masking.hide("{PHONE_1} 是什么？我的电话 13812345678")

        assert hidden == "{PHONE_1} 是什么？我的电话 {PHONE_2}"
        assert masking.restore("{PHONE_1} {PHONE_2} {PHONE_9}") == "{PHONE_1} 13812345678 {PHONE_9}"

    @settings(deadline=None, max_examples=150)
    @given(ANY, st.integers(1, 7))
    def test_comes_back_as_it_was_in_pieces_of_any_length(self, text: str, size: int) -> None:
        """A placeholder may be cut anywhere."""
        masking = MASKER.masking()
        hidden = masking.hide(text)
        restoring = masking.restoring()
        pieces = [restoring.take(hidden[at : at + size]) for at in range(0, len(hidden), size)]

        assert "".join((*pieces, restoring.finish())) == text
        assert masking.restore(hidden) == text


class TestBeforeAModel:
    def test_nothing_personal_goes_out_and_the_reply_has_it_again(self) -> None:
        """In all messages but the instructions; evidence goes out as it is."""
        model = ScriptedModel([Script(text="{NAME_1}您好，会打 {PHONE_2}。门店电话 010-62345678 [1]", piece=3)])
        masked = MaskedChatModel(model, lambda known: MASKER.masking(known=known))
        prompt = [
            ChatMessage("system", "按资料回答"),
            ChatMessage(
                "user",
                "<evidence>\n门店电话 010-62345678\n</evidence>\n\n<question>\n我叫李小明，打 13812345678\n</question>",
            ),
        ]

        reply = "".join(piece.text for piece in masked.stream(prompt, deadline_s=1))

        assert reply == "李小明您好，会打 13812345678。门店电话 010-62345678 [1]"
        [(_, sent)] = model.prompts
        assert "李小明" not in sent.text
        assert "13812345678" not in sent.text
        assert "门店电话 010-62345678" in sent.text

    def test_what_stood_at_the_very_end_isn_t_lost(self) -> None:
        """A brace that never becomes a placeholder."""
        masked = MaskedChatModel(ScriptedModel(["用法：{NAME"]), lambda known: MASKER.masking(known=known))

        pieces = list(masked.stream([ChatMessage("user", "怎么用？")], deadline_s=1))

        assert "".join(piece.text for piece in pieces) == "用法：{NAME"
        assert pieces[-1].finish == "stop"

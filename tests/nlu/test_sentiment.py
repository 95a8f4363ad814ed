"""Mood: the cues that words give, and the reader that comes with Zhida."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis import SentimentLabel, SentimentLevel
from core.errors import ConfigurationError
from models.onnx_encoder import OnnxEncoder
from nlu.sentiment import SentimentReader
from nlu.sentiment.cues import SIZE, cue_vector, read_cues
from nlu.sentiment.reader import label_of
from nlu.sentiment.wording import LABELS, Wording, read_wording, run_weights

ENCODER = OnnxEncoder(threads=1)


def read(text: str) -> tuple[SentimentLabel, SentimentLevel, float]:
    [vector] = ENCODER.encode_questions([text])
    found = SentimentReader.shipped().read(vector, text)
    return found.label, found.level, found.anger


class TestCues:
    @pytest.mark.parametrize("text", ["味道不错，送得也快", "好用，推荐", "服務很貼心", "love it, great value"])
    def test_praise_outweighs(self, text: str) -> None:
        """In simplified and traditional characters and in English."""
        assert read_cues(text).balance > 0.3

    @pytest.mark.parametrize("text", ["难吃，又贵又慢", "質量太差，後悔", "rude staff and a dirty room"])
    def test_blame_outweighs(self, text: str) -> None:
        """In simplified and traditional characters and in English."""
        assert read_cues(text).balance < -0.3

    def test_a_negation_turns_a_word_round(self) -> None:
        """«Not helpful» blames; «no problems» praises."""
        assert read_cues("并不推荐").balance < 0 < read_cues("推荐").balance
        assert read_cues("not good").balance < 0 < read_cues("good").balance

    def test_the_longest_word_counts(self) -> None:
        """«不错» is praise, though «错» blames and «不» negates."""
        assert read_cues("不错").praise > 0
        assert read_cues("不错").blame == 0

    def test_what_follows_a_but_weighs_more(self) -> None:
        """The same words in the other order leave another impression."""
        assert read_cues("房间干净，但是太吵").balance < read_cues("房间太吵，但是干净").balance

    def test_the_last_clause_is_told_apart_from_the_first(self) -> None:
        """A verdict often stands at the end."""
        cues = read_cues("屏幕漂亮，可惜电池垃圾")

        assert cues.opening > 0 > cues.ending

    def test_abuse_and_shouting_are_counted(self) -> None:
        """Capitals shout as exclamation marks do."""
        assert read_cues("你们就是骗子！！！").abuse > 0
        assert read_cues("WHERE is my MONEY!!").shouting > read_cues("where is my money").shouting == 0

    def test_a_plain_question_has_none(self) -> None:
        """But it is a question."""
        cues = read_cues("发票抬头怎么填？")

        assert (cues.nothing, cues.question, cues.abuse) == (1.0, 1.0, 0.0)

    @given(st.text(max_size=200))
    def test_any_text_gives_finite_numbers(self, text: str) -> None:
        """As many for every text."""
        found = cue_vector(text)

        assert found.shape == (SIZE,)
        assert np.isfinite(found).all()


class TestWording:
    def test_runs_of_one_to_three_characters_count(self) -> None:
        """Three characters have three single ones, two pairs, and themselves; a word of letters is one run."""
        assert len(run_weights("不好吃")) == 6
        assert len(run_weights("WiFi 不好")) == 4

    def test_long_texts_weigh_as_much_as_short_ones(self) -> None:
        """The weights of a text have length 1 together."""
        assert sum(each**2 for each in run_weights("太好吃了" * 50).values()) == pytest.approx(1.0)

    def test_traditional_characters_read_as_simplified_ones(self) -> None:
        """As everywhere where words are compared."""
        assert run_weights("服務態度") == run_weights("服务态度")

    def test_english_is_left_to_the_vector(self) -> None:
        """Its words are too few among the gold messages."""
        assert Wording.shipped().logits("love it, great value") is None

    def test_tells_praise_from_blame(self) -> None:
        """Also where no listed word does."""
        blame = Wording.shipped().logits("写着不要葱，结果铺了厚厚一层葱")
        praise = Wording.shipped().logits("下雨天还提前到，小哥辛苦")

        assert blame is not None
        assert praise is not None
        assert LABELS[int(blame.argmax())] is SentimentLabel.NEGATIVE
        assert LABELS[int(praise.argmax())] is SentimentLabel.POSITIVE

    def test_what_is_written_is_read_again(self, tmp_path: Path) -> None:
        """In half precision."""
        Wording.shipped().write(tmp_path / "w.npz")

        again = read_wording(tmp_path / "w.npz").logits("味道不错")

        assert again == pytest.approx(Wording.shipped().logits("味道不错"), abs=1e-3)

    def test_a_broken_file_says_what_to_do(self, tmp_path: Path) -> None:
        """It isn't the customer's fault, and there is a remedy."""
        (tmp_path / "w.npz").write_bytes(b"nothing")

        with pytest.raises(ConfigurationError, match="Reinstall"):
            read_wording(tmp_path / "w.npz")

    @given(st.text(max_size=200))
    def test_any_text_gives_finite_numbers(self, text: str) -> None:
        """Or none, without Chinese."""
        found = Wording.shipped().logits(text)

        assert found is None or (found.shape == (len(LABELS),) and np.isfinite(found).all())


class TestReader:
    @pytest.mark.parametrize(
        ("text", "label"),
        [
            ("客服特别有耐心，问题一下就解决了，太赞了", SentimentLabel.POSITIVE),
            ("用了两天就坏，太失望了", SentimentLabel.NEGATIVE),
            ("请问你们周六上班吗", SentimentLabel.NEUTRAL),
            ("your team was wonderful, thank you", SentimentLabel.POSITIVE),
            ("arrived broken and nobody answers my emails", SentimentLabel.NEGATIVE),
            ("what time does the store open", SentimentLabel.NEUTRAL),
        ],
    )
    def test_tells_the_three_moods_apart(self, text: str, label: SentimentLabel) -> None:
        """In both languages; the level is one of those that the label covers."""
        found, level, _ = read(text)

        assert found is label
        assert label_of(level) is label

    def test_anger_isn_t_the_same_as_a_bad_mood(self) -> None:
        """Who reports a damage is unhappy; who insults is angry."""
        _, _, unhappy = read("杯子收到的时候裂了一道缝")
        _, _, angry = read("你们这帮骗子，耍我玩呢？！赶紧退钱！！")

        assert angry > 0.5 > unhappy

    def test_praise_with_exclamation_marks_isn_t_anger(self) -> None:
        """Shouting alone says little."""
        assert read("太好吃了！！！爱了爱了！！！")[2] < 0.3

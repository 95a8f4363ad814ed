"""Intents: the taxonomy, the gold messages, the model that comes with Zhida, and learning another."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigurationError, InvalidInput
from core.text import comparable
from core.types import Language
from models.fake_encoder import FakeEncoder
from models.onnx_encoder import OnnxEncoder
from nlu.classifier import Example
from nlu.gold_set import Split, read_gold
from nlu.intents import NAMES, IntentLabel, IntentRecogniser
from nlu.intents.model import fit_intents, read_intents
from nlu.training import learn_intents

ENCODER = OnnxEncoder(threads=1)

OWN = [
    *(Example(text, "升舱") for text in ("我想升舱", "可以升到商务舱吗", "升舱多少钱", "积分升舱怎么弄")),
    *(Example(text, "选座") for text in ("帮我选靠窗座位", "怎么选座", "选座要钱吗", "换到前排座位")),
]


class TestTaxonomy:
    def test_every_label_has_a_name_in_both_languages(self) -> None:
        """And a line on what belongs to it, for those who label."""
        assert set(NAMES) == set(IntentLabel)
        assert all(name.zh and name.en and name.covers for name in NAMES.values())


class TestGoldMessages:
    def test_use_only_labels_of_the_taxonomy(self) -> None:
        """A message may be labelled for its mood alone."""
        messages = [message for split in Split for message in read_gold(split)]

        assert {message.intent for message in messages} - {None} == set(IntentLabel)
        assert len(messages) >= 1500

    @pytest.mark.parametrize("language", list(Language))
    def test_have_enough_of_every_label_in_both_splits(self, language: Language) -> None:
        """A label that can't be learnt or isn't measured has no place in the taxonomy."""
        train = Counter(each.intent for each in read_gold(Split.TRAIN) if each.language is language)
        test = Counter(each.intent for each in read_gold(Split.TEST) if each.language is language)

        assert min(train[label] for label in IntentLabel) >= 15
        assert min(test[label] for label in IntentLabel) >= 3

    def test_of_one_split_aren_t_in_the_other(self) -> None:
        """Nor with other punctuation or in the other Chinese script."""
        learnt = {comparable(each.text) for each in (*read_gold(Split.TRAIN), *read_gold(Split.WORDING))}
        measured = [each.text for each in (*read_gold(Split.TEST), *read_gold(Split.BLIND))]

        assert [text for text in measured if comparable(text) in learnt] == []


class TestShippedRecogniser:
    @pytest.mark.parametrize(
        ("text", "label"),
        [
            ("你好，想问下你们这边能不能开增值税发票", IntentLabel.INVOICE),
            ("我要找真人客服，麻烦转一下", IntentLabel.HUMAN_AGENT),
            ("could you connect me with a real person please", IntentLabel.HUMAN_AGENT),
            ("I forgot my password and can't get in", IntentLabel.LOGIN_PROBLEM),
            ("退款申请都一周了钱怎么还没到账", IntentLabel.REFUND_STATUS),
            ("thanks so much for your help", IntentLabel.THANKS),
        ],
    )
    def test_knows_plain_requests(self, text: str, label: IntentLabel) -> None:
        """In both languages, in words that it wasn't taught."""
        [vector] = ENCODER.encode_questions([text])

        assert IntentRecogniser.shipped().recognise(vector, text).label == label

    def test_is_right_about_three_in_four_of_the_test_messages_and_abstains_where_it_isn_t_sure(self) -> None:
        """What it says is right more often than what it thinks: abstention is worth something."""
        messages = [each for each in read_gold(Split.TEST) if each.intent is not None]
        recogniser = IntentRecogniser.shipped()
        vectors = ENCODER.encode_questions([each.text for each in messages])

        likeliest = recogniser.likeliest(vectors)
        said = [recogniser.recognise(vector, each.text).label for vector, each in zip(vectors, messages, strict=True)]

        right = np.mean([label == each.intent for label, each in zip(likeliest, messages, strict=True)])
        sure = [label == each.intent for label, each in zip(said, messages, strict=True) if label is not None]
        assert right >= 0.72
        assert np.mean(sure) >= right + 0.05
        assert len(sure) >= 0.7 * len(messages)

    def test_reads_the_vectors_of_the_encoder_that_comes_with_zhida(self) -> None:
        """Those of another one would mean nothing to it."""
        assert IntentRecogniser.shipped().encoder_key == ENCODER.identity.key


class TestLearning:
    def test_own_labels_are_told_apart(self) -> None:
        """From four messages each."""
        encoder = FakeEncoder(dimension=256)
        learnt = learn_intents(OWN, encoder)
        [vector] = encoder.encode_questions(["座位怎么选"])

        assert learnt.model.labels == ("升舱", "选座")
        assert IntentRecogniser(learnt.model).recognise(vector, "座位怎么选").label == "选座"
        assert 0.5 < learnt.accuracy <= 1.0

    def test_one_label_can_t_be_learnt(self) -> None:
        """There is nothing to tell apart."""
        with pytest.raises(InvalidInput, match="1 labels"):
            learn_intents(OWN[:4], FakeEncoder())

    def test_what_is_written_says_the_same_when_read(self, tmp_path: Path) -> None:
        """Numbers are kept shorter than they are computed, which changes probabilities by less than a hundredth."""
        encoder = FakeEncoder(dimension=256)
        vectors = encoder.encode_questions([each.text for each in OWN])
        model = fit_intents(vectors, [each.label for each in OWN], encoder.identity.key)

        model.write(tmp_path / "own.npz")
        read = read_intents(tmp_path / "own.npz")

        assert (read.labels, read.encoder_key) == (model.labels, model.encoder_key)
        np.testing.assert_allclose(read.probabilities(vectors), model.probabilities(vectors), atol=0.01)

    def test_a_file_that_isn_t_a_model_is_refused(self, tmp_path: Path) -> None:
        """With its name and what to do."""
        (tmp_path / "own.npz").write_bytes(b"nothing of the kind")

        with pytest.raises(ConfigurationError, match=r"own\.npz.*zhida nlu train"):
            read_intents(tmp_path / "own.npz")

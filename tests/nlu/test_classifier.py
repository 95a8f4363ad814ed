"""Labels learnt from a few examples."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InvalidInput
from models.fake_encoder import FakeEncoder
from nlu.classifier import Example, learn, learn_vectors
from nlu.folds import stratified_folds
from nlu.logistic import fit_logistic, softmax

ENCODER = FakeEncoder(dimension=256)
EXAMPLES = [
    *(Example(text, "退货") for text in ("怎么退货", "我要退货", "退货流程", "能退货吗", "退货要几天")),
    *(Example(text, "发票") for text in ("开发票", "发票怎么开", "要电子发票", "发票抬头", "发票什么时候开")),
    *(Example(text, "物流") for text in ("物流到哪了", "查物流", "物流太慢", "物流单号", "物流多久更新")),
]


class TestClassifies:
    def test_texts_that_it_hasn_t_seen(self) -> None:
        """By what they share with the examples."""
        found = learn(EXAMPLES, ENCODER).classify(["退货退到哪里", "发票丢了", "物流没动"])

        assert [one.label for one in found] == ["退货", "发票", "物流"]

    def test_it_abstains_below_the_probability_that_is_asked_for(self) -> None:
        """And still says what it would have said."""
        classifier = learn(EXAMPLES, ENCODER)

        [sure] = classifier.classify(["我要退货"], least=0.5)
        [unsure] = classifier.classify(["月亮上有兔子吗"], least=0.9)

        assert sure.label == "退货"
        assert unsure.label is None
        assert unsure.best in classifier.labels

    def test_a_foreign_text_is_less_sure_and_less_familiar(self) -> None:
        """All three scores say so; an example is most similar to itself."""
        known, foreign = learn(EXAMPLES, ENCODER).classify(["我要退货", "xyzzy plugh quux"])

        assert known.probability > foreign.probability
        assert known.energy > foreign.energy
        assert known.similarity == pytest.approx(1.0)
        assert foreign.similarity < 0.5

    def test_the_same_examples_in_another_order_learn_the_same(self) -> None:
        """Nothing is random but which examples are left out to choose the penalty, and that is given here."""
        one = learn(EXAMPLES, ENCODER, penalty=1e-3)
        other = learn(EXAMPLES[::-1], ENCODER, penalty=1e-3)

        np.testing.assert_allclose(one.model.weights, other.model.weights, atol=1e-8)

    def test_nothing_asked_gives_nothing(self) -> None:
        """An empty batch is no error."""
        assert learn(EXAMPLES, ENCODER).classify([]) == []

    def test_one_label_can_t_be_learnt(self) -> None:
        """There is nothing to tell it from."""
        with pytest.raises(InvalidInput, match="two labels"):
            learn(EXAMPLES[:5], ENCODER)


class TestPenalty:
    def test_noise_is_learnt_with_a_stronger_one_than_what_is_plain(self) -> None:
        """It is chosen on examples that were left out."""
        random = np.random.default_rng(0)
        vectors = random.normal(size=(60, 8)).astype(np.float32)
        plain = ["a" if row[0] > 0 else "b" for row in vectors]
        noise = [str(label) for label in random.choice(["a", "b"], size=60)]

        assert learn_vectors(vectors, noise, ENCODER).penalty > learn_vectors(vectors, plain, ENCODER).penalty


class TestLogistic:
    def test_ends_where_the_gradient_is_nought(self) -> None:
        """The loss's own derivative, worked out here from what was learnt: it is the one minimum of a convex function."""
        random = np.random.default_rng(1)
        vectors, classes = random.normal(size=(80, 5)), random.integers(3, size=80)

        model = fit_logistic(vectors, classes, 3, penalty=0.01)

        inputs = (vectors - model.centre) * model.scale
        missed = softmax(model.logits(vectors)) - np.eye(3)[classes]
        assert np.abs(inputs.T @ missed / 80 + 0.01 * model.weights).max() < 1e-4
        assert np.abs(missed.mean(axis=0)).max() < 1e-4


class TestFolds:
    def test_each_has_its_share_of_every_label(self) -> None:
        """None is more than one off, and neither is its size."""
        labels = ["a"] * 10 + ["b"] * 7 + ["c"] * 2
        folds = stratified_folds(labels, 5, seed=0)

        for name in "abc":
            counts = np.bincount(folds[np.array(labels) == name], minlength=5)
            assert counts.max() - counts.min() <= 1
        assert np.bincount(folds).max() - np.bincount(folds).min() <= 1

    def test_a_seed_says_which(self) -> None:
        """The same one gives the same, another one others."""
        labels = ["a", "b"] * 20

        assert stratified_folds(labels, 5, seed=1).tolist() == stratified_folds(labels, 5, seed=1).tolist()
        assert stratified_folds(labels, 5, seed=1).tolist() != stratified_folds(labels, 5, seed=2).tolist()

    def test_fewer_cases_than_folds_are_refused(self) -> None:
        """A part would be empty."""
        with pytest.raises(InvalidInput, match="5 parts"):
            stratified_folds(["a"] * 4, 5, seed=0)

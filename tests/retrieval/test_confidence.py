"""The probability that the evidence answers the question."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Audience, DocumentId, Hit, Passage, PassageId, Why
from kb.index import Candidate
from retrieval.background import Background
from retrieval.confidence import NO_EVIDENCE, Evidence, confidence, coverage, weigh

FEATURES = st.builds(
    Evidence,
    standing=st.floats(-6, 12),
    coverage=st.floats(0, 1),
    weakest=st.none() | st.floats(-1, 1),
)

QUESTION = np.asarray([1.0, 0.0], dtype=np.float32)


def hit(text: str, *, weakest: float | None = 0.6) -> Hit:
    passage = Passage(PassageId(1), DocumentId("d"), "a.txt", 1, 0, (), None, 0, len(text), text, "", Audience.PUBLIC)
    return Hit(passage, 1.0, Why((), 1, 0.9, None, None, weakest=weakest))


def background(*cosines: float, passages: int | None = None) -> Background:
    """Passages that have these cosines with `QUESTION`."""
    rows = np.asarray([[cosine, np.sqrt(1 - cosine**2)] for cosine in cosines], dtype=np.float32).reshape(-1, 2)
    return Background.of([rows], passages=len(cosines) if passages is None else passages)


class TestConfidence:
    def test_nothing_found_is_certain_to_be_no_answer(self) -> None:
        """An empty knowledge base never answers."""
        assert confidence(weigh("能退吗", QUESTION, [], [], background())) == 0.0

    @given(evidence=FEATURES)
    def test_is_a_probability(self, evidence: Evidence) -> None:
        """Whatever was found."""
        assert 0.0 <= confidence(evidence) <= 1.0

    def test_a_clear_case_is_above_one_half_and_an_unrelated_one_below(self) -> None:
        """Features as the default encoder gives them for an answer and for another topic."""
        clear = Evidence(standing=2.0, coverage=1.0, weakest=0.75)
        unrelated = Evidence(standing=-0.5, coverage=0.1, weakest=0.45)

        assert confidence(clear) > 0.5 > confidence(unrelated)

    @given(evidence=FEATURES, more=st.floats(0, 0.3))
    def test_more_of_anything_never_lowers_it(self, evidence: Evidence, more: float) -> None:
        """The features are named so that each grows with the chance of an answer."""
        known = 0.5 if evidence.weakest is None else evidence.weakest
        before = confidence(replace(evidence, weakest=known))

        assert confidence(replace(evidence, weakest=known, standing=evidence.standing + more)) >= before - 1e-12
        assert confidence(replace(evidence, weakest=known, coverage=evidence.coverage + more)) >= before - 1e-12
        assert confidence(replace(evidence, weakest=known + more)) >= before - 1e-12

    def test_an_encoder_without_token_vectors_is_taken_for_the_usual_case(self) -> None:
        """The unknown feature neither helps nor harms."""
        known = [confidence(Evidence(1.0, 0.8, weakest)) for weakest in (0.3, 0.9)]

        assert known[0] < confidence(Evidence(1.0, 0.8, None)) < known[1]


class TestWeigh:
    def test_the_best_cosine_is_measured_against_this_knowledge_base(self) -> None:
        """The same cosine says much where the others lie low, and little where all are as close."""
        apart, alike = background(*[0.70, 0.72, 0.74] * 40), background(*[0.88, 0.90, 0.92] * 40)
        hits = [hit("退货期限十五天")]

        evidence = weigh("退货期限", QUESTION, [Candidate(1, 0.92)], hits, apart)

        assert evidence.standing > 5 > weigh("退货期限", QUESTION, [Candidate(1, 0.92)], hits, alike).standing

    def test_coverage_and_the_weakest_token_are_those_of_the_best_hit(self) -> None:
        """Not of whichever passage has the best cosine."""
        hits = [hit("退货期限十五天", weakest=0.7), hit("无关", weakest=0.1)]

        evidence = weigh("退货期限", QUESTION, [Candidate(2, 0.9)], hits, background(0.8))

        assert evidence.coverage == 1.0
        assert evidence.weakest == 0.7

    def test_no_dense_candidate_is_no_evidence(self) -> None:
        """The dense side always proposes something unless nothing is published."""
        assert weigh("退货期限", QUESTION, [], [], background(0.8)) == NO_EVIDENCE


class TestCoverage:
    def test_counts_what_the_question_says_not_how_it_asks(self) -> None:
        """«请问怎么» asks; «退货» must be there, and of «退货运费» one pair of three isn't."""
        assert coverage("请问怎么退货？", "退货流程") == 1.0
        assert coverage("退货运费", "退货，运费自理") == pytest.approx(2 / 3)

    def test_english_counts_by_whole_words(self) -> None:
        """«the», «what» and the like don't count."""
        assert coverage("What is the return window?", "The return window is 15 days.") == 1.0
        assert coverage("return window", "returning") == 0.0

    def test_a_question_of_question_words_alone_covers_nothing(self) -> None:
        """There is nothing to cover."""
        assert coverage("怎么", "怎么办") == 0.0

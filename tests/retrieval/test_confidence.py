"""The probability that the evidence answers the question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Audience, DocumentId, Hit, Passage, PassageId, Why
from kb.index import Candidate
from retrieval.confidence import NO_EVIDENCE, UNRELATED_COSINE, Evidence, confidence, coverage, weigh

FEATURES = st.builds(
    Evidence,
    cosine=st.floats(0, 1),
    cosine_lead=st.floats(-0.2, 0.4),
    lexical_lead=st.floats(0, 5),
    coverage=st.floats(0, 1),
)


def hit(text: str, *, cosine: float) -> Hit:
    passage = Passage(PassageId(1), DocumentId("d"), "a.txt", 1, 0, (), None, 0, len(text), text, "", Audience.PUBLIC)
    return Hit(passage, 1.0, Why((), 1, cosine, None, None))


class TestConfidence:
    def test_nothing_found_is_certain_to_be_no_answer(self) -> None:
        """An empty knowledge base never answers."""
        assert confidence(weigh("能退吗", [], [], [])) == 0.0

    @given(evidence=FEATURES)
    def test_is_a_probability(self, evidence: Evidence) -> None:
        """Whatever was found."""
        assert 0.0 <= confidence(evidence) <= 1.0

    def test_a_clear_case_is_above_one_half_and_an_unrelated_one_below(self) -> None:
        """Cosines as the default encoder gives them for an answer and for another topic."""
        clear = Evidence(cosine=0.92, cosine_lead=0.13, lexical_lead=1.2, coverage=1.0)
        unrelated = Evidence(cosine=0.79, cosine_lead=0.01, lexical_lead=0.1, coverage=0.0)

        assert confidence(clear) > 0.5 > confidence(unrelated)

    @given(evidence=FEATURES, more=st.floats(0, 0.3))
    def test_more_coverage_never_lowers_it(self, evidence: Evidence, more: float) -> None:
        """The features are named so that each grows with the chance of an answer."""
        covered = Evidence(evidence.cosine, evidence.cosine_lead, evidence.lexical_lead, evidence.coverage + more)

        assert confidence(covered) >= confidence(evidence) - 1e-12


class TestWeigh:
    def test_the_lead_is_measured_against_the_candidates_further_down(self) -> None:
        """Ranks 1 to 20 may all be good; what comes after merely resembles the question."""
        dense = [Candidate(1, 0.9)] + [Candidate(entry, 0.8) for entry in range(2, 60)]

        evidence = weigh("退货期限", dense, [], [hit("退货期限十五天", cosine=0.9)])

        assert evidence.cosine_lead == pytest.approx(0.1)

    def test_in_a_small_knowledge_base_all_but_the_best_few_are_the_background(self) -> None:
        """Of four passages, three."""
        dense = [Candidate(1, 0.9), Candidate(2, 0.82), Candidate(3, 0.8), Candidate(4, 0.78)]

        evidence = weigh("退货期限", dense, [], [hit("退货期限十五天", cosine=0.9)])

        assert evidence.cosine_lead == pytest.approx(0.1)

    def test_a_single_passage_is_measured_against_unrelated_text(self) -> None:
        """There is nothing else to compare it with."""
        evidence = weigh("退货期限", [Candidate(1, 0.9)], [], [hit("退货期限十五天", cosine=0.9)])

        assert evidence.cosine_lead == pytest.approx(0.9 - UNRELATED_COSINE)

    def test_no_dense_candidate_is_no_evidence(self) -> None:
        """The dense side always proposes something unless nothing is published."""
        assert weigh("退货期限", [], [Candidate(1, 3.0)], []) == NO_EVIDENCE


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

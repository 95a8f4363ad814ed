"""Specification of the tagger in the repository."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConfigurationError
from models.lac_tagger import LacTagger


@cache
def tagger() -> LacTagger:
    return LacTagger()


class TestTheBuiltinTagger:
    def test_knows_persons_places_and_organisations(self) -> None:
        """In a sentence that it never saw, in full width or half."""
        for text in ("李小明在杭州市的招商银行上海分行上班，很忙。", "李小明在杭州市的招商银行上海分行上班,很忙."):
            tags = {text[word.start : word.end]: word.tag for word in tagger().words(text)}

            assert {"李小明": "PER", "杭州市": "LOC", "招商银行上海分行": "ORG"}.items() <= tags.items()

    @settings(deadline=None, max_examples=50)
    @given(st.text(max_size=60))
    def test_words_cover_the_text_without_gaps(self, text: str) -> None:
        """Whatever the text is."""
        words = tagger().words(text)

        assert "".join(text[word.start : word.end] for word in words) == text
        assert all(one.end == other.start for one, other in pairwise(words))

    def test_without_its_files_says_so(self, tmp_path: Path) -> None:
        """At first use, in words, without the server's paths."""
        with pytest.raises(ConfigurationError, match="can't be read") as caught:
            LacTagger(tmp_path).words("x")

        assert str(tmp_path.parent) not in str(caught.value)

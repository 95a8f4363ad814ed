"""Text files don't say their encoding. It is found out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UnsupportedFormat
from ingest.encoding import decode, looks_like_text

SIMPLIFIED = "自签收之日起七天内可以申请无理由退货。\n请联系客服办理，运费由我们承担。\n"
TRADITIONAL = "自簽收之日起七天內可以申請無理由退貨。\n請聯絡客服辦理，運費由我們承擔。\n"


class TestReads:
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"]
    )
    def test_simplified_chinese(self, encoding: str) -> None:
        """With or without a byte order mark."""
        assert decode(SIMPLIFIED.encode(encoding)).text == SIMPLIFIED

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "big5", "big5hkscs", "gb18030"])
    def test_traditional_chinese(self, encoding: str) -> None:
        """Traditional characters may be in Big5 or in GB18030."""
        assert decode(TRADITIONAL.encode(encoding)).text == TRADITIONAL

    @pytest.mark.parametrize(("text", "encoding"), [("退货要多久？", "gb18030"), ("退貨要多久？", "big5")])
    def test_a_single_short_sentence(self, text: str, encoding: str) -> None:
        """A few characters are enough to tell the two apart."""
        assert decode(text.encode(encoding)).text == text

    def test_western_text(self) -> None:
        """What is not Chinese is Western."""
        text = "Le café est fermé le dimanche. Größe: 10 €"

        assert "café est fermé" in decode(text.encode("windows-1252")).text

    def test_utf_8_with_a_broken_byte(self) -> None:
        """One wrong byte doesn't turn a text into another encoding; it is shown as damaged."""
        decoded = decode((SIMPLIFIED * 5).encode() + b"\xff")

        assert decoded.text.startswith(SIMPLIFIED)
        assert decoded.damaged

    def test_plain_ascii(self) -> None:
        """ASCII is UTF-8."""
        assert decode(b"hello").encoding == "utf-8"


class TestRefuses:
    def test_bytes_that_are_no_text(self) -> None:
        """Control characters don't occur in texts."""
        with pytest.raises(UnsupportedFormat):
            decode(bytes(range(256)) * 4)


class TestAlways:
    @given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
    def test_utf_8_comes_back(self, text: str) -> None:
        """Strict UTF-8 is never guessed at, whatever it says."""
        encoded = text.encode()
        if not looks_like_text(encoded) or encoded[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            return

        assert decode(encoded).text == text.removeprefix("\ufeff")

    @given(st.binary(max_size=200))
    def test_any_bytes_are_text_or_refused(self, data: bytes) -> None:
        """No other error leaves the decoder."""
        try:
            decoded = decode(data)
        except UnsupportedFormat:
            return

        assert decoded.encoding

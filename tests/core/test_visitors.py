"""What the company's site signs, and which signatures hold."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput, Unauthorized, ZhidaError
from core.settings import Secret
from core.visitors import LONGEST_VALID, SignedVisitor, SiteVisitor, sign, signed_text, verify

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SOON = int(NOW.timestamp()) + 300
SECRET, OTHER = Secret("s" * 43), Secret("o" * 43)
LIN = SiteVisitor(visitor_id="4711", name="林 Lin", email="lin@customer.example", phone="+86 138 0000 0000")


class TestTheSignedText:
    def test_is_what_the_docs_say(self) -> None:
        """Six lines, so that any language can make them; a site depends on every byte."""
        assert signed_text(LIN, 1795424700) == (
            "zhida-visitor-1\n4711\n林 Lin\nlin@customer.example\n+86 138 0000 0000\n1795424700".encode()
        )
        assert signed_text(SiteVisitor(visitor_id="4711"), 1795424700) == b"zhida-visitor-1\n4711\n\n\n\n1795424700"

    def test_is_signed_with_hmac_sha256_in_hex(self) -> None:
        """Computed here by the standard library alone."""
        expected = hmac.new(b"s" * 43, signed_text(LIN, SOON), sha256).hexdigest()

        assert sign(LIN, SOON, SECRET).signature == expected

    @given(st.lists(st.tuples(*[st.text(max_size=5)] * 4, st.integers(0, 10**10)), min_size=2, max_size=2, unique=True))
    def test_is_never_the_same_for_two_visitors(self, pair: list[tuple[str, str, str, str, int]]) -> None:
        """Fields can't run into each other: what could do so isn't signed."""
        found = []
        for visitor_id, name, email, phone, expires_at in pair:
            visitor = SiteVisitor(visitor_id=visitor_id, name=name, email=email, phone=phone)
            try:
                sign(visitor, expires_at, SECRET)
            except ZhidaError:
                return
            found.append(signed_text(visitor, expires_at))

        assert found[0] != found[1]


class TestASignature:
    def test_says_who_it_is(self) -> None:
        """With any of the secrets that hold, so that they can be changed without a gap."""
        for secret in (SECRET, OTHER):
            assert verify(sign(LIN, SOON, secret), (OTHER, SECRET), NOW) == LIN

    @pytest.mark.parametrize("field", ["visitor_id", "name", "email", "phone"])
    def test_covers_every_field(self, field: str) -> None:
        """Not only the id: a name or address can't be exchanged either."""
        signed = sign(LIN, SOON, SECRET)

        with pytest.raises(Unauthorized, match="doesn't fit"):
            verify(replace(signed, visitor=replace(LIN, **{field: "x"})), (SECRET,), NOW)

    def test_covers_its_end(self) -> None:
        """Or a stolen one could be made to hold for ever."""
        with pytest.raises(Unauthorized, match="doesn't fit"):
            verify(replace(sign(LIN, SOON, SECRET), expires_at=SOON + 1), (SECRET,), NOW)

    @pytest.mark.parametrize("signature", ["0" * 64, "x", "密", "\ud800", "A" * 100_000])
    def test_that_is_made_up_is_refused(self, signature: str) -> None:
        """Whatever it looks like."""
        with pytest.raises(Unauthorized):
            verify(SignedVisitor(visitor=LIN, expires_at=SOON, signature=signature), (SECRET,), NOW)

    def test_of_a_retired_secret_is_refused(self) -> None:
        """That is what retiring is for."""
        with pytest.raises(Unauthorized, match="doesn't fit"):
            verify(sign(LIN, SOON, OTHER), (SECRET,), NOW)

    def test_that_is_missing_is_asked_for(self) -> None:
        """An id alone must not pass for a person; the sentence says what to do."""
        with pytest.raises(InvalidInput, match="Have your own server sign"):
            verify(SignedVisitor(visitor=LIN, expires_at=SOON), (SECRET,), NOW)

    @pytest.mark.parametrize(
        ("ahead", "said"), [(0, "expired"), (-1, "expired"), (LONGEST_VALID.total_seconds() + 1, "too long")]
    )
    def test_holds_for_a_while(self, ahead: float, said: str) -> None:
        """Neither for ever nor after its end."""
        with pytest.raises(Unauthorized, match=said):
            verify(sign(LIN, int(NOW.timestamp() + ahead), SECRET), (SECRET,), NOW)


class TestAField:
    @pytest.mark.parametrize("visitor_id", ["", " 7", "7 ", "7\n8", "x" * 201, "\u2028", "\ud800"])
    def test_that_can_t_be_used_is_refused(self, visitor_id: str) -> None:
        """By name, before any signature is looked at."""
        with pytest.raises(InvalidInput, match="`id`"):
            sign(SiteVisitor(visitor_id=visitor_id), SOON, SECRET)

"""Specification of where a model may live."""

from __future__ import annotations

import pytest

from models.wire import is_link_local


class TestALinkLocalAddress:
    @pytest.mark.parametrize(
        "host",
        ["169.254.169.254", "169.254.0.1", "fe80::1", "[fe80::1]", "fe80::1%eth0", "::ffff:169.254.169.254", "2852039166", "0xa9fea9fe", "169.16689662", "0251.0376.0251.0376"],
    )  # fmt: skip
    def test_is_recognised_in_any_notation(self, host: str) -> None:
        """Decimal, octal, hexadecimal and mapped forms reach the same machine."""
        assert is_link_local(host)

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.7", "api.example.com", "::1", "192.168.1.5"])
    def test_is_not_seen_elsewhere(self, host: str) -> None:
        """A model on this machine or in the own network is fine."""
        assert not is_link_local(host)

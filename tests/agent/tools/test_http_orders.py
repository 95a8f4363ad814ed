"""Specification of the connector to a company's order system: what is sent, what is believed, and what ends it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agent.tools.http_orders import MAX_BYTES, MOST_ORDERS, HttpOrders, OrdersReply
from core.actors import CustomerId
from core.customers import Identity
from core.errors import ConfigurationError, ConnectorFailed
from core.settings import Secret
from core.tools import OwnOrder
from core.types import Language
from tests.agent.tools.order_system import SECRET, OrderSystem, order_system

ME = CustomerId(1)
KNOWN = (Identity("web", "u-1", 2), Identity("email", "lin@customer.example", 1))
CONTRACT = (Path(__file__).parents[3] / "docs" / "orders.md").read_text(encoding="utf-8")


def connector(system: OrderSystem, *, known: Sequence[Identity] = KNOWN, timeout_s: float = 5.0) -> HttpOrders:
    return HttpOrders(system.url, SECRET, lambda _customer: known, timeout_s=timeout_s)


def ask(system: OrderSystem, number: str | None = None, **known: Any) -> Sequence[OwnOrder]:
    return connector(system, **known).orders(ME, number=number, language=Language.ZH)


class TestAsking:
    def test_sends_verified_identities_and_nothing_else_of_the_customer(self) -> None:
        """What only a channel claims isn't sent: it could be anybody's."""
        with order_system() as system:
            found = ask(system, "A1234")

        assert system.asked == [
            {
                "customers": [{"channel": "web", "key": "u-1"}],
                "number": "A1234",
                "language": "zh",
                "limit": MOST_ORDERS,
            }
        ]
        assert found == [OwnOrder("A1234", ME, "已发货", date(2026, 11, 25))]

    def test_asks_nothing_for_a_customer_whom_no_verified_identity_names(self) -> None:
        """There would be nobody to ask about."""
        with order_system() as system:
            assert ask(system, known=KNOWN[1:]) == ()

        assert system.asked == []

    def test_says_whose_each_order_is(self) -> None:
        """An owner who wasn't asked about is nobody, so that the runner can drop the order."""
        with order_system(forgets_owners=True) as system:
            assert [each.customer_id for each in ask(system)] == [ME, ME, None]

    def test_is_told_apart_by_its_secret(self) -> None:
        """A system that refuses isn't a system without orders."""
        with order_system() as system:
            wrong = HttpOrders(system.url, Secret("another-secret-0000"), lambda _customer: KNOWN, timeout_s=5.0)
            with pytest.raises(ConnectorFailed, match="401"):
                wrong.orders(ME, number=None, language=Language.ZH)


class TestAReply:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html>",
            b"[]",
            b'{"orders": {}}',
            b'{"orders": [{"number": "A1", "owner": "u-1"}]}',
            b'{"orders": [{"number": 1234, "owner": "u-1", "status": "x"}]}',
            b'{"orders": [{"number": "", "owner": "u-1", "status": "x"}]}',
            b'{"orders": [{"number": "A1", "owner": "u-1", "status": "%s"}]}' % (b"x" * 201),
            b'{"orders": [{"number": "A1", "owner": "u-1", "status": "x", "expected_on": "soon"}]}',
            b'{"orders": ' + b"[" * 50_000,
            b'{"orders": [{"number": "\xff", "owner": "u-1", "status": "x"}]}',
        ],
    )
    def test_that_is_not_as_agreed_is_refused_whole(self, body: bytes) -> None:
        """Half of what is owed could be told as all of it. What is wrong is said, without what stood there."""
        with order_system(body=body) as system, pytest.raises(ConnectorFailed, match=r"docs/orders\.md") as refused:
            ask(system)

        assert "u-1" not in str(refused.value)

    @pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 400, 403, 404, 429, 500, 503])
    def test_with_another_status_than_200_is_a_failure(self, status: int) -> None:
        """A redirect isn't followed: nobody has checked where it leads."""
        headers = {"Content-Type": "application/json", "Location": "http://169.254.169.254/latest"}
        with order_system(status=status, headers=headers) as system, pytest.raises(ConnectorFailed, match=str(status)):
            ask(system)

        assert len(system.asked) == 1

    @pytest.mark.parametrize(
        "headers",
        [{"Content-Type": "text/html"}, {}, {"Content-Type": "application/json", "Content-Encoding": "gzip"}],
    )
    def test_in_another_form_is_a_failure(self, headers: dict[str, str]) -> None:
        """Also compressed, since a small body could become a very large one."""
        with order_system(headers=headers) as system, pytest.raises(ConnectorFailed, match="application/json"):
            ask(system)

    def test_that_is_too_long_is_not_read_to_its_end(self) -> None:
        """However much comes."""
        with order_system(body=b" " * (MAX_BYTES + 1)) as system, pytest.raises(ConnectorFailed, match="more than"):
            ask(system)

    @pytest.mark.parametrize("behaviour", [{"waits_s": 3.0}, {"drips": True}])
    def test_that_takes_too_long_is_given_up(self, behaviour: dict[str, Any]) -> None:
        """The time is for the whole exchange, so a byte now and then doesn't help."""
        began = time.monotonic()
        with order_system(**behaviour) as system:
            with pytest.raises(ConnectorFailed, match=r"longer than 0\.3 s"):
                ask(system, timeout_s=0.3)
            assert time.monotonic() - began < 2.0

    def test_of_nobody_at_all_is_a_failure(self) -> None:
        """A system that is down has no orders to deny."""
        with order_system() as system:
            gone = connector(system)
        with pytest.raises(ConnectorFailed):
            gone.orders(ME, number=None, language=Language.ZH)


class TestSettings:
    @pytest.mark.parametrize(
        "url", ["https://shop.example/zhida/orders", "http://127.0.0.1:9/o", "http://[::1]:9/o", "http://localhost/"]
    )
    def test_take_https_and_this_machine(self, url: str) -> None:
        """Within one machine nobody listens in between."""
        HttpOrders(url, SECRET, lambda _customer: KNOWN, timeout_s=1.0)

    @pytest.mark.parametrize(
        "url",
        [
            "http://shop.example/orders",
            "http://10.0.0.7/orders",
            "http://127.0.0.1.shop.example/",
            "ftp://127.0.0.1/",
            "shop.example/orders",
            "https://",
            "https://user:word@shop.example/",
            "https://169.254.169.254/latest",
            "http://2852039166/",
            "https://[::ffff:169.254.169.254]/",
            "https://[broken/",
            "http://127.0.0.1:99999/",
            "",
        ],
    )
    def test_refuse_what_could_be_read_on_the_way_or_leads_astray(self, url: str) -> None:
        """The message names the setting."""
        with pytest.raises(ConfigurationError, match="ZHIDA_ORDERS_URL"):
            HttpOrders(url, SECRET, lambda _customer: KNOWN, timeout_s=1.0)

    @pytest.mark.parametrize(
        "secret",
        [
            "",
            "short",
            "with a blank in it somewhere",
            "密码密码密码密码密码密码密码密码密码",
            "line\nbreak-000000000000",
        ],
    )
    def test_refuse_a_secret_that_can_be_guessed_or_not_be_sent(self, secret: str) -> None:
        """It is all that keeps others from asking."""
        with pytest.raises(ConfigurationError, match="ZHIDA_ORDERS_SECRET"):
            HttpOrders("https://shop.example/", Secret(secret), lambda _customer: KNOWN, timeout_s=1.0)


class TestTheContract:
    def test_shows_the_question_as_it_is_sent(self) -> None:
        """The example is the code's own."""
        with order_system() as system:
            ask(system, "A1234")

        assert json.loads(_example(1)) == system.asked[0]

    def test_shows_a_reply_that_is_taken(self) -> None:
        """And names every field of it."""
        reply = OrdersReply.model_validate_json(_example(2))

        assert [order.number for order in reply.orders] == ["A1234", "A1200"]
        assert all(f"`{name}`" in CONTRACT for name in type(reply.orders[0]).model_fields)


def _example(number: int) -> str:
    return re.findall(r"```json\n(.*?)```", CONTRACT, re.DOTALL)[number - 1]

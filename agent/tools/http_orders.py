"""Orders from the company's own system, asked over HTTP. `docs/orders.md` is the contract that its side implements."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cached_property
from ipaddress import ip_address
from typing import Annotated, Final
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from core.actors import CustomerId
from core.customers import VERIFIED, Identity
from core.errors import ConfigurationError, ConnectorFailed, ModelUnavailable
from core.settings import Secret
from core.tools import OwnOrder
from core.types import Language
from models.wire import Wire, is_link_local

MAX_BYTES: Final = 100_000
"""Bytes read of one reply. Twenty orders are about 4 kB."""

MOST_ORDERS: Final = 20
"""Orders that are asked for, and taken, at once."""

LEAST_SECRET: Final = 16

IdentitiesOf = Callable[[CustomerId], Sequence[Identity]]
"""By what channels know a customer."""

Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class OrderRecord(BaseModel):
    """An order, as the company's system tells of it. Further fields are ignored."""

    model_config = ConfigDict(strict=True, frozen=True)

    number: Number
    owner: Annotated[str, StringConstraints(min_length=1, max_length=254)]
    """The `key` of one of the customers that were asked about."""
    status: Words
    """In words that the customer may read, in the language that was asked for."""
    expected_on: date | None = None
    """Day on which it is expected to arrive."""


class OrdersReply(BaseModel):
    """The body of the system's reply."""

    model_config = ConfigDict(strict=True, frozen=True)

    orders: list[OrderRecord]
    """The newest first; an empty list where there are none."""


class HttpOrders:
    """Asks one address for the orders of a verified customer, and trusts nothing that comes back.

    Args:
        url: where the system listens: https, or http on this machine.
        secret: sent as bearer token, so that the system knows who asks.
        identities: by what a customer is known; only verified identities are sent.
        timeout_s: seconds for the whole exchange.

    Raises:
        ConfigurationError: address or secret can't be used.
    """

    def __init__(self, url: str, secret: Secret, identities: IdentitiesOf, *, timeout_s: float) -> None:
        self._url = checked_address(url)
        self._secret = checked_secret(secret)
        self._identities = identities
        self._timeout_s = timeout_s

    def orders(self, customer_id: CustomerId, /, *, number: str | None, language: Language) -> Sequence[OwnOrder]:
        """A customer's orders; `number` narrows them to one.

        Raises:
            ConnectorFailed: the system can't be reached in time, refuses, or doesn't keep to the contract.
        """
        known = [each for each in self._identities(customer_id) if each.level >= VERIFIED]
        if not known:
            return ()
        question = {
            "customers": [{"channel": each.channel, "key": each.key} for each in known],
            "number": number,
            "language": language.value,
            "limit": MOST_ORDERS,
        }
        owners = {each.key for each in known}
        return [
            OwnOrder(each.number, customer_id if each.owner in owners else None, each.status, each.expected_on)
            for each in self._read(self._ask(question)).orders[:MOST_ORDERS]
        ]

    def _ask(self, question: Mapping[str, object]) -> bytes:
        wire = Wire()
        late = threading.Timer(self._timeout_s, wire.cut)
        late.daemon = True
        late.start()
        try:
            headers = {"Authorization": f"Bearer {self._secret.reveal()}", "Accept-Encoding": "identity"}
            extensions = {"trace": wire.watch}
            with self._client.stream(
                "POST", self._url, json=question, headers=headers, extensions=extensions
            ) as response:
                return _body(response, wire)
        except (httpx.HTTPError, ModelUnavailable) as error:  # the latter is the wire's own word for cut, or link-local
            why = type(error).__name__ if late.is_alive() else f"longer than {self._timeout_s:g} s"
            raise ConnectorFailed(f"The order system can't be asked ({why}).") from None
        finally:
            late.cancel()

    @cached_property
    def _client(self) -> httpx.Client:
        """No redirects, since those lead to addresses that nobody checked; no proxy for this machine's own addresses."""
        return httpx.Client(
            timeout=self._timeout_s,
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=not _is_loopback(urlsplit(self._url).hostname or ""),
        )

    @staticmethod
    def _read(body: bytes) -> OrdersReply:
        try:
            return OrdersReply.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "the body"
            raise ConnectorFailed(
                f"The order system's reply isn't what docs/orders.md asks for: {place}: {first['msg']}."
            ) from None


def _body(response: httpx.Response, wire: Wire) -> bytes:
    """The reply, as far as it may be read."""
    if response.status_code != httpx.codes.OK:
        raise ConnectorFailed(f"The order system answered with status {response.status_code} instead of 200.")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" or response.headers.get("content-encoding", "identity") != "identity":
        raise ConnectorFailed("The order system's reply isn't plain application/json.")
    parts: list[bytes] = []
    size = 0
    for part in response.iter_raw():
        wire.check()
        size += len(part)
        if size > MAX_BYTES:
            raise ConnectorFailed(f"The order system sent more than {MAX_BYTES} bytes.")
        parts.append(part)
    wire.check()  # a body without a length ends where the wire was cut
    return b"".join(parts)


def checked_address(url: str) -> str:
    """The address, if it can be asked. Raises `ConfigurationError`."""
    with suppress(ValueError):  # of a port or an address in brackets that can't be read
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        if parts.username or parts.password:
            raise ConfigurationError("ZHIDA_ORDERS_URL holds a user name or password. Use ZHIDA_ORDERS_SECRET instead.")
        if host and is_link_local(host):
            raise ConfigurationError(f"ZHIDA_ORDERS_URL is {url!r}; link-local addresses are never allowed.")
        if host and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))):
            return url
    raise ConfigurationError(
        f"ZHIDA_ORDERS_URL is {url!r}; it must start with https://, or with http:// for an address of this machine."
    )


def checked_secret(secret: Secret) -> Secret:
    """The secret, if it can be sent in a header and isn't guessed. Raises `ConfigurationError`."""
    value = secret.reveal()
    if len(value) >= LEAST_SECRET and value.isascii() and value.isprintable() and " " not in value:
        return secret
    raise ConfigurationError(
        f"ZHIDA_ORDERS_SECRET must have at least {LEAST_SECRET} letters, digits or signs without blanks. "
        "Your order system checks it, so that nobody else can ask for orders."
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return False

"""Visitors whom the company's own site vouches for: what it signs, and how that is looked at.

The signed text is UTF-8, six lines joined by one line feed each, none at the end:

    zhida-visitor-1
    <id>
    <name>
    <email>
    <phone>
    <expires_at>

What isn't known is an empty line, `expires_at` whole seconds since 1970 in decimal digits. The signature is the
HMAC-SHA256 of these bytes with the server's secret, in lower-case hex. A field can't hold a line feed or another
control character, so no two visitors have the same text.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from core.errors import InvalidInput, Unauthorized
from core.settings import Secret

FIRST_LINE: Final = "zhida-visitor-1"
"""Says what is signed, so that a signature made for something else never fits."""

LONGEST_VALID: Final = timedelta(hours=1)
"""How far ahead `expires_at` may be. A stolen signature is worth nothing afterwards."""

MAX_LENGTHS: Final = {"id": 200, "name": 200, "email": 254, "phone": 40}
"""Characters of each field, as many as the desk keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteVisitor:
    """Whom the site says that its visitor is. What it doesn't know is empty."""

    visitor_id: str
    """The site's own id of the person; never used for somebody else, and case matters."""
    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedVisitor:
    """The same as it comes from a browser, and until when it holds."""

    visitor: SiteVisitor
    expires_at: int
    """Seconds since 1970."""
    signature: str = ""
    """64 hexadecimal digits."""


def signed_text(visitor: SiteVisitor, expires_at: int) -> bytes:
    """The bytes that are signed."""
    lines = (FIRST_LINE, visitor.visitor_id, visitor.name, visitor.email, visitor.phone, str(expires_at))
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def sign(visitor: SiteVisitor, expires_at: int, secret: Secret) -> SignedVisitor:
    """What the company's site sends along.

    Raises:
        InvalidInput: a field can't be used.
    """
    _look_at_fields(visitor)
    return SignedVisitor(visitor=visitor, expires_at=expires_at, signature=_signature(visitor, expires_at, secret))


def verify(signed: SignedVisitor, secrets: Sequence[Secret], now: datetime) -> SiteVisitor:
    """Who the visitor is, if one of the secrets has signed it and it still holds.

    Raises:
        InvalidInput: no signature, or a field that can't be used.
        Unauthorized: the signature fits no secret, has expired, or holds for too long.
    """
    _look_at_fields(signed.visitor)
    if not signed.signature:
        raise InvalidInput(
            "A visitor's id alone says nothing about who it is. Have your own server sign the visitor and send the "
            "signature along, or leave `visitor` out for an unknown one."
        )
    given = signed.signature.encode("utf-8", "surrogatepass")
    # Every secret is compared with, so that the time doesn't tell which of them fits.
    fits = [
        hmac.compare_digest(given, _signature(signed.visitor, signed.expires_at, secret).encode()) for secret in secrets
    ]
    if not any(fits):
        raise Unauthorized(
            "The visitor's signature doesn't fit. Sign id, name, email, phone and expires_at exactly as they are sent, "
            "with the secret that `zhida visitors secret` shows."
        )
    left = signed.expires_at - now.timestamp()
    if left <= 0:
        raise Unauthorized("The visitor's signature has expired. Have your server sign the visitor anew.")
    if left > LONGEST_VALID.total_seconds():
        raise Unauthorized(
            f"The visitor's signature would hold too long. Set `expires_at` at most "
            f"{LONGEST_VALID.total_seconds():.0f} seconds ahead, and look at your server's clock."
        )
    return signed.visitor


def _signature(visitor: SiteVisitor, expires_at: int, secret: Secret) -> str:
    return hmac.new(secret.reveal().encode(), signed_text(visitor, expires_at), sha256).hexdigest()


def _look_at_fields(visitor: SiteVisitor) -> None:
    values = {"id": visitor.visitor_id, "name": visitor.name, "email": visitor.email, "phone": visitor.phone}
    if not visitor.visitor_id or visitor.visitor_id != visitor.visitor_id.strip():
        raise InvalidInput("A visitor needs an `id` without blanks around it: the one by which your site knows them.")
    for field, value in values.items():
        if len(value) > MAX_LENGTHS[field]:
            raise InvalidInput(
                f"The visitor's `{field}` has {len(value)} characters; at most {MAX_LENGTHS[field]} are kept."
            )
        if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in value):
            raise InvalidInput(f"The visitor's `{field}` has a line break or control character. Leave it out.")

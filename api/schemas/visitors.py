"""Who a visitor is, and what they agree to, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from api.schemas.common import example
from core.customers import Purpose
from core.visitors import SignedVisitor, SiteVisitor

Unchanged = Annotated[str, StringConstraints(max_length=1_000)]
"""Nothing is cut off: it is signed as it stands. The desk's own limits are shorter and say so in words."""


class Visitor(BaseModel):
    """Whom your own site says that the visitor is. docs/visitors.md has the signed text."""

    model_config = example(
        id="4711",
        name="林",
        email="lin@customer.example",
        phone="",
        expires_at=1795424700,
        signature="5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    )

    id: Unchanged
    """By which your site knows them, and nobody else."""
    name: Unchanged = ""
    email: Unchanged = ""
    phone: Unchanged = ""
    expires_at: Annotated[int, Field(ge=0, le=10**11)] = 0
    """Seconds since 1970; at most an hour ahead."""
    signature: Annotated[str, StringConstraints(max_length=200)] = ""
    """HMAC-SHA256 of the signed text, in hexadecimal digits."""

    def signed(self) -> SignedVisitor:
        """As the core reads it."""
        visitor = SiteVisitor(visitor_id=self.id, name=self.name, email=self.email, phone=self.phone)
        return SignedVisitor(visitor=visitor, expires_at=self.expires_at, signature=self.signature)


class ConsentChoices(BaseModel):
    """What somebody agrees to beside leaving a contact. What isn't given is neither yes nor no."""

    model_config = example(contact=True, surveys=False)

    contact: bool | None = None
    """Being written to after the conversation."""
    surveys: bool | None = None
    """Being asked how it was."""

    def said(self) -> dict[Purpose, bool]:
        """Purpose by purpose."""
        given = {Purpose.CONTACT: self.contact, Purpose.SURVEYS: self.surveys}
        return {purpose: granted for purpose, granted in given.items() if granted is not None}


class ConsentChoice(BaseModel):
    """A yes or a no."""

    model_config = example(granted=False)

    granted: bool


class ToldConsent(ConsentChoice):
    """A yes or no that a colleague was told."""

    model_config = example(granted=False, source="来电")

    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    """Where the customer said so: a call, a form, a letter."""


class ConsentLine(BaseModel):
    """A yes or no as it is kept; the last one of a purpose holds."""

    model_config = example(
        purpose="contact", granted=True, source="chat", at="2026-11-23T09:00:00Z", conversation_id="9f3c…"
    )

    purpose: Purpose
    granted: bool
    source: str
    at: datetime
    conversation_id: str | None
    """In which the customer said so; none for what a colleague was told."""

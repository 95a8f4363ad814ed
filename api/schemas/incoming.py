"""What the HTTP API takes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from api.schemas.attachments import FileIds
from api.schemas.common import MAX_ANSWER, MAX_MESSAGE, MAX_NAME, MAX_PAIRS, VERSION, ClientKey, Text, example
from api.schemas.visitors import ConsentChoices, Visitor
from core.types import (
    Audience,
    Language,
)


class NewConversation(BaseModel):
    """How to start a conversation. An empty body will do."""

    model_config = example(language="zh")

    language: Language | None = None
    """Of the replies; none means that of each message."""
    audience: Audience = Audience.PUBLIC
    """`internal` needs the admin key."""
    visitor: Visitor | None = None
    """Whom your own site has signed; none means a visitor whom nobody knows."""


class NewMessage(BaseModel):
    """What the customer says."""

    model_config = example(text="下单后多久发货？", client_key="b1946ac92492d234")

    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_MESSAGE)] = ""
    """May be empty beside files."""
    attachments: FileIds = []
    """Files that were uploaded for it."""
    client_key: ClientKey | None = None
    """The sender's own id of the message: sent again, it is neither stored nor answered a second time."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text and not self.attachments:
            raise ValueError("write something, or send a file")
        return self


class NewContact(BaseModel):
    """How the customer wants to be reached."""

    model_config = example(contact="lin@customer.example", consents={"contact": True})

    contact: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=MAX_NAME)]
    consents: ConsentChoices = ConsentChoices()
    """What the customer agrees to besides."""


class Rollback(BaseModel):
    """Which version becomes live again."""

    model_config = example(version=1)

    version: Annotated[int, VERSION]


class NewPair(BaseModel):
    """A Q&A pair."""

    model_config = example(question="运费多少？", answer="满 99 元免运费。", similar=["包邮吗？"], product="净水器")

    question: Text
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_ANSWER)]
    similar: Annotated[list[Text], Field(max_length=200)] = []
    """Other wordings of the question."""
    negative: Annotated[list[Text], Field(max_length=200)] = []
    """Questions that look alike but must not get this answer."""
    valid_from: date | None = None
    valid_until: date | None = None
    """First day on which the answer is no longer valid."""
    product: Annotated[str, StringConstraints(max_length=MAX_NAME)] | None = None


class NewPairs(BaseModel):
    """Pairs that become one document, approved. The same name again replaces them."""

    model_config = example(
        name="运费问答", audience="public", pairs=[{"question": "运费多少？", "answer": "满 99 元免运费。"}]
    )

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME)]
    audience: Audience = Audience.PUBLIC
    pairs: Annotated[list[NewPair], Field(min_length=1, max_length=MAX_PAIRS)]


class Decision(BaseModel):
    """Whether a candidate may answer customers."""

    model_config = example(decision="approve")

    decision: Literal["approve", "reject"]
    confirm: bool = False
    """Approve also if an approved pair that is asked the same answers otherwise."""


class Search(BaseModel):
    """A question to the retriever."""

    model_config = example(text="退货期限", k=5, audience="public")

    text: Text
    k: Annotated[int, Field(ge=1, le=100)] = 10
    audience: Audience = Audience.PUBLIC
    as_of: date | None = None
    """Day for which documents must be valid; none means today."""


class TestQuestion(BaseModel):
    """A question to the assistant, outside any conversation."""

    __test__ = False  # not a test, whatever its name says
    model_config = example(text="退货期限是多久？", audience="public")

    text: Text
    audience: Audience = Audience.PUBLIC
    language: Language | None = None
    as_of: date | None = None
    """Day for which documents must be valid; none means today."""

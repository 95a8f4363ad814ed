"""What both directions share."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, StringConstraints

MAX_MESSAGE: Final = 2_000
MAX_NAME: Final = 200
MAX_ANSWER: Final = 20_000
MAX_PAIRS: Final = 2_000
MAX_PAGE: Final = 1_000

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_MESSAGE)]
"""A question or message of a person."""

VERSION: Final = Field(ge=1, le=2**31 - 1)
"""Number of a document's version."""

ClientKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.\-]{8,64}$")]
"""The sender's own id of a message."""

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""The number of a pair or ticket."""

Offset = Annotated[int, Field(ge=0, le=10**9)]
Limit = Annotated[int, Field(ge=1, le=MAX_PAGE)]


def example(**values: Any) -> ConfigDict:
    """A strict model with one example of it, whose attributes' docstrings become descriptions."""
    return ConfigDict(extra="forbid", use_attribute_docstrings=True, json_schema_extra={"examples": [values]})

"""What the routes of files take."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

FileId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""The id of an uploaded file."""

FileIds = Annotated[list[FileId], Field(max_length=100)]
"""Files that go with a message. How many may wait at once is a setting, far below this."""

"""The words of people at the desk."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

TeamId = NewType("TeamId", int)


class Presence(StrEnum):
    """Whether somebody can take a conversation."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"

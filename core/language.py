"""The languages."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """The languages Zhida speaks. A text that is neither counts as the nearer one."""

    ZH = "zh"
    EN = "en"

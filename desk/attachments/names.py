"""Names of files: data that people read, and never a path."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from core.attachments import NAME_CHARACTERS
from core.database import storable

UNNAMED: Final = "file"

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that aren't seen or turn the text around: `gpj.exe` can be made to look like `exe.jpg`."""

_PATHLIKE: Final = re.compile(r"[\\/:*?\"<>|]")
"""What some system takes for more than a name, on the disk of whoever saves the file."""


def clean_name(given: str, suffixes: Sequence[str]) -> str:
    """Return a name that shows what it is: its last part, without hidden characters, with an end that fits the type."""
    last = given.replace("\\", "/").rpartition("/")[2]
    seen = "".join(letter for letter in storable(last) if unicodedata.category(letter) not in _HIDDEN)
    plain = " ".join(_PATHLIKE.sub("_", seen).split()).strip(". ")
    if PurePosixPath(plain.lower()).suffix not in suffixes:
        plain = f"{plain or UNNAMED}{suffixes[0]}"
    if len(plain) <= NAME_CHARACTERS:
        return plain
    suffix = PurePosixPath(plain).suffix
    return f"{plain[: NAME_CHARACTERS - len(suffix)].rstrip('. ')}{suffix}"

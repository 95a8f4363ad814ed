"""What a manager who collects questions needn't see of a customer: addresses and numbers of persons.

A net with wide meshes: names stay, so a person reads a question before it is kept.
"""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "***"

_ADDRESS: Final = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_NUMBER: Final = re.compile(r"(?!\d{4}-\d{1,2}-\d{1,2}(?!\d))(?:\+\s?)?(?<!\d)(?<!\d-)\d(?:[\s\-]?\d){6,}[xX]?")
"""Seven digits and more: phones, orders, cards and identity numbers. Prices and models have fewer; dates stay."""


def masked(text: str) -> str:
    """The text with e-mail addresses and long numbers masked."""
    return _NUMBER.sub(MASK, _ADDRESS.sub(MASK, text))

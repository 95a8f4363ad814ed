"""How classes of the wire are described."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict


def example(**values: Any) -> ConfigDict:
    """How a class is described: docstrings of its fields, and one example."""
    return ConfigDict(use_attribute_docstrings=True, json_schema_extra={"examples": [values]})

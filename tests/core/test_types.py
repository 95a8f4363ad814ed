"""The page of nouns."""

from __future__ import annotations

import ast
from pathlib import Path

import core.types

CORE = Path(core.types.__file__).parent


class TestThePageOfNouns:
    def test_exports_what_it_imports(self) -> None:
        """A noun that is missing from `__all__` is a type error for whoever imports it."""
        page = ast.parse((CORE / "types.py").read_text(encoding="utf-8"))
        shown = {alias.name for node in page.body if isinstance(node, ast.ImportFrom) for alias in node.names}

        assert set(core.types.__all__) == shown - {"annotations"}

    def test_nothing_in_core_imports_it_back(self) -> None:
        """Its modules would wait for each other."""
        importing = [
            path.name
            for path in sorted(CORE.glob("*.py"))
            if any(
                isinstance(node, ast.ImportFrom) and node.module == "core.types"
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            )
        ]

        assert importing == []

"""Rules of the house that a reader can't see in one file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("core", "models", "kb", "nlu", "ingest", "retrieval", "agent", "desk", "api", "ui", "eval", "sample")
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


class TestSerialisation:
    def test_nothing_is_read_that_could_run_code(self) -> None:
        """No pickle or its kin, in no module."""
        found = [
            f"{name}:{node.lineno}"
            for name, tree in modules()
            for node in ast.walk(tree)
            if (
                isinstance(node, ast.Import)
                and any(alias.name.split(".")[0] in FORBIDDEN_MODULES for alias in node.names)
            )
            or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in FORBIDDEN_MODULES)
        ]

        assert found == []

    def test_arrays_are_never_loaded_with_pickle(self) -> None:
        """`numpy.load` refuses object arrays unless told otherwise; nobody tells it otherwise."""
        found = [
            f"{name}:{call.lineno}"
            for name, tree in modules()
            for call in calls(tree)
            for keyword in call.keywords
            if keyword.arg == "allow_pickle"
            and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
        ]

        assert found == []

    def test_text_never_becomes_code(self) -> None:
        """No `eval` or `exec`; methods of that name (such as a model's) are something else."""
        found = [
            f"{name}:{call.lineno}"
            for name, tree in modules()
            for call in calls(tree)
            if isinstance(call.func, ast.Name) and call.func.id in FORBIDDEN_CALLS
        ]

        assert found == []


class TestSql:
    def test_no_statement_is_put_together_from_strings(self) -> None:
        """`text(…)` and `exec_driver_sql(…)` get constants; values are bound."""
        found = [
            f"{name}:{call.lineno}"
            for name, tree in modules()
            for call in calls(tree)
            if isinstance(call.func, ast.Attribute | ast.Name)
            and (call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id)
            in {"text", "exec_driver_sql"}
            and call.args
            and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
            and "sql" in name + ast.unparse(call).lower()
        ]

        assert found == []


class TestGradio:
    def test_opens_nothing_to_the_world(self) -> None:
        """No `gr.load`, no `share=True`, no folder whose files anybody may read."""
        found = [
            f"{name}:{call.lineno}"
            for name, tree in modules()
            if name.startswith("ui/")
            for call in calls(tree)
            if ast.unparse(call.func) == "gr.load"
            or any(
                (keyword.arg == "share" and ast.unparse(keyword.value) != "False")
                or (keyword.arg == "allowed_paths" and ast.unparse(keyword.value) not in {"[]", "None"})
                for keyword in call.keywords
            )
        ]

        assert found == []


class TestDependencies:
    @pytest.mark.parametrize(
        ("package", "floor"),
        [
            ("starlette", (1, 3, 1)),
            ("python-multipart", (0, 0, 31)),
            ("gradio", (6, 21)),
            ("pypdf", (6, 16, 1)),
            ("faiss-cpu", (1, 15)),
        ],
    )
    def test_security_floors_are_kept(self, package: str, floor: tuple[int, ...]) -> None:
        """Older versions have known holes; see the comments in pyproject.toml."""
        declared = re.search(
            rf'"{package}(?:\[\w+\])?>=([\d.]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        )

        assert declared is not None
        assert tuple(map(int, declared[1].split("."))) >= floor

"""Pages that name commands, files and settings are compared with the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from api.cli import app

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")


def commands() -> set[str]:
    """Every command as a person types it, e.g. `documents list`."""
    return set(_names(app, ""))


def _names(group: typer.Typer, prefix: str) -> Iterator[str]:
    for command in group.registered_commands:
        yield prefix + (command.name or command.callback.__name__)  # type: ignore[union-attr]  # all have one
    for sub in group.registered_groups:
        assert sub.typer_instance is not None
        yield from _names(sub.typer_instance, f"{prefix}{sub.name} ")


@pytest.mark.parametrize("name", READMES)
class TestReadme:
    def test_names_only_commands_that_exist(self, name: str) -> None:
        """`zhida …` at the start of an example or inside back-ticks."""
        text = (ROOT / name).read_text(encoding="utf-8")
        known = commands()

        for line in re.findall(r"(?m)^zhida ([a-z][^#\n]*)|`zhida ([^`\n]+)`", text):
            words = "".join(line).split()
            assert words[0] in known or " ".join(words[:2]) in known, words

    def test_links_only_to_files_that_exist(self, name: str) -> None:
        """Pages, pictures and folders of the repository."""
        text = (ROOT / name).read_text(encoding="utf-8")

        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
            assert (ROOT / target).exists(), target

    def test_both_languages_have_the_two_commands(self, name: str) -> None:
        """One that sets up and runs, one that sets up and tests."""
        text = (ROOT / name).read_text(encoding="utf-8")

        assert "\nmake demo\n" in text
        assert "\nmake test\n" in text


class TestDecisions:
    def test_have_context_decision_and_consequences(self) -> None:
        """And a number of their own."""
        pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))

        assert len({page.name[:4] for page in pages}) == len(pages) > 0
        for page in pages:
            text = page.read_text(encoding="utf-8")
            assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences")), page.name

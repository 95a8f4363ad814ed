"""Pages that name commands, files and settings are compared with the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from api.cli import app

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")


def commands() -> set[str]:
    """Every command as a person types it, e.g. `documents list`."""
    return set(_names(app, ""))


def _names(group: typer.Typer, prefix: str) -> Iterator[str]:
    for command in group.registered_commands:
        if command.hidden:  # what the group does with something that is no command's name
            yield prefix.strip()
            continue
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


class TestEvaluationPage:
    TEXT = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")

    def test_names_every_command_that_measures_and_no_other(self) -> None:
        """A command without a line here is one that nobody finds."""
        known = {name for name in commands() if name.startswith("eval ")}
        named = set(re.findall(r"zhida (eval [a-z]+)", self.TEXT))

        assert named == known

    def test_its_options_exist(self) -> None:
        """Of the commands in its examples."""
        for line in re.findall(r"(?m)^zhida ([^#\n]+)", self.TEXT):
            words = line.split()
            group, name = (words[0], words[1]) if f"{words[0]} {words[1]}" in commands() else ("", words[0])
            ran = CliRunner().invoke(app, [*filter(None, (group, name)), "--help"], env={"COLUMNS": "400"})
            for option in re.findall(r"--[a-z-]+", line):
                assert option in ran.stdout, (line, option)

    def test_its_links_lead_to_its_headings(self) -> None:
        """As GitHub makes anchors of them."""
        anchors = {
            re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"(?m)^#+ (.+)$", self.TEXT)
        }

        assert set(re.findall(r"\]\(#([^)]+)\)", self.TEXT)) <= anchors


class TestDecisions:
    def test_have_context_decision_and_consequences(self) -> None:
        """And a number of their own."""
        pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))

        assert len({page.name[:4] for page in pages}) == len(pages) > 0
        for page in pages:
            text = page.read_text(encoding="utf-8")
            assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences")), page.name

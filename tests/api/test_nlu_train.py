"""`zhida nlu train`: the operator's own labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli import app
from api.commands.session import Globals
from api.composition import Replacements
from models.fake_encoder import FakeEncoder

ROWS = [
    {"text": text, "intent": intent}
    for intent, texts in {
        "upgrade": ("我想升舱", "可以升到商务舱吗", "升舱多少钱", "积分升舱怎么弄", "升舱还有位吗"),
        "seat": ("帮我选靠窗座位", "怎么选座", "选座要钱吗", "换到前排座位", "座位可以挑吗"),
    }.items()
    for text in texts
]


def run(home: Path, *arguments: str) -> Result:
    given = Globals(replacements=Replacements(encoder=FakeEncoder()))
    environment = {"ZHIDA_HOME": str(home), "LC_ALL": "C.UTF-8"}
    return CliRunner().invoke(app, ["nlu", *arguments], obj=given, env=environment)


def told(home: Path, *arguments: str) -> Any:
    result = run(home, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
    return path


def test_own_labels_alone_are_learnt_kept_used_and_left(tmp_path: Path, labels: Path) -> None:
    """The next message is told by them; `--undo` goes back, here to nothing, as the encoder isn't Zhida's."""
    home = tmp_path / "home"

    facts = told(home, "train", str(labels), "--only")
    found = told(home, "选座怎么选")
    assert told(home, "train", "--undo") == {"undone": True}

    assert (facts["labels"], facts["examples"], facts["own_examples"], facts["kept"]) == (2, 10, 10, True)
    assert found["intent"]["label"] == "seat"
    assert told(home, "选座怎么选")["intent"]["label"] is None


def test_a_dry_run_keeps_nothing(tmp_path: Path, labels: Path) -> None:
    """It only measures."""
    home = tmp_path / "home"

    assert told(home, "train", str(labels), "--only", "--dry-run")["kept"] is False
    assert not (home / "nlu").exists()


def test_only_without_a_file_is_a_mistake(tmp_path: Path) -> None:
    """There would be nothing to learn."""
    result = run(tmp_path / "home", "train", "--only")

    assert result.exit_code != 0
    assert "--only" in str(result.exception)

"""`zhida copy-to`: the database of an installation becomes another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli import app
from api.commands.session import Globals
from api.composition import Replacements
from core.errors import Conflict
from models.fake_encoder import FakeEncoder


def zhida(home: Path, *arguments: str, url: str = "") -> Result:
    """Run a command with the fake encoder; its error is raised."""
    given = Globals(replacements=Replacements(encoder=FakeEncoder()))
    environment = {"ZHIDA_HOME": str(home), "ZHIDA_DATABASE_URL": url, "LC_ALL": "C.UTF-8"}
    return CliRunner().invoke(app, list(arguments), obj=given, env=environment, catch_exceptions=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one document."""
    file = tmp_path / "退换货政策.md"
    file.write_text("# 退换货政策\n\n签收后七天内可以无理由退货，运费由买家承担。\n", encoding="utf-8")
    assert zhida(tmp_path / "home", "ingest", str(file)).exit_code == 0
    return tmp_path / "home"


def test_the_copy_is_the_same_knowledge_base(home: Path, tmp_path: Path) -> None:
    """Checked, and searched with the same result."""
    url = f"sqlite:///{tmp_path / 'copy.db'}"
    before = json.loads(zhida(home, "search", "退货", "--json").stdout)

    copied = json.loads(zhida(home, "copy-to", url, "--json").stdout)

    assert copied["tables"]["documents"] == 1
    assert zhida(home, "check", url=url).exit_code == 0
    after = json.loads(zhida(home, "search", "退货", "--json", url=url).stdout)
    assert after == before != []


def test_onto_itself_is_refused(home: Path) -> None:
    """Nothing is changed."""
    with pytest.raises(Conflict, match="Name another one"):
        zhida(home, "copy-to", f"sqlite:///{home / 'zhida.db'}")
    assert zhida(home, "check").exit_code == 0

"""The revisions are one line that ends where the code believes it does."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

import core.migrations


def test_the_newest_revision_is_the_one_that_a_start_looks_for() -> None:
    """A start that finds `HEAD` reads no revision at all, so the two must not differ."""
    config = Config()
    config.set_main_option("script_location", str(Path(core.migrations.__file__).parent))
    script = ScriptDirectory.from_config(config)

    assert script.get_heads() == [core.migrations.HEAD]
    assert script.get_bases() == ["0001"]

"""Settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.settings import Secret, read_settings

SETTINGS_PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
SETTINGS_CODE = Path(__file__).parents[2] / "core" / "settings.py"


class TestReads:
    def test_a_home_and_a_sqlite_file_in_it_by_default(self) -> None:
        """An empty environment is enough."""
        settings = read_settings({})

        assert settings.home == Path("zhida-home").resolve()
        assert settings.database_url == f"sqlite:///{settings.home / 'zhida.db'}"
        assert settings.model is None

    def test_the_option_wins_over_the_variable(self, tmp_path: Path) -> None:
        """`--home` beats `ZHIDA_HOME`."""
        assert read_settings({"ZHIDA_HOME": "/elsewhere"}, home=tmp_path).home == tmp_path.resolve()

    def test_an_empty_variable_as_unset(self) -> None:
        """As in a compose file with `ZHIDA_MODEL=`."""
        assert read_settings({"ZHIDA_MODEL": "", "ZHIDA_THREADS": ""}, cpus=3).threads == 3


class TestRefuses:
    @pytest.mark.parametrize("value", ["many", "0", "-1"])
    def test_a_number_that_cant_work(self, value: str) -> None:
        """The message names the variable and the value."""
        with pytest.raises(ConfigurationError, match=f"ZHIDA_MAX_UPLOAD_MB is '{value}'"):
            read_settings({"ZHIDA_MAX_UPLOAD_MB": value})

    def test_a_choice_that_is_neither(self) -> None:
        """Yes or no, in any case; an empty one means the default."""
        read = [read_settings({"ZHIDA_GOLD_ON_PUBLISH": value}).gold_on_publish for value in ("", "YES", "no")]

        assert read == [True, True, False]
        with pytest.raises(ConfigurationError, match="ZHIDA_GOLD_ON_PUBLISH is 'maybe'"):
            read_settings({"ZHIDA_GOLD_ON_PUBLISH": "maybe"})

    def test_a_short_admin_key(self) -> None:
        """A key that can be guessed is no key."""
        with pytest.raises(ConfigurationError, match="at least 16 characters"):
            read_settings({"ZHIDA_ADMIN_KEY": "admin"})


class TestSecret:
    def test_doesnt_show_itself(self) -> None:
        """Neither alone nor inside the settings."""
        settings = read_settings({"ZHIDA_MODEL_API_KEY": "sk-very-secret"})

        assert "sk-very-secret" not in repr(settings)
        assert settings.model_api_key == Secret("sk-very-secret")


class TestDocumentation:
    def test_every_variable_that_is_read_is_documented(self) -> None:
        """And nothing is documented that isn't read."""
        words = SETTINGS_CODE.read_text(encoding="utf-8").split('"')
        read = {word for word in words if word.startswith("ZHIDA_") and word.isupper()}
        documented = {
            cell.strip("` ")
            for line in SETTINGS_PAGE.read_text(encoding="utf-8").splitlines()
            for cell in line.split("|")[1:2]
            if "ZHIDA_" in cell
        }

        assert documented == read

"""How the parts are joined, and what is left alone until it is needed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.background import Background
from api.composition import Replacements, Services, open_services
from core.errors import StorageError
from core.settings import Settings, read_settings
from core.types import Audience, Query, VersionStatus
from kb.records import Upload
from models.fake_encoder import FakeEncoder
from tests.api.shop import add


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({}, home=tmp_path / "home")


def found(services: Services) -> list[str]:
    return [hit.passage.text for hit in services.retriever.search(Query(text="水壶容量"))]


class TestOpening:
    def test_makes_the_home_folder(self, settings: Settings) -> None:
        """The first command works on a machine that has nothing yet."""
        services = open_services(settings, Replacements(encoder=FakeEncoder()))

        assert found(services) == []
        assert (settings.home / "zhida.db").is_file()
        services.close()

    def test_finds_again_what_was_there(self, settings: Settings) -> None:
        """Without the worker, the indexes follow the database."""
        first = open_services(settings, Replacements(encoder=FakeEncoder()))
        add(first, "水壶.txt", "水壶容量 1.7 升。".encode())
        first.close()

        second = open_services(settings, Replacements(encoder=FakeEncoder()))

        assert found(second) == ["水壶容量 1.7 升。"]
        second.close()

    def test_with_another_encoder_embeds_anew_and_shows_it(self, settings: Settings) -> None:
        """Vectors of two encoders are never mixed; the operator sees how far it is."""
        first = open_services(settings, Replacements(encoder=FakeEncoder(name="old")))
        add(first, "水壶.txt", "水壶容量 1.7 升。".encode())
        first.close()
        seen: list[tuple[int, int]] = []

        second = open_services(
            settings, Replacements(encoder=FakeEncoder(name="new", dimension=32)), progress=lambda *at: seen.append(at)
        )

        assert seen[-1] == (1, 1)
        assert found(second) == ["水壶容量 1.7 升。"]
        assert second.indexes.check().clean
        second.close()

    def test_in_a_folder_that_can_t_be_made_says_so(self, tmp_path: Path) -> None:
        """The message names the folder and the way out."""
        (tmp_path / "file").write_text("x")

        with pytest.raises(StorageError, match="--home"):
            open_services(read_settings({}, home=tmp_path / "file"), Replacements(encoder=FakeEncoder()))


class TestLeftAlone:
    def test_no_encoder_for_a_list_of_documents(self, settings: Settings) -> None:
        """Parts are made when they are asked for."""
        services = Services(settings)

        services.kb.documents()

        assert "encoder" not in vars(services)
        services.close()

    @pytest.mark.parametrize(
        ("arguments", "modules"),
        [
            (["--help"], ("sqlalchemy", "fastapi", "gradio", "langchain", "onnxruntime", "httpx")),
            (["documents", "list"], ("fastapi", "gradio", "langchain", "onnxruntime", "faiss", "tantivy", "alembic")),
            (["ask", "你好"], ("fastapi", "uvicorn", "gradio", "langchain", "alembic", "pypdf", "docx")),
        ],
        ids=["help", "documents list", "ask"],
    )
    def test_a_command_loads_what_it_needs(
        self, settings: Settings, arguments: list[str], modules: tuple[str, ...]
    ) -> None:
        """`zhida ask` starts cold each time, so an idle library is waiting time for a person."""
        open_services(settings, Replacements(encoder=FakeEncoder())).close()  # the first start makes the tables
        script = (
            "import sys\n"
            "from api.cli import app\n"
            "app(sys.argv[1:], standalone_mode=False)\n"
            "print('loaded:', *sorted(sys.modules), file=sys.stderr)\n"
        )

        command = [sys.executable, "-c", script, "--home", str(settings.home), *arguments]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)

        loaded = ran.stderr.rpartition("loaded:")[2].split()
        assert [module for module in modules if module in loaded] == []


class TestBackground:
    def test_reads_uploads_and_saves_the_indexes(self, settings: Settings) -> None:
        """What was uploaded becomes ready by itself; a restart loads what was saved."""
        services = open_services(settings, Replacements(encoder=FakeEncoder()))
        background = Background(services, save_every_s=0.05)
        background.start()

        version = services.kb.accept(Upload(name="水壶.txt", audience=Audience.PUBLIC), ["水壶容量 1.7 升。".encode()])
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and version.status is not VersionStatus.READY:
            time.sleep(0.05)
            version = services.kb.version(version.document_id, version.number)
        background.stop()

        assert version.status is VersionStatus.READY
        saved = services.kb.snapshot("passages-dense")
        assert saved is not None
        assert saved.entries == 1
        services.close()

"""The vocabulary over HTTP and on the command line: effective with the next question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli import app as cli
from api.client import Client
from api.composition import Services
from core.errors import Conflict, InvalidInput, NotFound
from core.vocabulary import VocabularyKind

URL = "/v1/vocabulary"


class TestOverHttp:
    def test_an_entry_lives_from_adding_to_deleting(self, http: TestClient, admin: dict[str, str]) -> None:
        """With the statuses that the description promises."""
        added = http.post(URL, json={"kind": "synonyms", "terms": ["寄费", "运费"]}, headers=admin)
        entry = added.json()["entry_id"]
        changed = http.put(f"{URL}/{entry}", json={"kind": "means", "terms": ["寄费", "运费"]}, headers=admin)
        listed = http.get(URL, headers=admin).json()
        gone = http.delete(f"{URL}/{entry}", headers=admin)

        assert (added.status_code, changed.status_code, gone.status_code) == (201, 200, 204)
        assert changed.json()["kind"] == "means"
        assert [each["terms"] for each in listed if each["entry_id"] == entry] == [["寄费", "运费"]]
        assert http.get(f"{URL}/{entry}", headers=admin).status_code == 404

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"kind": "synonyms", "terms": ["运费"]}, 422),
            ({"kind": "word", "terms": ["<b>运费</b>"]}, 422),
            ({"kind": "rhymes", "terms": ["运费", "军费"]}, 422),
            ({"kind": "word", "terms": []}, 422),
            ({"kind": "word", "terms": ["x" * 300]}, 422),
            ({"kind": "word"}, 422),
        ],
    )
    def test_what_can_t_be_used_is_refused(
        self, http: TestClient, admin: dict[str, str], body: dict[str, object], status: int
    ) -> None:
        """As a problem that says what to do."""
        refused = http.post(URL, json=body, headers=admin)

        assert refused.status_code == status
        assert refused.json()["detail"]

    def test_a_file_comes_as_text(self, http: TestClient, admin: dict[str, str]) -> None:
        """Which browsers save, and spreadsheets read as UTF-8."""
        exported = http.get(f"{URL}/export", headers=admin)

        assert exported.headers["content-type"].startswith("text/csv")
        assert "attachment" in exported.headers["content-disposition"]
        assert exported.content.startswith(b"\xef\xbb\xbfkind,terms")


class TestTheClient:
    def test_changes_what_the_next_question_finds(self, manager: Client) -> None:
        """Nothing is indexed anew in between."""
        before = manager.understand("寄送费用").expansions
        entry = manager.add_words(VocabularyKind.SYNONYMS, ["寄送费用", "运费"])
        after = manager.understand("寄送费用").expansions
        manager.remove_words(entry.entry_id)

        assert before == ()
        assert [each.text for each in after] == ["运费"]
        assert manager.understand("寄送费用").expansions == ()

    def test_raises_what_the_server_refuses(self, manager: Client) -> None:
        """As the errors that the messages belong to."""
        entry = manager.add_words(VocabularyKind.WORD, ["净享"])

        with pytest.raises(Conflict):
            manager.add_words(VocabularyKind.WORD, ["净享"])
        with pytest.raises(InvalidInput, match="two terms"):
            manager.change_words(entry.entry_id, VocabularyKind.SYNONYMS, ["净享"])
        with pytest.raises(NotFound):
            manager.remove_words(10_000)
        manager.remove_words(entry.entry_id)

    def test_brings_a_vocabulary_from_one_server_to_another(self, manager: Client) -> None:
        """As one file."""
        manager.add_words(VocabularyKind.MEANS, ["小白", "扫地机器人"])
        text = manager.export_words()
        for entry in manager.vocabulary():
            manager.remove_words(entry.entry_id)

        done = manager.import_words(text)

        assert (done.added, done.problems) == (1, ())
        assert manager.vocabulary()[0].terms == ("小白", "扫地机器人")
        manager.remove_words(manager.vocabulary()[0].entry_id)


class TestTheCommandLine:
    def run(self, home: Path, *arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["--home", str(home), "--json", "vocabulary", *arguments])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout

    def test_adds_lists_and_removes(self, tmp_path: Path) -> None:
        """Each command is a process of its own, so what it changed lies in SQL."""
        _, added = self.run(tmp_path, "add", "退款", "退钱")
        _, word = self.run(tmp_path, "add", "--kind", "word", "净享")
        entry = str(json.loads(added)["entry_id"])

        self.run(tmp_path, "remove", entry)

        assert json.loads(word)["kind"] == "word"
        assert [each["terms"] for each in json.loads(self.run(tmp_path, "list")[1])] == [["净享"]]

    def test_exports_and_imports(self, tmp_path: Path) -> None:
        """Also from a file that Excel saved on a Chinese Windows."""
        self.run(tmp_path / "one", "add", "退款", "退钱")
        self.run(tmp_path / "one", "export", str(tmp_path / "words.csv"))
        (tmp_path / "gb.csv").write_bytes((tmp_path / "words.csv").read_text("utf-8-sig").encode("gb18030"))

        code, done = self.run(tmp_path / "two", "import", str(tmp_path / "gb.csv"))

        assert (code, json.loads(done)["added"]) == (0, 1)
        assert json.loads(self.run(tmp_path / "two", "list")[1])[0]["terms"] == ["退款", "退钱"]

    def test_fails_when_lines_were_left_out(self, tmp_path: Path) -> None:
        """The others are in, and the exit code says that a person should look."""
        (tmp_path / "words.csv").write_text("word,净享\nword,<b>\n", encoding="utf-8")

        code, done = self.run(tmp_path, "import", str(tmp_path / "words.csv"))

        assert code == 1
        assert json.loads(done)["added"] == 1


def test_a_reply_says_what_was_searched_for_instead(
    http: TestClient, services: Services, admin: dict[str, str]
) -> None:
    """The manager's test question shows it; the customer's chat doesn't."""
    tested = http.post("/v1/ask", json={"text": "tuihuo 期限"}, headers=admin).json()
    opened = http.post("/v1/conversations").json()
    told = http.post(
        f"/v1/conversations/{opened['conversation_id']}/messages",
        json={"text": "tuihuo 期限"},
        headers={"Authorization": f"Bearer {opened['token']}", "Accept": "application/json"},
    )

    assert tested["understood"]["searched"] == "退货 期限"
    assert tested["understood"]["corrections"] == [{"written": "tuihuo", "read_as": "退货", "kind": "pinyin"}]
    assert "understood" not in told.json()

"""The table of hand-over rules over HTTP and on the command line: effective with the next message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli import app as cli
from api.client import Client
from core.errors import Conflict
from desk.handover.store import shipped_rules

URL = "/v1/handover-rules"


def ask(http: TestClient, *texts: str) -> list[dict[str, object]]:
    """A new conversation; its replies."""
    opened = http.post("/v1/conversations").json()
    headers = {"Authorization": f"Bearer {opened['token']}", "Accept": "application/json"}
    url = f"/v1/conversations/{opened['conversation_id']}/messages"
    return [http.post(url, json={"text": text}, headers=headers).json() for text in texts]


class TestOverHttp:
    def test_an_edited_table_holds_for_the_next_message(self, http: TestClient, admin: dict[str, str]) -> None:
        """And going back to the shipped one does, too."""
        shown = http.get(URL, headers=admin).json()
        table = shown["table"]
        [danger] = [rule for rule in table["rules"] if rule["code"] == "safety_legal"]
        danger["words"].append("量子纠缠")
        danger["text"] = {"zh": "现在转给人工。", "en": "A person takes this now."}
        saved = http.put(URL, json={"table": table, "note": "test", "instead_of": shown["number"]}, headers=admin)
        [reply] = ask(http, "我被量子纠缠了")
        stale = http.put(URL, json={"table": table, "instead_of": shown["number"]}, headers=admin)
        shipped = http.get(f"{URL}/versions/0", headers=admin).json()
        back = http.put(URL, json={"table": shipped["table"]}, headers=admin)

        assert (saved.status_code, stale.status_code, back.status_code) == (200, 409, 200)
        assert (reply["outcome"], reply["code"], reply["text"]) == ("handover", "safety_legal", "现在转给人工。")
        versions = http.get(f"{URL}/versions", headers=admin).json()
        assert [version["note"] for version in versions][:2] == ["", "test"]
        assert shipped["bounds"]["loop"]["immediate_at"]["most"] == 20

    def test_the_client_reads_saves_and_goes_back(self, manager: Client) -> None:
        """What was read can be saved as it is; nothing is lost on the way."""
        before = manager.handover_rules()
        saved = manager.save_handover_rules(before.rules, instead_of=before.number, note="as it was")

        assert saved.rules == before.rules
        assert manager.handover_rules_at(0).rules == shipped_rules().rules
        assert manager.handover_rule_changes()[0].note == "as it was"
        with pytest.raises(Conflict):
            manager.save_handover_rules(before.rules, instead_of=before.number)

    def test_a_mistake_is_told(self, http: TestClient, admin: dict[str, str]) -> None:
        """In the words of the check."""
        refused = http.put(URL, json={"table": {"rules": []}}, headers=admin)

        assert refused.status_code == 422
        assert "0 rows for `safety_legal`" in refused.json()["detail"]

    def test_a_ticket_has_the_package_for_the_person(self, http: TestClient, admin: dict[str, str]) -> None:
        """What was shown, how it went, and what to say."""
        answered, handed_over = ask(http, "运费多少？", "转人工")
        [package] = http.get(f"/v1/tickets/{handed_over['ticket_id']}/handovers", headers=admin).json()

        assert package["code"] == "customer_request"
        assert "运费多少" in package["summary"]["open_question"]["text"]
        assert package["summary"]["open_question"]["messages"]
        assert package["shown"] == [citation["passage_id"] for citation in answered["citations"]]  # type: ignore[attr-defined]
        assert "99" in package["suggestion"]["text"]
        assert len(package["moods"]) == 2

    def test_what_colleagues_are_told_isn_t_told_to_the_customer(self, http: TestClient) -> None:
        """Such as that somebody seems upset."""
        [reply] = ask(http, "你们这群骗子")

        assert (reply["code"], reply["reason"]) == ("negative_sentiment", "")
        assert "抱歉" in str(reply["text"])

    def test_the_first_miss_is_asked_about_and_the_second_opens_a_ticket(self, http: TestClient) -> None:
        """In a conversation, where the customer can reply."""
        first, second = ask(http, "北极熊冬眠吗", "企鹅会飞吗")

        assert (first["outcome"], first["code"], first["ticket_id"]) == ("clarification", "missing_knowledge", None)
        assert (second["outcome"], second["code"]) == ("handover", "missing_knowledge")
        assert second["ticket_id"] is not None


class TestOnTheCommandLine:
    @pytest.fixture
    def home(self, tmp_path: Path) -> str:
        return str(tmp_path / "home")

    def run(self, *words: str, exit_code: int = 0) -> str:
        ran = CliRunner().invoke(cli, ["handover-rules", *words])
        assert ran.exit_code == exit_code, ran.output
        return ran.stdout

    def test_a_field_is_set_and_the_change_is_in_the_history(self, home: str) -> None:
        """Numbers, words, texts."""
        self.run("set", "loop", "immediate_at", "5", "--home", home)
        self.run("set", "safety_legal", "words+", "量子纠缠,黑洞视界", "--home", home)
        self.run("set", "safety_legal", "words-", "黑洞视界", "--note", "too many", "--home", home)
        shown = json.loads(self.run("show", "safety_legal", "--home", home, "--json"))
        history = json.loads(self.run("history", "--home", home, "--json"))

        assert shown["rule"]["words"][-1] == "量子纠缠"
        assert shown["version"] == 3
        assert [line["note"] for line in history] == ["too many", "safety_legal words+", "loop immediate_at"]

    def test_the_text_for_a_second_time_can_be_set(self, home: str) -> None:
        """As the others."""
        self.run("set", "missing_knowledge", "again.en", "Nothing about this either.", "--home", home)
        rule = json.loads(self.run("show", "missing_knowledge", "--home", home, "--json"))["rule"]

        assert rule["again"]["en"] == "Nothing about this either."
        assert "still" not in rule["text"]["en"]

    def test_an_export_can_be_imported(self, home: str, tmp_path: Path) -> None:
        """Also an earlier version's."""
        file = tmp_path / "rules.json"
        self.run("set", "loop", "enabled", "false", "--home", home)
        self.run("export", str(file), "--version", "0", "--home", home)
        self.run("import", str(file), "--home", home)
        table = json.loads(self.run("show", "--home", home, "--json"))["table"]

        assert all(rule["enabled"] for rule in table["rules"])

    def test_what_can_t_be_used_changes_nothing(self, home: str) -> None:
        """The table stays the shipped one."""
        for words in (("loop", "immediate_at", "1"), ("loop", "speed", "1"), ("loop", "text.en", "We will call you")):
            ran = CliRunner().invoke(cli, ["handover-rules", "set", *words, "--home", home])
            assert ran.exit_code != 0
        assert json.loads(self.run("history", "--home", home, "--json")) == []

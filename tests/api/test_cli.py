"""The command line: names, JSON fields and exit codes are a contract with operators' scripts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from api.cli import app
from api.commands.ingesting import files_in
from api.commands.session import Globals, harmless
from api.composition import Replacements
from core.errors import InvalidInput
from core.types import QAStatus
from models.fake_encoder import FakeEncoder
from tests.api.shop import ESCALATION, PAIRS, RETURNS, TICKETS, lines

QUESTION = "下单后多久发货？"


@dataclass
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """Standard output as one JSON value."""
        return json.loads(self.out)

    @property
    def values(self) -> list[Any]:
        """Standard output as one JSON value a line."""
        return [json.loads(line) for line in self.out.splitlines()]


Zhida = Callable[..., Ran]


@pytest.fixture(scope="module")
def zhida(tmp_path_factory: pytest.TempPathFactory) -> Zhida:
    """Runs a command of `zhida` on a home folder of this module, with the fake encoder."""
    home = tmp_path_factory.mktemp("home")

    def run(*arguments: str, stdin: str = "", at: Path = home) -> Ran:
        given = Globals(replacements=Replacements(encoder=FakeEncoder()))
        environment = {"ZHIDA_HOME": str(at), "LC_ALL": "C.UTF-8"}
        result = CliRunner().invoke(app, list(arguments), input=stdin, obj=given, env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as an operator has it."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "退换货政策.md").write_text(RETURNS)
    (folder / "问答.jsonl").write_bytes(lines(*PAIRS))
    (folder / "工单.jsonl").write_bytes(lines(*TICKETS))
    (folder / "sub").mkdir()
    (folder / "sub" / "价格.txt").write_text("滤芯每支 99 元。")
    (folder / ".hidden").write_text("x")
    (folder / "link.txt").symlink_to("/etc/passwd")
    internal = folder.parent / "internal"
    internal.mkdir(exist_ok=True)
    (internal / "手册.md").write_text(ESCALATION)
    return folder


@pytest.fixture(scope="module", autouse=True)
def ingested(zhida: Zhida, files: Path) -> Ran:
    """The folder, taken in."""
    zhida("ingest", str(files.parent / "internal"), "--audience", "internal")
    return zhida("ingest", str(files), "--json")


class TestIngest:
    def test_reports_one_object_a_file(self, ingested: Ran, files: Path) -> None:
        """With the fields of the contract; nothing else is on standard output."""
        assert ingested.code == 0
        by_file = {Path(one["file"]).relative_to(files).as_posix(): one for one in ingested.values}
        assert set(by_file) == {"退换货政策.md", "问答.jsonl", "工单.jsonl", "sub/价格.txt"}
        returns = by_file["退换货政策.md"]
        assert set(returns) == {"file", "document_id", "version", "status", "reason", "passages", "ms"}
        assert returns["status"] == "ready"
        assert returns["version"] == 1
        assert returns["passages"] > 0
        assert returns["ms"] > 0

    def test_knows_a_file_that_it_has_already(self, zhida: Zhida, files: Path) -> None:
        """The same bytes again are no new version."""
        again = zhida("ingest", str(files / "退换货政策.md"), "--json")

        assert again.value["version"] == 1
        assert again.value["status"] == "ready"

    def test_goes_on_after_a_file_that_fails(self, zhida: Zhida, tmp_path: Path) -> None:
        """Each failure has its reason, the rest is taken in, and the exit code says that not all is well."""
        (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\nbroken")
        (tmp_path / "b.txt").write_text("有内容。")
        (tmp_path / "c.txt").write_bytes(b"")

        ran = zhida("ingest", str(tmp_path), str(tmp_path / "missing.txt"), "--json")

        found = {Path(one["file"]).name: one for one in ran.values}
        assert ran.code == 1
        assert {name: one["status"] for name, one in found.items()} == {
            "a.pdf": "failed", "b.txt": "ready", "c.txt": "failed", "missing.txt": "failed",
        }  # fmt: skip
        assert all(one["reason"] for one in found.values() if one["status"] == "failed")

    def test_names_files_by_their_way_from_the_folder(self, files: Path) -> None:
        """Two files of one name in two folders are two documents; hidden files and links are none."""
        names = [source.name for source in files_in(files)]

        assert names == ["工单.jsonl", "退换货政策.md", "问答.jsonl", "sub/价格.txt"]

    def test_speaks_to_people_without_json(self, zhida: Zhida, tmp_path: Path) -> None:
        """One line a file."""
        (tmp_path / "d.txt").write_text("再来一份。")

        ran = zhida("ingest", str(tmp_path / "d.txt"))

        assert "✓" in ran.out
        assert "version 1, 1 passages" in ran.out


class TestAsk:
    def test_writes_the_fields_of_the_contract(self, zhida: Zhida) -> None:
        """Scripts read them."""
        ran = zhida("ask", QUESTION, "--json")

        assert ran.code == 0
        assert set(ran.value) == {"outcome", "text", "citations", "confidence", "tier", "ms"}
        assert ran.value["outcome"] == "answer"
        assert ran.value["tier"] == "verbatim"
        assert "total" in ran.value["ms"]
        (citation,) = ran.value["citations"]
        assert {"document", "version", "page", "heading", "start", "end", "quote"} <= set(citation)
        assert citation["document"] == "问答.jsonl"
        assert citation["quote"] == PAIRS[0]["answer"]

    def test_reads_one_question_a_line(self, zhida: Zhida) -> None:
        """And writes one object a line, in the same order, leaving out empty lines."""
        ran = zhida("ask", "-", stdin=f"{QUESTION}\n\n转人工\n")

        assert [one["outcome"] for one in ran.values] == ["answer", "handover"]
        assert ran.values[1]["code"] == "customer_request"
        assert ran.values[1]["reason"]

    def test_shows_people_the_source(self, zhida: Zhida) -> None:
        """Text, document and how it came about."""
        ran = zhida("ask", QUESTION)

        assert "付款后 24 小时内发货。" in ran.out
        assert "[1] 问答.jsonl" in ran.out
        assert "标准答案" in ran.out

    def test_is_for_the_public_unless_told_otherwise(self, zhida: Zhida) -> None:
        """Internal documents answer internal readers only."""
        question = "补偿权限 OWL-77 代号"

        public = zhida("search", question, "--json")
        internal = zhida("search", question, "--audience", "internal", "--json")

        assert "手册.md" not in {hit["document"] for hit in public.value}
        assert internal.value[0]["document"] == "手册.md"

    def test_refuses_an_empty_question(self, zhida: Zhida) -> None:
        """That is a wrong command, which has its own exit code."""
        assert zhida("ask", " ").code == 2


class TestSearch:
    def test_writes_a_list_with_the_fields_of_the_contract(self, zhida: Zhida) -> None:
        """Best first, at most `k`."""
        ran = zhida("search", "退货期限", "-k", "2", "--json")

        assert len(ran.value) == 2
        assert {"passage_id", "document", "page", "heading", "text", "score", "why"} <= set(ran.value[0])
        assert ran.value[0]["document"] == "退换货政策.md"
        assert ran.value[0]["heading"].startswith("退换货政策")
        assert ran.value[0]["score"] >= ran.value[1]["score"]
        assert "退货" in ran.value[0]["why"]["matched"]

    def test_reads_one_question_a_line(self, zhida: Zhida) -> None:
        """One list a line."""
        ran = zhida("search", "-", "-k", "1", stdin="退货期限\n滤芯价格\n")

        assert [len(found) for found in ran.values] == [1, 1]

    def test_shows_people_why(self, zhida: Zhida) -> None:
        """Ranks and matched words."""
        ran = zhida("search", "退货期限", "-k", "1")

        assert "1. 退换货政策.md" in ran.out
        assert "dense #" in ran.out or "lexical #" in ran.out


class TestDocuments:
    def test_are_listed_and_shown(self, zhida: Zhida) -> None:
        """By id or by name."""
        listed = zhida("documents", "list", "--json").value
        returns = next(one for one in listed if one["name"] == "退换货政策.md")

        by_name = zhida("documents", "show", "退换货政策.md", "--json").value
        by_id = zhida("documents", "show", returns["document_id"], "--json").value

        assert by_name == by_id == returns
        assert {"document_id", "name", "audience", "live_version", "latest_version", "status", "passages"} <= set(
            returns
        )
        assert "退换货政策.md" in zhida("documents", "list").out

    def test_go_back_to_an_earlier_version_and_away(self, zhida: Zhida, tmp_path: Path) -> None:
        """Versions, rollback, delete: one life of a document."""
        file = tmp_path / "价目.txt"
        for price in ("10", "12"):
            file.write_text(f"每件 {price} 元。")
            zhida("ingest", str(file))

        versions = zhida("documents", "versions", "价目.txt", "--json").value
        restored = zhida("documents", "rollback", "价目.txt", "1", "--json").value
        deleted = zhida("documents", "delete", "价目.txt", "--json").value

        assert [one["number"] for one in versions] == [2, 1]
        assert restored["live_version"] == 1
        assert deleted["deleted"] is True
        assert "价目.txt" not in zhida("documents", "list").out

    def test_have_days_between_which_they_answer(self, zhida: Zhida, tmp_path: Path) -> None:
        """Set with the file, asked about as of a day, changed later without reading the file again."""
        file = tmp_path / "春节公告.txt"
        file.write_text("春节期间仓库放假，暂停发货。")
        zhida("ingest", str(file), "--effective-from", "2026-02-15", "--expires-on", "2026-02-24")

        def found(day: str) -> bool:
            hits = zhida("search", "春节期间发货吗？", "--as-of", day, "--json").value
            replied = zhida("ask", "春节期间仓库放假，暂停发货吗？", "--as-of", day).out
            told = any(hit["document"] == "春节公告.txt" for hit in hits)
            assert told or "春节公告" not in replied
            return told

        assert [found(day) for day in ("2026-02-14", "2026-02-15", "2026-02-23", "2026-02-24")] == [
            False,
            True,
            True,
            False,
        ]

        changed = zhida("documents", "dates", "春节公告.txt", "--expires-on", "2026-03-01", "--json").value

        assert (changed["effective_from"], changed["expires_on"]) == (None, "2026-03-01")
        assert found("2026-02-14")
        assert found("2026-02-28")
        assert "2026-03-01" in zhida("documents", "versions", "春节公告.txt").out
        zhida("documents", "delete", "春节公告.txt")

    def test_days_are_refused_where_they_are_none(self, zhida: Zhida) -> None:
        """A wrong command has its own exit code; days that contradict each other are told in words."""
        crossed = ("--effective-from", "2026-02-01", "--expires-on", "2026-01-01")

        assert zhida("ask", "退货？", "--as-of", "gestern").code == 2
        with pytest.raises(InvalidInput, match="Correct a date"):
            zhida("documents", "dates", "退换货政策.md", *crossed)


class TestPairs:
    def test_of_tickets_are_approved_by_a_person(self, zhida: Zhida) -> None:
        """A candidate answers nobody until then."""
        (candidate,) = zhida("qa", "list", "--status", "candidate", "--json").value
        assert candidate["status"] == QAStatus.CANDIDATE

        (approved,) = zhida("qa", "approve", str(candidate["pair_id"]), "--json").value
        (rejected,) = zhida("qa", "reject", str(candidate["pair_id"]), "--json").value

        assert approved["status"] == "approved"
        assert rejected["status"] == "rejected"

    def test_are_imported_from_a_file(self, zhida: Zhida, tmp_path: Path) -> None:
        """Approved at once, and used for the next question."""
        (tmp_path / "more.csv").write_text("问题,答案\n可以货到付款吗？,可以。\n")

        imported = zhida("qa", "import", str(tmp_path / "more.csv"), "--json").value
        listed = zhida("qa", "list", "--document", "more.csv", "--json").value

        assert imported["status"] == "ready"
        assert [one["answer"] for one in listed] == ["可以。"]
        assert zhida("ask", "可以货到付款吗？", "--json").value["tier"] == "verbatim"


class TestCheck:
    def test_finds_nothing_wrong_in_a_healthy_base(self, zhida: Zhida) -> None:
        """Exit code 0, and the numbers."""
        ran = zhida("check", "--json")

        assert ran.code == 0
        assert ran.value["clean"] is True
        assert ran.value["findings"] == []
        assert ran.value["passages"] == ran.value["indexes"]["passages-dense"]

    def test_finds_a_damaged_index_and_reindex_mends_it(self, zhida: Zhida, files: Path, tmp_path: Path) -> None:
        """Exit code 1 with what is wrong; the damaged file is never loaded."""
        zhida("ingest", str(files / "退换货政策.md"), at=tmp_path)
        zhida("reindex", at=tmp_path)
        for saved in [path for path in (tmp_path / "indexes").rglob("*") if path.is_file() and path.stat().st_size]:
            content = bytearray(saved.read_bytes())
            content[len(content) // 2] ^= 0xFF
            saved.write_bytes(bytes(content))

        found = zhida("check", "--json", at=tmp_path)
        mended = zhida("reindex", "--json", at=tmp_path)
        after = zhida("check", "--json", at=tmp_path)

        assert found.code == 1
        assert found.value["findings"][0]["remedy"]
        assert mended.code == 0
        assert mended.value["ms"] > 0
        assert after.code == 0


class TestEvalRetrieval:
    @pytest.fixture
    def suite(self, tmp_path: Path) -> Path:
        """Two entries and a question that the first one answers."""
        entries = [
            {"id": "p1", "title": "", "text": "退货期限十五天。"},
            {"id": "p2", "title": "", "text": "满九十九元包邮。"},
        ]
        (tmp_path / "corpus.jsonl").write_bytes(lines(*entries))
        (tmp_path / "queries.jsonl").write_bytes(lines({"id": "q1", "text": "退货期限"}))
        (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tp1\t1\n")
        return tmp_path

    def test_writes_every_measure_of_every_retriever_to_a_file(self, zhida: Zhida, suite: Path) -> None:
        """And shows a table to the person."""
        ran = zhida("eval", "retrieval", "--data", str(suite), "--json", str(suite / "result.json"))

        result = json.loads((suite / "result.json").read_text())
        assert ran.code == 0
        assert "fused" in ran.out
        assert set(result["retrievers"]) >= {"lexical", "dense", "fused"}
        assert set(result["retrievers"]["fused"]["measures"]) == {"ndcg@10", "recall@5", "recall@20", "mrr@10"}
        assert result["retrievers"]["fused"]["measures"]["ndcg@10"]["value"] == 1.0

    def test_a_dash_writes_the_result_alone_to_standard_output(self, zhida: Zhida, suite: Path) -> None:
        """For pipes."""
        assert zhida("eval", "retrieval", "--data", str(suite), "--json", "-").value["cases"] == 1

    def test_a_folder_that_is_no_suite_is_refused_by_name(self, zhida: Zhida, tmp_path: Path) -> None:
        """The message says what is missing."""
        with pytest.raises(InvalidInput, match=r"corpus\.jsonl is missing"):
            zhida("eval", "retrieval", "--data", str(tmp_path))


class TestOptions:
    @pytest.mark.parametrize("where", ["before", "after"])
    def test_of_all_commands_stand_before_or_after_the_name(self, zhida: Zhida, tmp_path: Path, where: str) -> None:
        """People put them where they think of them."""
        given = ["--home", str(tmp_path / "other"), "--json"]

        ran = zhida(*given, "documents", "list") if where == "before" else zhida("documents", "list", *given)

        assert ran.value == []
        assert (tmp_path / "other").is_dir()

    def test_every_command_has_json(self) -> None:
        """Also those that are added later."""
        from typer.main import get_command

        def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
            for name, command in getattr(group, "commands", {}).items():
                yield from commands(command, (*path, name))
                if not hasattr(command, "commands"):
                    yield (*path, name), command

        without = [
            path
            for path, command in commands(get_command(app))
            if not {"--json", "--home"} <= {option for one in command.params for option in one.opts}
        ]

        assert without == []

    @pytest.mark.parametrize("arguments", [("nonsense",), ("search",), ("search", "a", "-k", "0"), ("ingest",)])
    def test_a_wrong_command_exits_with_2(self, zhida: Zhida, arguments: tuple[str, ...]) -> None:
        """With the usage on standard error."""
        ran = zhida(*arguments)

        assert ran.code == 2
        assert ran.out == ""


def test_text_of_documents_can_t_command_the_terminal() -> None:
    """Escape sequences would move the cursor or fake a line."""
    assert harmless("a\x1b[2Jb\x07c\n退") == "a\ufffd[2Jb\ufffdc\n退"


@pytest.fixture(scope="module")
def command() -> str:
    """The installed command."""
    return str(Path(sys.executable).with_name("zhida"))


class TestProcess:
    def test_an_error_is_one_sentence(self, command: str, tmp_path: Path) -> None:
        """No trace, exit code 1, nothing on standard output."""
        environment = {**os.environ, "ZHIDA_HOME": str(tmp_path), "ZHIDA_THREADS": "many"}

        ran = subprocess.run([command, "documents", "list", "--json"], env=environment, capture_output=True, text=True)

        assert ran.returncode == 1
        assert ran.stdout == ""
        assert ran.stderr == "ZHIDA_THREADS is 'many', which isn't a number. Correct it or unset it.\n"

    def test_a_server_starts_serves_and_stops(self, command: str, tmp_path: Path) -> None:
        """With a key on the first start, one process a folder, and an end within ten seconds."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("ZHIDA_")}
        arguments = [command, "--home", str(tmp_path), "serve", "--port", "0", "--json"]
        with subprocess.Popen(
            arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout is not None
            told = json.loads(server.stdout.readline())
            key = Path(told["admin_key_file"]).read_text().strip()

            ready = _ready(told["url"])
            listed = httpx.get(f"{told['url']}/v1/documents", headers={"Authorization": f"Bearer {key}"})
            second = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=60)
            began = time.monotonic()
            server.send_signal(signal.SIGTERM)
            _, errors = server.communicate(timeout=20)

            assert ready
            assert listed.json() == []
            assert told["admin_key_created"] is True
            assert key in errors
            assert second.returncode == 1
            assert "already runs" in second.stderr
            assert time.monotonic() - began < 10
            assert server.returncode == 0


def _ready(url: str) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            return httpx.get(f"{url}/v1/ready").status_code == 200
        except httpx.ConnectError:
            time.sleep(0.1)
    return False

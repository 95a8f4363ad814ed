"""The child process: re-used while all goes well, gone after any failure, and never in the way of the next file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import ParseFailed, ParseMemory, ParseTimeout, TooLarge, UnsupportedFormat
from ingest.parsing import read_file
from ingest.reasons import ERRORS, Reason, refusal
from ingest.sandbox import Limits, Sandbox

GOOD = "一、退货\n七天内可以退货。\n"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def long_table(tmp_path: Path) -> Path:
    """A table that takes seconds and hundreds of megabytes to read."""
    path = tmp_path / "long"
    path.write_bytes(b"name,price,stock,colour,size\n" + b"alpha,1,2,red,small\n" * 1_200_000)
    return path


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def children() -> list[int]:
    """The processes that this one has started and not yet seen the end of."""
    return [
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text(encoding="ascii").split()
    ]


class TestParses:
    def test_as_the_parser_would(self, sandbox: Sandbox, good: Path) -> None:
        """The way through the pipe changes nothing."""
        assert sandbox.parse(good, "退货.txt") == read_file(good, "退货.txt")

    def test_whatever_the_file_is_called(self, sandbox: Sandbox, good: Path) -> None:
        """A name is only looked at for its ending."""
        for name in ("../../etc/passwd.txt", "a\0b.txt", "‮txt.exe.txt", "x" * 4_000 + ".txt", ""):
            assert sandbox.parse(good, name).blocks

    def test_a_relative_path(self, sandbox: Sandbox, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The child has another working folder."""
        monkeypatch.chdir(good.parent)

        assert sandbox.parse(Path("good"), "a.txt").blocks

    def test_from_several_threads(self, sandbox: Sandbox, good: Path) -> None:
        """Threads take turns; each gets its own answer."""
        names = ["a.txt", "a.md"] * 5
        with ThreadPoolExecutor(4) as pool:
            documents = list(pool.map(lambda name: sandbox.parse(good, name), names))

        assert documents == [read_file(good, name) for name in names]


class TestChild:
    def test_is_used_again(self, sandbox: Sandbox, good: Path) -> None:
        """Starting a process costs more than reading most files."""
        sandbox.parse(good, "a.txt")
        first = children()
        sandbox.parse(good, "a.txt")

        assert children() == first
        assert len(first) == 1

    def test_is_replaced_after_some_files(self, good: Path) -> None:
        """No leak of a parser adds up for ever."""
        with Sandbox(Limits(files_per_child=2)) as sandbox:
            sandbox.parse(good, "a.txt")
            first = children()
            sandbox.parse(good, "a.txt")
            sandbox.parse(good, "a.txt")

            assert children() != first

    def test_is_gone_after_a_failure(self, sandbox: Sandbox, good: Path, tmp_path: Path) -> None:
        """Whatever a bad file did to it can't touch the next."""
        bad = tmp_path / "bad"
        bad.write_bytes(bytes(range(256)))
        with pytest.raises(UnsupportedFormat):
            sandbox.parse(bad, "a.txt")

        assert children() == []
        assert sandbox.parse(good, "a.txt").blocks

    def test_may_die_between_two_files(self, sandbox: Sandbox, good: Path) -> None:
        """The next file gets a new one."""
        sandbox.parse(good, "a.txt")
        os.kill(children()[0], signal.SIGKILL)
        time.sleep(0.05)

        assert sandbox.parse(good, "a.txt").blocks

    def test_knows_nothing_of_ours(self, sandbox: Sandbox, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """No key in its environment, no pipe of ours behind its standard output."""
        monkeypatch.setenv("ZHIDA_MODEL_API_KEY", "sk-secret")
        sandbox.parse(good, "a.txt")
        process = Path(f"/proc/{children()[0]}")

        assert b"secret" not in (process / "environ").read_bytes()
        assert {os.readlink(process / "fd" / standard) for standard in "012"} == {"/dev/null"}

    def test_ends_with_the_sandbox(self, good: Path) -> None:
        """Closing leaves no process; a closed sandbox can be used again."""
        sandbox = Sandbox()
        sandbox.parse(good, "a.txt")
        sandbox.close()

        assert children() == []
        assert sandbox.parse(good, "a.txt").blocks
        sandbox.close()


class TestLimits:
    @pytest.mark.parametrize(
        ("limits", "error", "says"),
        [
            (Limits(wall_seconds=0.5), ParseTimeout, "超时"),
            (Limits(cpu_seconds=0), ParseTimeout, "超时"),
            (Limits(memory_bytes=300 * 2**20), ParseMemory, "内存"),
        ],
        ids=["wall time", "processor time", "memory"],
    )
    def test_end_a_file_and_not_the_next(
        self, limits: Limits, error: type[ParseFailed], says: str, long_table: Path, good: Path
    ) -> None:
        """The reason says which limit it was; a small file passes under the same limits."""
        with Sandbox(limits) as sandbox:
            with pytest.raises(error, match=says):
                sandbox.parse(long_table, "a.csv")

            assert children() == []
            assert sandbox.parse(good, "a.txt").blocks

    def test_a_result_that_is_too_long(self, good: Path) -> None:
        """The pipe has a cap."""
        with Sandbox(Limits(result_bytes=100)) as sandbox, pytest.raises(TooLarge, match="文字过多"):
            sandbox.parse(good, "a.txt")

    @pytest.mark.parametrize(("number", "says"), [(signal.SIGSEGV, "意外终止"), (signal.SIGKILL, "内存")])
    def test_a_crash(self, sandbox: Sandbox, long_table: Path, good: Path, number: int, says: str) -> None:
        """A flaw in a C library ends the child; who kills is the kernel, for memory."""

        def kill() -> None:
            while not children():
                time.sleep(0.01)
            time.sleep(0.3)
            os.kill(children()[0], number)

        killer = threading.Thread(target=kill)
        killer.start()
        with pytest.raises(ParseFailed, match=says):
            sandbox.parse(long_table, "a.csv")
        killer.join()

        assert sandbox.parse(good, "a.txt").blocks


class TestConfinement:
    PROGRAM = """
import os, socket, subprocess, sys
from ingest.confinement import forbid_side_effects, leave_network, limit_resources
limit_resources(memory_bytes=2**30, file_bytes=0, open_files=64)
path = sys.argv[1]
os.write(os.open(path, os.O_WRONLY | os.O_CREAT), b"") # opening is still possible, writing isn't
try:
    os.write(os.open(path, os.O_WRONLY), b"x")
except OSError as error:
    print("file size:", type(error).__name__)
if leave_network():
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[2])), timeout=1)
    except OSError as error:
        print("network:", type(error).__name__)
else:
    print("network: not permitted here")
forbid_side_effects()
for name, action in {
    "write": lambda: open(path, "w"),
    "socket": lambda: socket.socket(),
    "system": lambda: os.system("true"),
    "program": lambda: subprocess.run(["true"]),
    "fork": os.fork,
    "remove": lambda: os.remove(path),
}.items():
    try:
        action()
    except PermissionError:
        print(name, "refused")
print(open(sys.modules["ingest.confinement"].__file__).read()[:1] and "reading works")
"""

    def test_takes_away_what_a_parser_never_needs(self, tmp_path: Path) -> None:
        """No writing, no network, no other program; reading and importing go on."""
        import socket

        with socket.create_server(("127.0.0.1", 0)) as server:
            port = str(server.getsockname()[1])
            done = subprocess.run(
                [sys.executable, "-c", self.PROGRAM, str(tmp_path / "file"), port],
                capture_output=True,
                text=True,
                cwd=Path(__file__).parents[2],
                check=True,
            )

        lines = done.stdout.splitlines()
        assert lines[0] == "file size: OSError"
        assert lines[1] in {"network: OSError", "network: not permitted here"}
        assert lines[2:] == [
            f"{name} refused" for name in ("write", "socket", "system", "program", "fork", "remove")
        ] + ["reading works"]

    def test_processor_time_is_granted_anew_for_each_file(self) -> None:
        """The soft limit moves along with what was used; the hard one stays, so that it can."""
        program = (
            "import resource\n"
            "from ingest.confinement import grant_cpu_seconds\n"
            "before = resource.getrlimit(resource.RLIMIT_CPU)[1]\n"
            "grant_cpu_seconds(5)\n"
            "first = resource.getrlimit(resource.RLIMIT_CPU)[0]\n"
            "while resource.getrusage(resource.RUSAGE_SELF).ru_utime < 1.1: pass\n"
            "grant_cpu_seconds(5)\n"
            "soft, hard = resource.getrlimit(resource.RLIMIT_CPU)\n"
            "print(first, soft > first, hard == before)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True
        )

        assert done.stdout.split() == ["6", "True", "True"]


class TestReasons:
    @pytest.mark.parametrize("reason", list(Reason), ids=lambda reason: reason.name)
    def test_speak_both_languages_and_cross_the_border(self, reason: Reason) -> None:
        """Chinese first, then English; every class can be named by the child."""
        error = refusal(reason, "42")

        assert any("\u4e00" <= mark <= "\u9fff" for mark in str(error))
        assert str(error).isascii() is False
        assert "{" not in str(error)
        assert ERRORS[type(error).__name__] is type(error)

"""How fast a server answers, and how fast `zhida ask` starts, on the sample knowledge base.

    python -m eval.benchmarks.serve_latency [--home FOLDER] [--messages N] [--asks N]

A server runs in a process of its own, and is asked over HTTP as a customer's page would ask: the
approved questions of the knowledge base, word for word, so that nearly every reply is of the
verbatim tier; only those count. Then `zhida ask` is started cold several times. The home folder is built by `zhida demo`
unless it has documents already.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import httpx
import numpy as np

COMMAND = (sys.executable, "-m", "api.cli")

MESSAGES_PER_CONVERSATION = 40
"""Well below the limit of messages a minute, so that the limit isn't measured."""

WARM = 20
"""Replies that aren't counted: the first ones fill caches of every layer."""

TARGETS = {"verbatim_ms_p50": 25.0, "verbatim_ms_p95": 60.0, "ask_cold_s_median": 2.5, "server_mib": 700.0}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    key: str
    process: int

    @property
    def mib(self) -> float:
        """Resident memory."""
        pages = int(Path(f"/proc/{self.process}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    @property
    def cpu_s(self) -> float:
        """Processor time used so far, which other programs on the machine hardly change."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """A server on the home folder, on a free port."""
    arguments = [*COMMAND, "--home", str(home), "serve", "--port", "0", "--json"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        try:
            yield Server(told["url"], Path(told["admin_key_file"]).read_text().strip(), process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def approved_questions(http: httpx.Client, server: Server) -> list[str]:
    """The standard question of every approved pair."""
    headers = {"Authorization": f"Bearer {server.key}"}
    pairs = http.get("/v1/qa", params={"status": "approved", "limit": 1000}, headers=headers).json()
    return [pair["questions"][0]["text"] for pair in pairs]


def ask_all(http: httpx.Client, questions: Sequence[str], messages: int) -> dict[str, list[float]]:
    """Milliseconds from the request to the last byte of the reply, by tier (or outcome, where there is no tier)."""
    taken: dict[str, list[float]] = {}
    conversation: dict[str, str] = {}
    for number in range(messages):
        if number % MESSAGES_PER_CONVERSATION == 0:
            conversation = http.post("/v1/conversations").json()
        began = perf_counter()
        response = http.post(
            f"/v1/conversations/{conversation['conversation_id']}/messages",
            json={"text": questions[number % len(questions)]},
            headers={"Authorization": f"Bearer {conversation['token']}"},
        )
        ms = (perf_counter() - began) * 1000
        reply = json.loads(response.raise_for_status().text.rpartition("\ndata: ")[2])
        taken.setdefault(reply["tier"] or reply["outcome"], []).append(ms)
    return taken


def cold_asks(home: Path, question: str, times: int) -> list[float]:
    """Seconds from starting `zhida ask` to its end."""
    taken = []
    for _ in range(times):
        began = perf_counter()
        subprocess.run([*COMMAND, "--home", str(home), "ask", question, "--json"], check=True, capture_output=True)
        taken.append(perf_counter() - began)
    return taken


def measure(home: Path, *, messages: int, asks: int) -> dict[str, object]:
    """All figures."""
    if not (home / "zhida.db").exists():
        subprocess.run([*COMMAND, "--home", str(home), "demo", "--no-serve"], check=True, stdout=subprocess.DEVNULL)
    with serving(home) as server, httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http:
        questions = approved_questions(http, server)
        ask_all(http, questions, WARM)
        cpu_s = server.cpu_s
        taken = ask_all(http, questions, messages)
        cpu_s = server.cpu_s - cpu_s
        mib = server.mib
    cold = cold_asks(home, questions[0], asks)
    return {
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "messages": messages,
        "replies": {tier: len(ms) for tier, ms in taken.items()},
        "verbatim_ms_p50": round(float(np.percentile(taken["verbatim"], 50)), 1),
        "verbatim_ms_p95": round(float(np.percentile(taken["verbatim"], 95)), 1),
        "server_cpu_ms_per_reply": round(1000 * cpu_s / messages, 1),
        "ask_cold_s_median": round(float(np.median(cold)), 2),
        "ask_cold_s_worst": round(max(cold), 2),
        "server_mib": round(mib),
        "targets": TARGETS,
    }


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a home folder to use instead of a new one")
    parser.add_argument("--messages", type=int, default=400)
    parser.add_argument("--asks", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = arguments.home or Path(folder) / "home"
        print(json.dumps(measure(home, messages=arguments.messages, asks=arguments.asks), indent=2))


if __name__ == "__main__":
    main()

"""Past tickets come in without the people in them; the company's own documents stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from time import sleep

import pytest

from core.blobs import BlobStore
from core.database import open_engine
from core.migrations import migrate
from core.types import Audience, DocumentKind, DocumentVersion, QAStatus
from ingest.parsed import ParsedDocument
from ingest.parsing import read_file
from ingest.worker import Worker
from kb.store import KnowledgeBase, Upload
from models.fake_encoder import FakeEncoder

TICKETS = """question,resolution
我叫李小明，电话13812345678，洗碗机漏水怎么办？,已联系李小明先生，请先关闭进水阀，再上门维修。
收货地址是浙江省杭州市西湖区文三路90号3幢502室，换成哪天送？,改为周六送达，身份证11010519491231002X已核对。
Where is my parcel? Mail me at jane@example.org,It was sent again.
"""

SECRETS = ("李小明", "13812345678", "文三路90号", "11010519491231002X", "jane@example.org")


class Reader:
    """Reads files in this process."""

    def parse(self, path: Path, name: str, *, kind: DocumentKind | None = None) -> ParsedDocument:
        return read_file(path, name, kind)


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    engine = open_engine(f"sqlite:///{tmp_path / 'zhida.db'}")
    migrate(engine)
    yield KnowledgeBase(engine, BlobStore(tmp_path / "blobs", max_bytes=1_000_000))
    engine.dispose()


def taken_in(kb: KnowledgeBase, name: str, content: str) -> DocumentVersion:
    kb.accept(Upload(name, Audience.PUBLIC), [content.encode()])
    version = Worker(kb, FakeEncoder(), Reader(), owner="test").run_once()
    assert version is not None
    return version


def test_tickets_name_nobody(kb: KnowledgeBase) -> None:
    """Neither their text, nor their passages, nor the candidates that wait for approval."""
    version = taken_in(kb, "工单.csv", TICKETS)

    text = kb.text(version.document_id, version.number)
    passages = " ".join(passage.text for passage in kb.passages(version.document_id))
    pairs = kb.pairs(status=QAStatus.CANDIDATE)
    said = " ".join(f"{pair.question} {pair.answer}" for pair in pairs)
    assert len(pairs) == 3
    assert not [secret for secret in SECRETS for place in (text, passages, said) if secret in place]
    assert "[phone]" in said
    assert "洗碗机漏水怎么办" in said


def test_how_much_was_hidden_is_told(kb: KnowledgeBase) -> None:
    """As a warning on the version, in both languages, without the data itself."""
    version = taken_in(kb, "工单.csv", TICKETS)

    (told,) = [warning for warning in version.warnings if "personal data" in warning]
    assert told.startswith("已隐去 6 处个人信息")
    assert not [secret for secret in SECRETS if secret in told]


def test_tickets_without_anybody_are_as_they_came(kb: KnowledgeBase) -> None:
    """Nothing is said where nothing was hidden."""
    version = taken_in(kb, "工单.csv", "question,resolution\n洗碗机漏水怎么办？,关闭进水阀。\n")

    assert version.warnings == ()
    assert kb.pairs(status=QAStatus.CANDIDATE)[0].answer == "关闭进水阀。"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("联系我们.txt", "请致电经理王芳，电话13812345678。"),
        ("问答.csv", "问题,答案\n电话多少？,请拨打13812345678。\n"),
    ],
)
def test_the_company_s_own_numbers_are_content(kb: KnowledgeBase, name: str, content: str) -> None:
    """Customers ask for them."""
    version = taken_in(kb, name, content)

    assert "13812345678" in kb.text(version.document_id, 1)
    assert version.warnings == ()


def files(folder: Path) -> str:
    """All that the stored files hold."""
    return "".join(path.read_text(encoding="utf-8") for path in sorted((folder / "blobs").iterdir()))


def test_the_file_of_past_tickets_isn_t_kept_as_it_came(kb: KnowledgeBase, tmp_path: Path) -> None:
    """Masked lines stand in its place, and the same upload is still known again; documents and Q&A stay as they are."""
    version = taken_in(kb, "工单.csv", TICKETS)
    document = taken_in(kb, "联系我们.md", "# 联系\n\n客服电话 13812345678。")

    kept = files(tmp_path)
    again = kb.accept(Upload("工单.csv", Audience.PUBLIC), [TICKETS.encode()])

    assert "洗碗机漏水怎么办" in kept
    assert not [secret for secret in SECRETS if secret in kept.replace("客服电话 13812345678。", "")]
    assert document.media_type == ""
    assert (again.number, kb.unfinished()) == (version.number, 0)
    read = read_file(kb.blob_path(kb.version(version.document_id, 1)), "工单.jsonl", DocumentKind.TICKETS)
    assert len(read.pairs) == 3


def test_a_file_that_an_older_zhida_kept_is_masked_at_the_next_start(kb: KnowledgeBase, tmp_path: Path) -> None:
    """Also one that a crash between publishing and masking has left."""
    version = taken_in(kb, "工单.csv", TICKETS)
    kb.keep_instead(version, [TICKETS.encode()], media_type="text/csv")
    assert "李小明" in files(tmp_path)

    stop = Event()
    worker = Worker(kb, FakeEncoder(), Reader(), owner="test")
    runner = Thread(target=worker.run_forever, args=(stop,))
    runner.start()
    for _ in range(200):
        if "李小明" not in files(tmp_path):
            break
        sleep(0.02)
    stop.set()
    worker.wake()
    runner.join(timeout=10)

    assert not [secret for secret in SECRETS if secret in files(tmp_path)]

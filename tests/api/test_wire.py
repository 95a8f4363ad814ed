"""The JSON form of the nouns, which the command line and the HTTP API share."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from api import schemas
from api.wire import citation_json, hit_json, one_line, passage_json, plain, reply_json
from core.types import (
    Answer,
    Audience,
    Citation,
    Clarification,
    DocumentId,
    DocumentVersion,
    Handover,
    HandoverCode,
    Hit,
    Outcome,
    Passage,
    PassageId,
    Reply,
    Tier,
    VersionStatus,
    Why,
)

CITATION = Citation(1, PassageId(7), DocumentId("d"), "退换货政策.pdf", 2, 3, ("退换货", "期限"), 10, 14, "三十天内")
PASSAGE = Passage(
    PassageId(7),
    DocumentId("d"),
    "退换货政策.pdf",
    2,
    0,
    ("退换货", "期限"),
    3,
    8,
    14,
    "退货三十天内",
    "退换货",
    Audience.PUBLIC,
)
HIT = Hit(PASSAGE, 0.5, Why(("退货",), 1, 0.9, None, None))


def reply(outcome: Outcome) -> Reply:
    return Reply(outcome, (HIT,), {"total": 12.34567})


ANSWER = reply(Answer("三十天内。[1]", (CITATION,), 0.9, Tier.QUOTED))
CLARIFICATION = reply(Clarification("哪一款？", ("A", "B"), 0.4))
HANDOVER = reply(Handover(HandoverCode.MISSING_KNOWLEDGE, "nothing found", "请留下联系方式。", 0.1, (PassageId(7),)))


class TestReply:
    def test_of_an_answer_has_the_fields_of_the_contract(self) -> None:
        """Scripts of operators read these names."""
        written = reply_json(ANSWER)

        assert set(written) == {"outcome", "text", "citations", "confidence", "tier", "ms"}
        assert written["outcome"] == "answer"
        assert written["tier"] == "quoted"
        assert written["ms"] == {"total": 12.346}
        assert {"document", "version", "page", "heading", "start", "end", "quote"} <= set(written["citations"][0])

    def test_of_a_handover_says_why_in_both_ways(self) -> None:
        """A code for programs, a reason for the colleague; the text is what the customer reads."""
        written = reply_json(HANDOVER)

        assert written["outcome"] == "handover"
        assert written["code"] == "missing_knowledge"
        assert written["reason"] == "nothing found"
        assert written["citations"] == []
        assert written["tier"] is None

    def test_of_a_clarification_lists_the_readings(self) -> None:
        """The page makes buttons of them."""
        assert reply_json(CLARIFICATION)["options"] == ["A", "B"]

    @pytest.mark.parametrize("given", [ANSWER, CLARIFICATION, HANDOVER], ids=["answer", "clarification", "handover"])
    def test_is_as_the_api_documents_it(self, given: Reply) -> None:
        """The schema forbids unknown fields, so a field that isn't documented fails here."""
        schemas.Outcome.model_validate(json.loads(json.dumps(reply_json(given))))


class TestPassage:
    def test_heading_is_one_text(self) -> None:
        """Outermost first, as people read a path."""
        assert passage_json(PASSAGE)["heading"] == "退换货 > 期限"
        assert citation_json(CITATION)["heading"] == "退换货 > 期限"

    def test_of_a_hit_is_as_the_api_documents_it(self) -> None:
        """A hit is a passage with score and reason."""
        schemas.Hit.model_validate(json.loads(json.dumps(hit_json(HIT))))


class TestPlain:
    def test_gives_dates_and_enumerations_as_text(self) -> None:
        """What comes out is what `json.dumps` takes."""
        moment = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
        version = DocumentVersion(
            DocumentId("d"), 1, "a.txt", "", "00", 3, Audience.PUBLIC, VersionStatus.READY, None, 1.0, 1, ("w",), True,
            date(2026, 1, 1), None, moment, None,
        )  # fmt: skip

        written = plain(version)

        assert written["status"] == "ready"
        assert written["effective_from"] == "2026-01-01"
        assert written["created_at"] == "2026-01-05T08:30:00+00:00"
        assert written["warnings"] == ["w"]
        schemas.DocumentVersion.model_validate(json.loads(json.dumps(written)))

    def test_stays_in_one_line_for_every_reader(self) -> None:
        """Unicode knows more line ends than JSON does, and some programs split at them."""
        text = "a\u2028b\u2029c\x85d\x1ce\x0bf\r\ng"

        written = one_line({"text": text})

        assert written.splitlines() == [written]
        assert json.loads(written) == {"text": text}

    def test_refuses_what_has_no_json_form(self) -> None:
        """A forgotten type is an error of ours, not a surprise for the reader."""
        with pytest.raises(TypeError, match="bytes"):
            plain(b"raw")

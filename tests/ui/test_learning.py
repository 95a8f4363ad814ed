"""The review queue and the board: what a knowledge manager sees, and does with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, cast

from api.client import Client
from api.client_learning import (
    AskedInVain,
    Board,
    BoardGap,
    GapPair,
    Learnt,
    Material,
    NearBoardGap,
    NearestPassage,
    QueuedPair,
    QuotedPlace,
    ReviewQueue,
)
from core.errors import Conflict, PairConflict, ZhidaError
from core.learning import (
    CandidateId,
    CandidateStatus,
    Filling,
    GapDialogue,
    GapId,
    GapStatus,
    GivenAnswer,
    Origin,
    SaidLine,
    Trial,
)
from core.settings import Secret
from core.types import Audience, ConversationId, DocumentId, HandoverCode, Language, MessageId, PassageId, Role
from ui import learning
from ui.view import ManagerView

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ZH = ManagerView(Language.ZH, key=Secret("k"))
EN = replace(ZH, language=Language.EN)
EVIL = "<img src=x onerror=alert(1)>"

PAIR = QueuedPair(
    candidate_id=CandidateId(8),
    question=f"能修吗？{EVIL}",
    answer="可以寄修，请打[phone]。",
    similar=("修咖啡机",),
    audience=Audience.PUBLIC,
    status=CandidateStatus.OPEN,
    customers=3,
    findings=(Learnt(Origin.RESOLVED, "7", ConversationId("c"), (MessageId("m"),), EVIL, EVIL, NOW),),
    note="",
    decided_by="",
    document_id=None,
    version=None,
    problem="",
    trial=None,
    created_at=NOW,
    updated_at=NOW,
)
GAP = BoardGap(
    gap_id=GapId(4),
    question=f"能修吗？{EVIL}",
    status=GapStatus.OPEN,
    owner="王敏",
    due_on=date(2026, 2, 1),
    note="",
    questions=9,
    customers=7,
    opened_at=NOW,
    last_asked_at=NOW,
    closed_at=None,
    reopened=2,
    tested_at=NOW,
    tested=3,
    answered=2,
    rightly=1,
    handovers=6,
    agent_minutes=41.5,
)
ASKED = AskedInVain(
    MessageId("m"), ConversationId("c"), EVIL, Audience.PUBLIC, HandoverCode.MISSING_KNOWLEDGE, NOW, answered=False,
    filling=Filling.UNANSWERED,
)  # fmt: skip
DOUBTFUL = replace(
    ASKED,
    message_id=MessageId("m2"),
    answered=True,
    filling=Filling.DOUBTFUL,
    told_from=QuotedPlace(DocumentId("d"), f"旧.md{EVIL}", 3, 0, 5, EVIL),
)
WRITTEN = GapPair(
    candidate_id=CandidateId(8), question=EVIL, answer=EVIL, audience=Audience.PUBLIC, status=CandidateStatus.PUBLISHED,
    note="", decided_by=EVIL, document_id=None, version=None, problem=EVIL, trial=None,
)  # fmt: skip
MATERIAL = Material(
    dialogues=(GapDialogue(ConversationId("c"), "7", (SaidLine(role=Role.AGENT, text=EVIL, at=NOW),)),),
    answers=(GivenAnswer(ConversationId("c"), EVIL, f'可以寄修"{EVIL}', NOW),),
    passages=(NearestPassage(PassageId(1), DocumentId("d"), EVIL, 1, EVIL, 2, EVIL, Audience.INTERNAL, 0.4),),
    near=(NearBoardGap(**{**asdict(GAP), "gap_id": GapId(5)}, closeness=0.4, suggested=True),),
)


@dataclass
class Desk:
    """A client that gives these, notes what it is asked to do, and refuses where it should."""

    pair: QueuedPair = PAIR
    gap_: BoardGap = GAP
    refusal: ZhidaError | None = None
    did: list[tuple[str, Any]] = field(default_factory=list)

    def candidates(self, **asked: object) -> ReviewQueue:
        return ReviewQueue({status: 1 for status in CandidateStatus}, (self.pair,))

    def change_candidate(self, number: CandidateId, **words: object) -> QueuedPair:
        self.did.append(("change", words))
        return self.pair

    def decide_candidate(self, number: CandidateId, **decision: object) -> QueuedPair:
        if self.refusal is not None:
            raise self.refusal
        self.did.append(("decide", decision))
        return self.pair

    def gaps(self, **asked: object) -> Board:
        return Board({status: 1 for status in GapStatus}, (self.gap_,))

    def gap(self, number: GapId) -> BoardGap:
        return replace(self.gap_, asked=(ASKED, DOUBTFUL), pairs=(WRITTEN,))

    def gap_material(self, number: GapId) -> Material:
        return MATERIAL

    def answer_gap(self, number: GapId, answer: str, **words: object) -> BoardGap:
        if self.refusal and not words["confirm"]:
            raise self.refusal
        self.did.append(("answer", {"answer": answer, **words}))
        return self.gap_

    def confirm_gap(self, number: GapId, message_id: MessageId) -> BoardGap:
        self.did.append(("confirm", {"message": message_id}))
        return replace(self.gap_, status=GapStatus.CLOSED)

    def keep_gap_as_gold(self, number: GapId, *, facts: Sequence[str]) -> None:
        if self.refusal:
            raise self.refusal
        self.did.append(("gold", {"facts": facts}))

    def merge_gap(self, number: GapId, other: GapId) -> BoardGap:
        self.did.append(("merge", {"other": other}))
        return self.gap_

    def keep_gaps_apart(self, number: GapId, other: GapId) -> BoardGap:
        self.did.append(("apart", {"other": other}))
        return self.gap_

    def split_gap(self, number: GapId, messages: Sequence[MessageId]) -> BoardGap:
        self.did.append(("split", {"messages": messages}))
        return self.gap_

    def change_gap(self, number: GapId, **words: object) -> BoardGap:
        self.did.append(("assign", words))
        return self.gap_

    def try_gap(self, number: GapId) -> BoardGap:
        return replace(self.gap_, status=GapStatus.CLOSED)


def client(desk: Desk) -> Client:
    return cast(Client, desk)


class TestTheQueue:
    def test_shows_the_words_to_be_edited_who_asked_and_where_it_comes_from(self) -> None:
        """And warns of what stands for personal data."""
        shown = learning.queue(ZH, client(Desk()))

        assert "3 位客户" in shown
        assert 'name="answer"' in shown
        assert "修咖啡机" in shown
        assert "发布前请改写" in shown
        assert EVIL not in shown

    def test_approves_the_words_of_the_form(self) -> None:
        """What was edited is what customers will read."""
        desk = Desk()
        shown = learning.published(EN, 8, "Repairs?", "Yes.", "a\n\nb ", client(desk), confirm=False)

        assert desk.did == [
            ("change", {"question": "Repairs?", "answer": "Yes.", "similar": ["a", "b"]}),
            ("decide", {"approve": True, "confirm": False}),
        ]
        assert "Approved" in shown

    def test_a_contradiction_is_asked_about_before_both_stay(self) -> None:
        """With the other pair's name, and a button that says what it does."""
        shown = learning.published(
            EN, 8, "q", "a", "", client(Desk(refusal=PairConflict("Pair 3 says no"))), confirm=False
        )

        assert "Pair 3 says no" in shown
        assert "Keep both" in shown
        assert 'data-confirm="yes"' in shown

    def test_what_can_no_longer_be_decided_is_told(self) -> None:
        """A colleague was faster."""
        assert "already" in learning.dropped(EN, 8, client(Desk(refusal=Conflict("It is approved already."))))

    def test_a_published_pair_says_whether_it_is_found(self) -> None:
        """Passed or not, it can't be edited here any more."""
        found = replace(PAIR, status=CandidateStatus.PUBLISHED, trial=Trial(True, "answer", "x", NOW))
        missed = replace(found, trial=Trial(False, "handover", "x", NOW))

        assert "answered with this pair" in learning.queue(EN, client(Desk(pair=found)))
        assert "not answered with this pair" in learning.queue(EN, client(Desk(pair=missed)))
        assert 'name="answer"' not in learning.queue(EN, client(Desk(pair=found)))

    def test_another_status_begins_at_its_first_page(self) -> None:
        """And a made-up one changes nothing."""
        view = replace(ZH, review_offset=20)

        assert learning.queue_of(view, "published").review_offset == 0
        assert learning.queue_of(view, "published").review_status is CandidateStatus.PUBLISHED
        assert learning.queue_of(view, EVIL).review_status is CandidateStatus.OPEN


class TestTheBoard:
    def test_shows_customers_cost_owner_and_what_is_late(self) -> None:
        """Nothing that a customer wrote runs."""
        shown = learning.board(EN, client(Desk()))

        for text in (
            "Customers: 7",
            "handed over: 6",
            "minutes of people: 42",
            "1 of 3 wordings answered rightly, 1 to be looked at",
            "Overdue",
            "王敏",
            "Opened again: 2",
        ):
            assert text in shown
        assert EVIL not in shown

    def test_opens_what_customers_wrote_of_one_gap(self) -> None:
        """With whether it is answered now."""
        shown = learning.board(learning.opened(EN, 4), client(Desk()))

        for text in (
            "Still not answered",
            "have a look",
            "version 3",
            "Use this answer",
            "Perhaps the same",
            "Internal",
        ):
            assert text in shown
        assert EVIL not in shown

    def test_an_agents_answer_is_taken_into_the_form_and_published(self) -> None:
        """What was written stays in the form until it has been accepted."""
        desk = Desk(refusal=PairConflict("Pair 3 is asked the same."))
        view = learning.taken(learning.opened(EN, 4), f"可以寄修。{EVIL}")

        assert "可以寄修。&lt;img" in learning.board(view, client(desk))
        asked, refused = learning.filled(view, 4, "能修吗？", "可以。", "修\n 能修 \n", client(desk), confirm=False)
        after, sent = learning.filled(asked, 4, "能修吗？", "可以。", "修\n 能修 \n", client(desk), confirm=True)

        assert "Pair 3" in refused
        assert "publish all the same" in refused
        assert (asked.gap_draft, after.gap_draft) == ("可以。", "")
        assert "asked again" in sent
        assert desk.did == [
            ("answer", {"answer": "可以。", "question": "能修吗？", "similar": ["修", "能修"], "confirm": True})
        ]

    def test_acts_on_an_opened_gap_say_what_they_did(self) -> None:
        """Or why not."""
        desk = Desk()
        view = learning.opened(EN, 4)

        assert "closed" in learning.confirmed(view, 4, "m2", client(desk))
        assert "gold set" in learning.kept_as_gold(view, 4, "寄修\n\n七天 ", client(desk))
        assert "Merged" in learning.merged(view, 4, 5, client(desk))
        assert "suggested again" in learning.kept_apart(view, 4, 5, client(desk))
        assert "its own now" in learning.split(view, 4, "m2", client(desk))
        assert [name for name, _ in desk.did] == ["confirm", "gold", "merge", "apart", "split"]
        assert desk.did[1][1] == {"facts": ["寄修", "七天"]}
        assert "no right answer" in learning.kept_as_gold(
            view, 4, "", client(Desk(refusal=Conflict("The gap has no right answer yet.")))
        )

    def test_notes_owner_and_day_and_takes_no_day_that_isnt_one(self) -> None:
        """The browser sends a date or nothing."""
        desk = Desk()
        learning.assigned(EN, 4, "Lin", "2026-05-01", "n", True, client(desk))
        learning.assigned(EN, 4, "Lin", "soon", "", False, client(desk))

        assert desk.did == [
            ("assign", {"owner": "Lin", "due_on": date(2026, 5, 1), "note": "n", "dismissed": True}),
            ("assign", {"owner": "Lin", "due_on": None, "note": "", "dismissed": False}),
        ]

    def test_says_what_trying_came_to(self) -> None:
        """Closed or not."""
        assert "closed" in learning.tried(EN, 4, client(Desk()))

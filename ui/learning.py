"""What happens in the review queue and on the board, without the page: a view and a client in, HTML out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from api.client import Client
from api.client_learning import BoardGap
from core.errors import PairConflict, ZhidaError
from core.learning import CandidateId, CandidateStatus, GapId, GapStatus
from ui.managing import explained, safely
from ui.render_knowledge import note
from ui.render_learning import board_list, review_list
from ui.texts import say
from ui.view import ManagerView

PAIRS: Final = 10
GAPS: Final = 20


def queue(view: ManagerView, client: Client, *, message: str = "", contradicting: CandidateId | None = None) -> str:
    """Return a page of the review queue."""

    def make() -> str:
        found = client.candidates(status=view.review_status, offset=view.review_offset, limit=PAIRS + 1)
        return review_list(
            replace(found, items=found.items[:PAIRS]),
            view.language,
            status=view.review_status,
            offset=view.review_offset,
            more=len(found.items) > PAIRS,
            message=message,
            contradicting=contradicting,
        )

    return safely(view, make)


def queue_of(view: ManagerView, status: str) -> ManagerView:
    """Return the view that shows candidates of another status, from the first page."""
    chosen = CandidateStatus(status) if status in set(CandidateStatus) else view.review_status
    return replace(view, review_status=chosen, review_offset=0)


def published(
    view: ManagerView, candidate_id: int, question: str, answer: str, similar: str, client: Client, *, confirm: bool
) -> str:
    """Approve a candidate in the words of the form; returns the queue, with a question where it contradicts a pair."""
    number = CandidateId(candidate_id)
    wordings = [line.strip() for line in similar.splitlines() if line.strip()]
    try:
        client.change_candidate(number, question=question, answer=answer, similar=wordings)
        client.decide_candidate(number, approve=True, confirm=confirm)
    except PairConflict as error:
        return queue(view, client, message=note(str(error), problem=True), contradicting=number)
    except ZhidaError as error:
        return queue(view, client, message=note(explained(error, view), problem=True))
    return queue(view, client, message=note(say("review.approved", view.language)))


def dropped(view: ManagerView, candidate_id: int, client: Client) -> str:
    """Dismiss a candidate; returns the queue."""
    try:
        client.decide_candidate(CandidateId(candidate_id), approve=False)
    except ZhidaError as error:
        return queue(view, client, message=note(explained(error, view), problem=True))
    return queue(view, client, message=note(say("review.dismissed", view.language)))


def board(view: ManagerView, client: Client, *, message: str = "") -> str:
    """Return a page of the board."""

    def make() -> str:
        found = client.gaps(status=view.gap_status, offset=view.gap_offset, limit=GAPS + 1)
        opened = _opened(view, client)
        return board_list(
            replace(found, items=found.items[:GAPS]),
            view.language,
            status=view.gap_status,
            offset=view.gap_offset,
            more=len(found.items) > GAPS,
            today=datetime.now(UTC).date(),
            message=message,
            opened=opened,
        )

    return safely(view, make)


def _opened(view: ManagerView, client: Client) -> BoardGap | None:
    return None if view.gap_opened is None else client.gap(view.gap_opened)


def board_of(view: ManagerView, status: str) -> ManagerView:
    """Return the view that shows gaps of another status, from the first page."""
    chosen = GapStatus(status) if status in set(GapStatus) else view.gap_status
    return replace(view, gap_status=chosen, gap_offset=0, gap_opened=None)


def opened(view: ManagerView, gap_id: int) -> ManagerView:
    """Return the view that shows what customers wrote of a gap."""
    return replace(view, gap_opened=GapId(gap_id) if gap_id > 0 else None)


def assigned(
    view: ManagerView, gap_id: int, owner: str, due: str, note_text: str, dismissed: bool, client: Client
) -> str:
    """Note who looks after a gap; returns the board."""
    try:
        due_on = date.fromisoformat(due) if due else None
    except ValueError:
        due_on = None  # the browser's own field sends dates only
    try:
        client.change_gap(GapId(gap_id), owner=owner, due_on=due_on, note=note_text, dismissed=dismissed)
    except ZhidaError as error:
        return board(view, client, message=note(explained(error, view), problem=True))
    return board(view, client, message=note(say("gaps.saved", view.language)))


def tried(view: ManagerView, gap_id: int, client: Client) -> str:
    """Ask a gap's questions now; returns the board."""
    try:
        after = client.try_gap(GapId(gap_id))
    except ZhidaError as error:
        return board(view, client, message=note(explained(error, view), problem=True))
    key = "closed" if after.status is GapStatus.CLOSED else "open"
    return board(view, client, message=note(say(f"gaps.tried.{key}", view.language)))

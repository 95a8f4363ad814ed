"""What happens in the review queue and on the board, without the page: a view and a client in, HTML out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from api.client import Client
from api.client_learning import BoardGap
from core.errors import PairConflict, ZhidaError
from core.learning import CandidateId, CandidateStatus, GapId, GapStatus
from core.types import MessageId
from ui.managing import explained, safely
from ui.render_gaps import Opened, board_list
from ui.render_knowledge import note
from ui.render_learning import review_list
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


def board(view: ManagerView, client: Client, *, message: str = "", contradicting: bool = False) -> str:
    """Return a page of the board."""

    def make() -> str:
        found = client.gaps(status=view.gap_status, offset=view.gap_offset, limit=GAPS + 1)
        return board_list(
            replace(found, items=found.items[:GAPS]),
            view.language,
            status=view.gap_status,
            offset=view.gap_offset,
            more=len(found.items) > GAPS,
            today=datetime.now(UTC).date(),
            message=message,
            opened=_opened(view, client, contradicting=contradicting),
        )

    return safely(view, make)


def _opened(view: ManagerView, client: Client, *, contradicting: bool) -> Opened | None:
    if view.gap_opened is None:
        return None
    gap = client.gap(view.gap_opened)
    return Opened(gap, client.gap_material(gap.gap_id), view.gap_draft, contradicting)


def board_of(view: ManagerView, status: str) -> ManagerView:
    """Return the view that shows gaps of another status, from the first page."""
    chosen = GapStatus(status) if status in set(GapStatus) else view.gap_status
    return replace(view, gap_status=chosen, gap_offset=0, gap_opened=None, gap_draft="")


def opened(view: ManagerView, gap_id: int) -> ManagerView:
    """Return the view in which a gap stands open; with 0 none does."""
    return replace(view, gap_opened=GapId(gap_id) if gap_id > 0 else None, gap_draft="")


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
    return _done(view, client, lambda: say(_ended(client.try_gap(GapId(gap_id))), view.language))


def filled(
    view: ManagerView, gap_id: int, question: str, answer: str, similar: str, client: Client, *, confirm: bool
) -> tuple[ManagerView, str]:
    """Publish the answer to a gap; returns the view and the board, with a question where it contradicts a pair."""
    wordings = [line.strip() for line in similar.splitlines() if line.strip()]
    kept = replace(view, gap_draft=answer)
    try:
        client.answer_gap(GapId(gap_id), answer, question=question, similar=wordings, confirm=confirm)
    except PairConflict as error:
        return kept, board(kept, client, message=note(str(error), problem=True), contradicting=True)
    except ZhidaError as error:
        return kept, board(kept, client, message=note(explained(error, view), problem=True))
    done = replace(view, gap_draft="")
    return done, board(done, client, message=note(say("gaps.answer.sent", view.language)))


def taken(view: ManagerView, draft: str) -> ManagerView:
    """Return the view with an agent's answer in the form, to be edited."""
    return replace(view, gap_draft=draft)


def confirmed(view: ManagerView, gap_id: int, message_id: str, client: Client) -> str:
    """Take the answer that a question gets now for right; returns the board."""
    return _done(
        view, client, lambda: say(_ended(client.confirm_gap(GapId(gap_id), MessageId(message_id))), view.language)
    )


def kept_as_gold(view: ManagerView, gap_id: int, facts: str, client: Client) -> str:
    """Put a gap's question into the gold set; returns the board."""
    stated = [line.strip() for line in facts.splitlines() if line.strip()]

    def act() -> str:
        client.keep_gap_as_gold(GapId(gap_id), facts=stated)
        return say("gaps.gold.kept", view.language)

    return _done(view, client, act)


def merged(view: ManagerView, gap_id: int, other: int, client: Client) -> str:
    """Put another gap into this one; returns the board."""

    def act() -> str:
        client.merge_gap(GapId(gap_id), GapId(other))
        return say("gaps.merged", view.language)

    return _done(view, client, act)


def kept_apart(view: ManagerView, gap_id: int, other: int, client: Client) -> str:
    """Say that another gap is something else; returns the board."""

    def act() -> str:
        client.keep_gaps_apart(GapId(gap_id), GapId(other))
        return say("gaps.apart", view.language)

    return _done(view, client, act)


def split(view: ManagerView, gap_id: int, message_id: str, client: Client) -> str:
    """Make a gap of its own of a question; returns the board."""

    def act() -> str:
        client.split_gap(GapId(gap_id), [MessageId(message_id)])
        return say("gaps.parted", view.language)

    return _done(view, client, act)


def _done(view: ManagerView, client: Client, act: Callable[[], str]) -> str:
    """The board after an act, with what the act says or why it was refused."""
    try:
        message = note(act())
    except ZhidaError as error:
        message = note(explained(error, view), problem=True)
    return board(view, client, message=message)


def _ended(gap: BoardGap) -> str:
    return f"gaps.tried.{'closed' if gap.status is GapStatus.CLOSED else 'open'}"

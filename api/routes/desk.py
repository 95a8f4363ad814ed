"""The agents' side: the queue, and what can be done with a conversation."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from api import client_desk_values as views
from api import schemas
from api.auth import StaffRoute
from api.client_desk import QueueShow
from api.desk_access import Reach, reach_of
from api.desk_reading import DeskReader
from api.routes.context import DESK_READ, DESK_WORK, principal_of, refusals, services_of
from api.schemas import desk as shapes
from core.accounts import AccountId
from core.attachments import AttachmentId
from core.dialogues import DialogueView
from core.errors import InvalidInput
from core.staff import TeamId
from core.types import ConversationId
from desk.dialogues import Dialogues

router = APIRouter(prefix="/v1/desk", tags=["desk"], route_class=StaffRoute)

ONE = "/conversations/{dialogue_id}"


def reader_of(request: Request) -> DeskReader:
    """Reads for whoever asks."""
    return DeskReader(services_of(request), reach(request))


def reach(request: Request) -> Reach:
    """How far whoever asks gets."""
    return reach_of(principal_of(request), services_of(request).desk.staff)


@router.get("/queue", response_model=list[views.QueueItem], responses=refusals(401, 403), openapi_extra=DESK_READ)
def show_queue(
    request: Request,
    show: QueueShow = QueueShow.WAITING,
    offset: schemas.Offset = 0,
    limit: schemas.Limit = 50,
) -> Any:
    """Conversations, the most urgent first, then whoever waits longest."""
    return reader_of(request).queue(show, offset=offset, limit=limit)


@router.get(ONE, response_model=views.DeskConversation, responses=refusals(401, 403, 404), openapi_extra=DESK_READ)
def show_conversation(request: Request, dialogue_id: str) -> Any:
    """A conversation with customer, messages, notes, mood, entities and hand-over package."""
    return reader_of(request).conversation(ConversationId(dialogue_id))


@router.post(
    f"{ONE}/claim",
    response_model=views.DeskConversation,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=DESK_WORK,
)
def claim(request: Request, dialogue_id: str) -> Any:
    """Take the conversation. Of two who try at once, one gets it and the other 409.

    Leads and service managers may take one from a colleague whom their role reaches.
    """
    view, dialogues = _to_work_on(request, dialogue_id)
    dialogues.claim(view.conversation_id, me(request), from_colleague=reach(request).leads(view))
    return reader_of(request).conversation(view.conversation_id)


@router.post(
    f"{ONE}/messages",
    status_code=201,
    response_model=views.DeskMessage,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=DESK_WORK,
)
def reply(request: Request, dialogue_id: str, body: shapes.AgentMessage) -> Any:
    """Write to the customer, who reads it at once. With the same `client_key` again nothing is written twice."""
    view, dialogues = _to_work_on(request, dialogue_id)
    files = tuple(AttachmentId(each) for each in body.attachments)
    dialogues.reply(
        view.conversation_id, me(request), body.text, asks=body.asks, client_key=body.client_key, files=files
    )
    return reader_of(request).message(view.conversation_id, client_key=body.client_key)


@router.post(
    f"{ONE}/notes",
    status_code=201,
    response_model=views.DeskMessage,
    responses=refusals(401, 403, 404),
    openapi_extra=DESK_WORK,
)
def note(request: Request, dialogue_id: str, body: shapes.NewNote) -> Any:
    """Write to colleagues. Anybody who works at the desk and sees the conversation may."""
    view = reader_of(request).view(ConversationId(dialogue_id))
    files = tuple(AttachmentId(each) for each in body.attachments)
    services_of(request).desk.dialogues.note(view.conversation_id, me(request), body.text, files=files)
    return reader_of(request).message(view.conversation_id)


@router.post(
    f"{ONE}/transfer",
    response_model=views.DeskConversation,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=DESK_WORK,
)
def transfer(request: Request, dialogue_id: str, body: shapes.Transfer) -> Any:
    """Pass it on: to a team's queue, or to a colleague at once."""
    if (body.team_id is None) == (body.account_id is None):
        raise InvalidInput("Name either a team or a colleague.")
    view, dialogues = _to_work_on(request, dialogue_id)
    _leave_note(request, view, body.note)
    dialogues.transfer(
        view.conversation_id,
        me(request),
        team_id=None if body.team_id is None else TeamId(body.team_id),
        to=None if body.account_id is None else AccountId(body.account_id),
    )
    return _after(request, view)


@router.post(
    f"{ONE}/snooze",
    response_model=views.DeskConversation,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=DESK_WORK,
)
def snooze(request: Request, dialogue_id: str, body: shapes.Snooze) -> Any:
    """Put it aside until a moment, or until the customer writes."""
    view, dialogues = _to_work_on(request, dialogue_id)
    dialogues.snooze(view.conversation_id, me(request), body.until)
    return _after(request, view)


@router.post(
    f"{ONE}/wake",
    response_model=views.DeskConversation,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=DESK_WORK,
)
def wake(request: Request, dialogue_id: str) -> Any:
    """Take up again what was put aside."""
    view, dialogues = _to_work_on(request, dialogue_id)
    dialogues.wake(view.conversation_id, me(request))
    return _after(request, view)


@router.post(
    f"{ONE}/hand-back",
    response_model=views.DeskConversation,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=DESK_WORK,
)
def hand_back(request: Request, dialogue_id: str) -> Any:
    """Give the turn back to the assistant."""
    view, dialogues = _to_work_on(request, dialogue_id)
    dialogues.hand_back(view.conversation_id, me(request))
    return _after(request, view)


@router.post(
    f"{ONE}/resolve",
    response_model=views.DeskConversation,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=DESK_WORK,
)
def resolve(request: Request, dialogue_id: str, body: shapes.Resolution) -> Any:
    """End the problem, and say why. The customer is told and asked how it was."""
    view, dialogues = _to_work_on(request, dialogue_id)
    _leave_note(request, view, body.note)
    dialogues.resolve(view.conversation_id, me(request), body.reason, text=body.text)
    return _after(request, view)


def _to_work_on(request: Request, dialogue_id: str) -> tuple[DialogueView, Dialogues]:
    dialogues = services_of(request).desk.dialogues
    view = reach(request).must_work(dialogues.view(ConversationId(dialogue_id)))
    at_the_desk(request)
    return view, dialogues


def _leave_note(request: Request, view: DialogueView, text: str) -> None:
    if text.strip():
        services_of(request).desk.dialogues.note(view.conversation_id, me(request), text)


def _after(request: Request, view: DialogueView) -> views.DeskConversation:
    """As it is now, for the one who did it, also when it is out of their sight from now on."""
    return reader_of(request).conversation(view.conversation_id)


def at_the_desk(request: Request) -> None:
    """Make whoever works here known to the desk, under the name that customers read."""
    account = principal_of(request).account
    staff = services_of(request).desk.staff
    if account is None:
        return
    known = next((each for each in staff.agents() if each.account_id == account.account_id), None)
    if known is None or known.name != account.display_name:
        staff.enrol(account.account_id, account.display_name)


def me(request: Request) -> AccountId | None:
    """The account of whoever asks; `None` for the admin key."""
    return principal_of(request).account_id

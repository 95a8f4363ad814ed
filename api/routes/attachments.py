"""Files with messages: uploaded first, sent with a message, opened by a link that is good for some minutes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import FileResponse, Response

from api import client_file_values as views
from api.auth import CustomerRoute, OpenRoute, StaffRoute
from api.desk_access import Reach, reach_of
from api.file_access import card_of, cards_of, file_for_customer, file_for_staff, limits_shown
from api.forms import chunks, file_of, received_form
from api.links import CUSTOMER as THE_CUSTOMER
from api.links import FileLinks, FileReader
from api.routes.context import (
    CUSTOMER,
    DESK_READ,
    DESK_WORK,
    caller_of,
    needs,
    refusals,
    services_of,
    throttles_of,
)
from api.routes.desk import at_the_desk, me, reach
from api.routes.desk_tickets import seen_ticket
from api.schemas.attachments import FileId
from api.schemas.common import Number
from api.wire import Json
from core.accounts import Principal, Right, Role
from core.actors import Actor, agent, customer
from core.attachments import Attachment, AttachmentId
from core.dialogues import DialogueView
from core.errors import InvalidInput, NotFound
from core.masking import Mask
from core.rights import scope_of
from core.types import ConversationId
from desk.attachments.sniffing import shown_inline

PREFIX: Final = "/attachments"

customers = APIRouter(prefix="/v1/conversations/{conversation_id}" + PREFIX, tags=["files"], route_class=CustomerRoute)
colleagues = APIRouter(prefix="/v1/desk/conversations/{dialogue_id}" + PREFIX, tags=["files"], route_class=StaffRoute)
ticket_files = APIRouter(prefix="/v1/desk/tickets/{ticket_id}" + PREFIX, tags=["files"], route_class=StaffRoute)

FILES: Final = "/v1/files"

ONE: Final = "/{attachment_id}"


def _form(**more: Json) -> Json:
    properties: Json = {"file": {"type": "string", "format": "binary", "description": "Its name is the file's"}, **more}
    schema = {"type": "object", "required": ["file"], "additionalProperties": False, "properties": properties}
    form = {"schema": schema, "example": {"file": "(content of 漏水.jpg)"}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": form}}}


INTERNAL: Final[Json] = {
    "type": "string",
    "enum": ["yes", "no"],
    "default": "no",
    "description": "For a note: it can't be sent to the customer",
}

UPLOAD: Final = refusals(401, 404, 409, 413, 415, 503)
STAFF_UPLOAD: Final = refusals(401, 403, 404, 409, 413, 415, 503)


# Customers


@customers.post(
    "",
    status_code=201,
    response_model=views.FileCard,
    responses=UPLOAD,
    openapi_extra=CUSTOMER | _form(),
    summary="Upload a file",
)
async def upload(request: Request) -> Any:
    """Upload a file that goes with your next message. When the reply comes it is durable.

    Pictures (PNG, JPEG, WebP, GIF), PDF and plain text are taken; what a file is, its content says. The same file
    again is the one that waits already.
    """
    conversation_id = _conversation_id(request)
    throttles_of(request).uploads.spend(conversation_id)
    throttles_of(request).uploads_per_address.spend(caller_of(request))
    async with received_form(request) as form:
        if set(form) - {"file"}:
            raise InvalidInput("The form has one field, `file`. Leave out the others.")
        return await run_in_threadpool(_accept, request, conversation_id, customer(None), file_of(form), False)


@customers.get("", response_model=views.FileShelf, responses=refusals(401, 404), openapi_extra=CUSTOMER)
def list_files(request: Request) -> Any:
    """The files of the conversation, and those that wait to be sent."""
    files, conversation_id = services_of(request).attachments, _conversation_id(request)
    return views.FileShelf(
        files=cards_of(each for each in files.of_conversation(conversation_id) if each.visible),
        waiting=cards_of(files.unsent(conversation_id, customer(None))),
        limits=limits_shown(files.limits),
    )


@customers.delete(ONE, status_code=204, responses=refusals(401, 404), openapi_extra=CUSTOMER)
def take_back(request: Request, attachment_id: FileId) -> Response:
    """Forget a file that you haven't sent."""
    files = services_of(request).attachments
    files.take_back(_conversation_id(request), customer(None), AttachmentId(attachment_id))
    return Response(status_code=204)


@customers.post(f"{ONE}/link", response_model=views.FileLink, responses=refusals(401, 404), openapi_extra=CUSTOMER)
def open_file(request: Request, attachment_id: FileId) -> Any:
    """A link to a file, good for some minutes."""
    found = file_for_customer(services_of(request), _conversation_id(request), AttachmentId(attachment_id))
    return _link(request, found, THE_CUSTOMER)


# Colleagues


@colleagues.post(
    "",
    status_code=201,
    response_model=views.FileCard,
    responses=STAFF_UPLOAD,
    openapi_extra=DESK_WORK | _form(internal=INTERNAL),
    summary="Upload a file",
)
async def upload_at_desk(request: Request, dialogue_id: str) -> Any:
    """Upload a file for your next reply, or with `internal` for your next note."""
    throttles_of(request).uploads.spend(f"staff {me(request)}")
    view = await run_in_threadpool(_seen, request, dialogue_id)
    async with received_form(request) as form:
        internal = form.get("internal", "no")
        if set(form) - {"file", "internal"} or internal not in {"yes", "no"}:
            raise InvalidInput("The form has a `file`, and may have `internal`, which is yes or no.")
        if internal == "no":
            await run_in_threadpool(reach(request).must_work, view)
        mine, file = agent(me(request)), file_of(form)
        return await run_in_threadpool(_accept, request, view.conversation_id, mine, file, internal == "yes")


@colleagues.get("", response_model=views.DeskFileShelf, responses=refusals(401, 403, 404), openapi_extra=DESK_READ)
def list_files_at_desk(request: Request, dialogue_id: str) -> Any:
    """The files of the conversation, notes' among them, and your own that wait to be sent."""
    view, files = _seen(request, dialogue_id), services_of(request).attachments
    waiting = files.unsent(view.conversation_id, agent(me(request)))
    return views.DeskFileShelf(
        files=cards_of(files.of_conversation(view.conversation_id), _mask(request, view)),
        waiting=cards_of(each for each in waiting if not each.internal),
        waiting_for_note=cards_of(each for each in waiting if each.internal),
        limits=limits_shown(files.limits),
    )


@colleagues.delete(ONE, status_code=204, responses=refusals(401, 403, 404), openapi_extra=DESK_WORK)
def erase_file(request: Request, dialogue_id: str, attachment_id: FileId) -> Response:
    """Take back your own file that wasn't sent, or erase one that was, for good. The log keeps that it was there."""
    view, services = _seen(request, dialogue_id), services_of(request)
    try:
        services.attachments.take_back(view.conversation_id, agent(me(request)), AttachmentId(attachment_id))
    except NotFound:
        reach(request).must_work(view)
        at_the_desk(request)
        services.attachments.erase(view.conversation_id, AttachmentId(attachment_id), me(request))
    return Response(status_code=204)


@colleagues.post(
    f"{ONE}/link",
    response_model=views.FileLink,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=needs(Right.PERSONAL_READ),
)
def open_file_at_desk(request: Request, dialogue_id: str, attachment_id: FileId) -> Any:
    """A link to a file, good for some minutes and only as long as you may see the conversation unmasked."""
    services = services_of(request)
    found = file_for_staff(services, reach(request), ConversationId(dialogue_id), AttachmentId(attachment_id))
    return _link(request, found, FileReader(account_id=me(request)))


@ticket_files.get("", response_model=list[views.FileCard], responses=refusals(401, 403, 404), openapi_extra=DESK_READ)
def list_files_of_ticket(request: Request, ticket_id: Number) -> Any:
    """All files that came with messages of the ticket's problems."""
    card, services = seen_ticket(request, ticket_id), services_of(request)
    show = str if reach(request).has_ticket(Right.PERSONAL_READ, card) else services.masker.masked
    return cards_of(services.attachments.of_ticket(card.ticket_id), show)


# Content


class LinkRoute(OpenRoute):
    """For whoever holds a link. What it is to, and for whom, is in `request.state`."""

    async def admit(self, request: Request) -> None:
        """Let a link in that this installation made and that is still good."""
        links: FileLinks = request.app.state.file_links
        request.state.attachment_id, request.state.reader = links.read(request.path_params["link"])


opened = APIRouter(prefix=FILES, tags=["files"], route_class=LinkRoute)

HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
"""Nothing in a file may run, load or be taken for another type."""


@opened.get(
    "/{link}",
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file"}, **refusals(403, 404)},
    response_class=FileResponse,
    summary="A file's content",
)
def show_file(request: Request, link: str) -> FileResponse:  # noqa: ARG001  # read before, by the route's class
    """The bytes. A picture is shown by the browser, anything else is saved. What you may see is looked at once more."""
    found = _still_allowed(request, request.state.attachment_id, request.state.reader)
    path = services_of(request).attachments.path(found)
    inline = shown_inline(found.media_type)
    return FileResponse(
        path,
        media_type=found.media_type,
        filename=found.name,
        content_disposition_type="inline" if inline else "attachment",
        headers=HEADERS,
    )


def _still_allowed(request: Request, attachment_id: AttachmentId, reader: FileReader) -> Attachment:
    """The file, if the link's holder may still open it. Raises `NotFound`."""
    services = services_of(request)
    found = services.attachments.one(attachment_id)
    if reader.customer:
        return file_for_customer(services, found.conversation_id, attachment_id)
    return file_for_staff(services, _reach_of_reader(request, reader), found.conversation_id, attachment_id)


def _reach_of_reader(request: Request, reader: FileReader) -> Reach:
    services = services_of(request)
    if reader.account_id is None:
        return reach_of(Principal(Role.ADMIN), services.desk.staff)
    account = services.accounts.account(reader.account_id)
    principal = Principal(account.role, account)
    if account.disabled or scope_of(account.role, Right.PERSONAL_READ) is None:
        raise NotFound("file", "")
    return reach_of(principal, services.desk.staff)


# Shared


def _accept(
    request: Request, conversation_id: ConversationId, sender: Actor, file: UploadFile, internal: bool
) -> views.FileCard:
    attachments = services_of(request).attachments
    kept = attachments.accept(conversation_id, sender, file.filename or "", chunks(file.file), internal=internal)
    return card_of(kept)


def _link(request: Request, attachment: Attachment, reader: FileReader) -> views.FileLink:
    links: FileLinks = request.app.state.file_links
    link, expires = links.make(attachment.attachment_id, reader)
    return views.FileLink(url=f"{FILES}/{link}", expires_at=datetime.fromtimestamp(expires, UTC))


def _conversation_id(request: Request) -> ConversationId:
    found: ConversationId = request.state.conversation.conversation_id
    return found


def _seen(request: Request, dialogue_id: str) -> DialogueView:
    return reach(request).must_see(services_of(request).desk.dialogues.view(ConversationId(dialogue_id)))


def _mask(request: Request, view: DialogueView) -> Mask:
    return str if reach(request).has(Right.PERSONAL_READ, view) else services_of(request).masker.masked

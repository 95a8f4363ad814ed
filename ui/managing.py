"""What happens on the knowledge page, without the page: a view and a client in, HTML out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from api.client import Client
from core.errors import Forbidden, NotFound, PairConflict, RateLimited, StorageError, Unauthorized, ZhidaError
from core.pair_warnings import PairWarning, PairWarningKind
from core.types import (
    Audience,
    Document,
    DocumentId,
    QAPair,
    QAPairId,
    QAStatus,
    TicketId,
)
from ui.render_answers import pair_list, tested_reply, ticket_list
from ui.render_knowledge import document_panel, document_table, note, uploads
from ui.render_pair_warnings import confirm_approval
from ui.render_why import why_not, why_not_form
from ui.texts import say
from ui.view import ManagerView, Upload

PASSAGES: Final = 10
PAIRS: Final = 20
TICKETS: Final = 20
MAX_WATCHED: Final = 200
"""Uploads whose progress one page shows."""


def explained(error: ZhidaError, view: ManagerView) -> str:
    """Return what a manager is told about an error: the server's own sentence where it has one for people."""
    language = view.language
    match error:
        case Unauthorized():
            # Without a key the server has started anew since the manager signed in
            return say("kb.wrong_key" if view.key and not view.account else "kb.signed_out", language)
        case Forbidden():
            return say("error.forbidden", language)
        case RateLimited():
            return say("error.busy", language, seconds=max(1, error.retry_after_s))
        case StorageError():
            return say("error.reach", language)
        case _:
            return str(error)


def safely(view: ManagerView, make: Callable[[], str]) -> str:
    """Return what `make` makes, or a note that says what went wrong."""
    try:
        return make()
    except ZhidaError as error:
        return note(explained(error, view), problem=True)


def documents(view: ManagerView, client: Client) -> str:
    """Return the table of documents."""
    return safely(view, lambda: document_table(client.documents(), view.language))


def batch(text: str, watching: Sequence[Upload] = ()) -> tuple[Upload, ...]:
    """Read the uploads of a batch, `document:version` and so on; of those in `watching`, what is known stays known.

    What can't be read is left out: the text comes from the browser.
    """
    known = {(upload.document_id, upload.number): upload for upload in watching}
    found: list[Upload] = []
    for entry in text.split()[-MAX_WATCHED:]:
        document_id, _, number = entry.partition(":")
        if document_id.isascii() and document_id.isalnum() and number.isascii() and number.isdigit():
            key = (DocumentId(document_id), int(number))
            found.append(known.get(key) or Upload(*key))
    return tuple(found)


def progress(view: ManagerView, watching: Sequence[Upload], client: Client) -> tuple[tuple[Upload, ...], str]:
    """Look at the uploads that are still waiting; return all of them and their progress as HTML."""
    try:
        looked = tuple(_looked(watching, client))
    except ZhidaError as error:
        # With a wrong key there is nothing to wait for
        kept = () if isinstance(error, Unauthorized) else tuple(watching)
        return kept, note(explained(error, view), problem=True)
    return looked, uploads([upload.seen for upload in looked if upload.seen], view.language)


def _looked(watching: Sequence[Upload], client: Client) -> Iterator[Upload]:
    for upload in watching:
        try:
            seen = client.version(upload.document_id, upload.number) if upload.waiting else upload.seen
        except NotFound:
            continue  # deleted meanwhile
        yield replace(upload, seen=seen)


def panel(view: ManagerView, client: Client, *, message: str = "", confirming: bool = False) -> str:
    """Return the opened document, or nothing when none is open."""
    if view.document_id is None:
        return ""
    try:
        return _panel(view, view.document_id, client, message, confirming)
    except ZhidaError as error:
        # A toast in place of the panel: the document may have been deleted elsewhere
        return note(explained(error, view), problem=True)


def _panel(view: ManagerView, document_id: DocumentId, client: Client, message: str, confirming: bool) -> str:
    document = client.document(document_id)
    versions = client.versions(document_id)
    shown = view.version or document.live_version or document.latest_version
    found = client.passages(document_id, version=shown, offset=view.passage_offset, limit=PASSAGES + 1)
    return document_panel(
        document,
        versions,
        found[:PASSAGES],
        view.language,
        shown=shown,
        offset=view.passage_offset,
        more=len(found) > PASSAGES,
        confirming=confirming,
        message=message,
    )


def opened(view: ManagerView, document_id: DocumentId | None, version: int | None = None) -> ManagerView:
    """Return the view with a document open, from its first passage; `None` closes it."""
    return replace(view, document_id=document_id, version=version, passage_offset=0)


def turned(offset: int, step: int, size: int) -> int:
    """Return the offset of the page after (`step` 1) or before (-1)."""
    return max(0, offset + (size if step > 0 else -size))


def rolled_back(view: ManagerView, number: int, client: Client) -> tuple[ManagerView, str]:
    """Make a version of the opened document live again; returns the view and the panel."""
    if view.document_id is None:
        return view, ""
    try:
        client.rollback(view.document_id, number)
    except ZhidaError as error:
        return view, panel(view, client, message=note(explained(error, view), problem=True))
    view = opened(view, view.document_id)
    return view, panel(view, client, message=note(say("kb.rolled_back", view.language, version=number)))


def deleted(view: ManagerView, client: Client) -> tuple[ManagerView, str, str]:
    """Delete the opened document; returns the view, the panel and a note for the page."""
    if view.document_id is None:
        return view, "", ""
    try:
        document: Document = client.document(view.document_id)
        client.delete_document(view.document_id)
    except ZhidaError as error:
        return view, panel(view, client, message=note(explained(error, view), problem=True)), ""
    return opened(view, None), "", note(say("kb.deleted", view.language, name=document.name))


def pairs(view: ManagerView, client: Client, *, message: str = "") -> str:
    """Return the Q&A pairs of the chosen status."""

    def make() -> str:
        found = client.pairs(status=view.qa_status, offset=view.qa_offset, limit=PAIRS + 1)
        return pair_list(
            found[:PAIRS],
            view.language,
            status=view.qa_status,
            offset=view.qa_offset,
            more=len(found) > PAIRS,
            message=message,
            warnings=_warnings_of(found[:PAIRS], client),
        )

    return safely(view, make)


def _warnings_of(found: Sequence[QAPair], client: Client) -> list[PairWarning]:
    return client.pair_warnings([pair.pair_id for pair in found])


def _asked_to_confirm(view: ManagerView, pair_id: QAPairId, client: Client) -> str:
    def make() -> str:
        against = [each for each in client.pair_warnings([pair_id]) if each.kind is PairWarningKind.CONFLICT]
        return pairs(view, client, message=confirm_approval(pair_id, view.qa_status, against, view.language))

    return safely(view, make)


def decided(view: ManagerView, pair_id: QAPairId, status: QAStatus, client: Client, *, confirmed: bool = False) -> str:
    """Approve or reject a pair; returns the list as it is then.

    Before one is approved that contradicts an approved one, the manager is asked whether that is meant.
    """
    try:
        if status is QAStatus.APPROVED:
            client.approve(pair_id, confirm=confirmed)
        else:
            client.reject(pair_id)
    except PairConflict:
        return _asked_to_confirm(view, pair_id, client)
    except ZhidaError as error:
        return pairs(view, client, message=note(explained(error, view), problem=True))
    return pairs(view, client)


def tested(view: ManagerView, question: str, audience: str, client: Client, *, day: str) -> str:
    """Ask as a customer or a colleague would, as of a day, and return everything about the reply."""
    asked = question.strip()
    if not asked:
        return note(say("ask.empty", view.language), problem=True)
    as_of = read_day(day)
    if day and as_of is None:
        return note(say("ask.bad_date", view.language), problem=True)
    reader = _reader(audience)

    def make() -> str:
        found = client.test_question(asked, audience=reader, as_of=as_of)
        form = why_not_form(client.documents(), view.language, text=asked, audience=reader, as_of=as_of)
        return tested_reply(found, view.language) + form

    return safely(view, make)


def missed(view: ManagerView, question: str, audience: str, day: str, document_id: DocumentId, client: Client) -> str:
    """Return why a document isn't among the passages found for a question."""
    if not document_id:
        return note(say("whynot.choose", view.language), problem=True)
    reader, as_of = _reader(audience), read_day(day)
    return safely(
        view,
        lambda: why_not(client.why_not(question, document_id=document_id, audience=reader, as_of=as_of), view.language),
    )


def dated(view: ManagerView, number: int, first: str, until: str, client: Client) -> str:
    """Set the days of a version of the opened document; returns the panel."""
    if view.document_id is None:
        return ""
    days = read_day(first), read_day(until)
    if (first and days[0] is None) or (until and days[1] is None):
        return panel(view, client, message=note(say("ask.bad_date", view.language), problem=True))
    try:
        client.set_dates(view.document_id, number, effective_from=days[0], expires_on=days[1])
    except ZhidaError as error:
        return panel(view, client, message=note(explained(error, view), problem=True))
    return panel(view, client, message=note(say("kb.dates.saved", view.language, version=number)))


def read_day(text: str) -> date | None:
    """Return the day that a form's field holds; `None` if it is empty or isn't a day."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _reader(audience: str) -> Audience:
    return Audience.INTERNAL if audience == Audience.INTERNAL else Audience.PUBLIC


def tickets(view: ManagerView, client: Client, *, message: str = "") -> str:
    """Return the tickets."""

    def make() -> str:
        found = client.tickets(offset=view.ticket_offset, limit=TICKETS + 1)
        return ticket_list(
            found[:TICKETS], view.language, offset=view.ticket_offset, more=len(found) > TICKETS, message=message
        )

    return safely(view, make)


def resolved(view: ManagerView, ticket_id: TicketId, client: Client) -> str:
    """Close a ticket; returns the list as it is then."""
    try:
        client.resolve(ticket_id)
    except ZhidaError as error:
        return tickets(view, client, message=note(explained(error, view), problem=True))
    return tickets(view, client)

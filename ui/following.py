"""What comes by itself on the chat page: a person's words, and what the customer is asked. Views go in, views come out."""

from __future__ import annotations

from dataclasses import replace

from api.client import Client
from core.errors import ZhidaError
from core.surveys import SurveyKind
from core.types import Role
from ui.view import ChatView, LiveView, PersonLine, TicketNote

FROM_THE_DESK = frozenset({Role.AGENT, Role.SYSTEM})


def current(live: LiveView | None, view: ChatView | None) -> LiveView:
    """Return what is known of the conversation on the page; nothing of another one."""
    conversation_id = view.conversation.conversation_id if view and view.conversation else None
    return live if live and live.conversation_id == conversation_id else LiveView(conversation_id)


def followed(live: LiveView, view: ChatView, client: Client) -> LiveView:
    """Look for news. Returns `live` itself where there is none, or where the server can't be asked."""
    if view.conversation is None or view.busy:
        return live
    try:
        news = client.new_messages(view.conversation, after=live.seen)
        if not news and live.state is not None and live.exchanges == len(view.exchanges):
            return live
        state = client.conversation_state(view.conversation)
    except ZhidaError:
        return live  # the next look may succeed; meanwhile nothing is lost
    known = {line.message_id for line in live.lines}
    lines: list[PersonLine] = []
    asked = 0
    for each in news:
        asked += each.role is Role.CUSTOMER
        if each.role in FROM_THE_DESK and each.message_id not in known:
            after = len(view.exchanges) if live.seen else asked  # a reloaded page gets all lines at once
            lines.append(PersonLine(each.message_id, each.role, each.author, each.text, after, each.files))
    return replace(
        live,
        seen=max([live.seen, *(each.sequence for each in news)]),
        lines=(*live.lines, *lines),
        verdicts={**live.verdicts, **{each.message_id: each.helpful for each in news if each.answer}},
        state=state,
        exchanges=len(view.exchanges),
    )


def with_forms(view: ChatView, live: LiveView) -> ChatView:
    """Ask for a contact where one is missing: at the last exchange of the open ticket, and nowhere else.

    A reloaded page doesn't know which exchange opened the ticket; there it is asked for at the last one.
    """
    state = live.state
    if state is None or view.busy or not view.exchanges or live.exchanges != len(view.exchanges):
        return view
    wanted = state.ticket_id if not state.contact_left else None
    own = [index for index, each in enumerate(view.exchanges) if each.ticket and each.ticket.ticket_id == wanted]
    at = own[-1] if own else len(view.exchanges) - 1
    shown = list(view.exchanges)
    for index, each in enumerate(shown):
        note = each.ticket
        if wanted is not None and index == at and (note is None or note.ticket_id != wanted):
            note = TicketNote(wanted)
        if note is not None:
            shown[index] = replace(each, ticket=replace(note, asks=wanted is not None and index == at))
    return replace(view, exchanges=tuple(shown))


def judged(live: LiveView, view: ChatView, index: int, helpful: bool, client: Client) -> LiveView:
    """Tell whether the answer of an exchange helped; it may be told otherwise later."""
    message_id = view.exchanges[index].message_id if 0 <= index < len(view.exchanges) else None
    if view.conversation is None or message_id is None:
        return live
    try:
        state = client.rate_answer(view.conversation, message_id, helpful)
    except ZhidaError:
        return live
    after = replace(live, state=state, exchanges=len(view.exchanges), verdicts={**live.verdicts, message_id: helpful})
    return followed(after, view, client)


def said_solved(live: LiveView, view: ChatView, solved: bool, client: Client) -> LiveView:
    """Tell whether the last answer helped, then look for what follows."""
    if view.conversation is None:
        return live
    try:
        state = client.say_solved(view.conversation, solved)
    except ZhidaError:
        return replace(live, state=None)  # it has changed meanwhile, so it is asked for anew
    last = next((each.message_id for each in reversed(view.exchanges) if each.message_id in live.verdicts), None)
    verdicts = {**live.verdicts, last: solved} if last is not None else live.verdicts
    return followed(replace(live, state=None, thanked=not solved, verdicts=verdicts), view, client) if state else live


def rated(live: LiveView, view: ChatView, score: int, comment: str, client: Client) -> LiveView:
    """Tell how satisfied one is."""
    lowest, highest = SurveyKind.CSAT.scale
    if view.conversation is None or not lowest <= score <= highest:
        return live
    try:
        state = client.rate(view.conversation, score, comment=comment[:1000])
        return replace(live, state=state, exchanges=len(view.exchanges), thanked=True)
    except ZhidaError:
        return replace(live, state=None)

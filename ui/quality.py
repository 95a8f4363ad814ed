"""What happens on the quality tab, without the page: a view and a client in, HTML out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from api.client import Client
from api.client_gold import GoldComparison
from core.errors import NotFound, ZhidaError
from core.gold import MAX_SOURCES, GoldEntry, GoldId, GoldRun, GoldRunId, GoldSource, RunStatus
from core.types import Answer, Audience, Language, MessageId
from ui.managing import explained, safely
from ui.render import button, element
from ui.render_gold_changes import changes
from ui.render_gold_form import question_form
from ui.render_gold_messages import message_panel
from ui.render_gold_questions import SHOWS, question_list
from ui.render_gold_runs import overview
from ui.render_knowledge import note
from ui.texts import say
from ui.view import ManagerView

QUESTIONS: Final = 20
MESSAGES: Final = 20
RUNS: Final = 40
"""Runs in the history."""

CHANGES: Final = 50
"""Changes shown side by side."""


def state(view: ManagerView, client: Client, *, message: str = "") -> tuple[ManagerView, str, str]:
    """Return the view, the figures with the history, and what changed in the run that the view names."""
    try:
        runs, counts = client.gold_runs(limit=RUNS), client.gold(limit=1).counts
        found = _comparison(view, client, runs)
    except ZhidaError as error:
        return view, note(explained(error, view), problem=True), ""
    seen = replace(view, gold_seen=_seen(runs))
    return seen, overview(runs, counts, view.language, message=message), changes(found, view.language)


def _comparison(view: ManagerView, client: Client, runs: list[GoldRun]) -> GoldComparison | None:
    done = [run.run_id for run in runs if run.status is RunStatus.DONE]
    chosen = view.gold_run if view.gold_run is not None else next(iter(done), None)
    if chosen is None:
        return None
    try:
        return client.gold_run(chosen, limit=CHANGES)
    except NotFound:  # an address from another day
        return None


def _seen(runs: list[GoldRun]) -> str:
    return f"{runs[0].run_id}:{runs[0].status}:{runs[0].asked}" if runs else "none"


def news(view: ManagerView, client: Client) -> tuple[bool, bool]:
    """Return whether the runs have moved on since the view was made, and whether one has ended."""
    if view.key is None:
        return False, False
    try:
        runs = client.gold_runs(limit=1)
    except ZhidaError:
        return False, False  # a tick that fails is no news; what is shown stays
    now = _seen(runs)
    ended = bool(runs) and runs[0].status in {RunStatus.DONE, RunStatus.FAILED}
    return now != view.gold_seen, now != view.gold_seen and ended


def started(view: ManagerView, client: Client) -> tuple[ManagerView, str, str]:
    """Ask for a run; returns as `state`."""
    try:
        client.run_gold()
    except ZhidaError as error:
        return state(view, client, message=note(explained(error, view), problem=True))
    return state(replace(view, gold_run=None), client)


def chosen(view: ManagerView, run_id: int) -> ManagerView:
    """Return the view that shows the changes of another run."""
    return replace(view, gold_run=GoldRunId(run_id) if run_id > 0 else None)


def questions(view: ManagerView, client: Client, *, deleting: GoldId | None = None, message: str = "") -> str:
    """Return the gold questions that the view's filter lets through."""

    def make() -> str:
        page = client.gold(show=view.gold_show, offset=view.gold_offset, limit=QUESTIONS + 1)
        more = len(page.items) > QUESTIONS
        return question_list(
            replace(page, items=page.items[:QUESTIONS]),
            view.language,
            show=view.gold_show,
            offset=view.gold_offset,
            more=more,
            deleting=deleting,
            message=message,
        )

    return safely(view, make)


def filtered(view: ManagerView, show: str) -> ManagerView:
    """Return the view with another filter, from its first page."""
    return replace(view, gold_show=show if show in SHOWS else view.gold_show, gold_offset=0)


def deleted(view: ManagerView, gold_id: int, client: Client) -> str:
    """Delete a question; returns the list as it is then."""
    try:
        client.delete_gold(GoldId(gold_id))
    except ZhidaError as error:
        return questions(view, client, message=note(explained(error, view), problem=True))
    return questions(view, client, message=note(say("gold.deleted", view.language)))


def imported(view: ManagerView, told: Mapping[str, str], client: Client) -> str:
    """Say what became of a file that a script of the page has sent; returns the list as it is then."""
    if told.get("problem"):
        return questions(view, client, message=note(told["problem"][:500], problem=True))
    numbers = {name: told.get(name, "0") for name in ("added", "changed", "unchanged")}
    return questions(view, client, message=note(say("gold.imported", view.language, **numbers)))


# The form


def new_form(view: ManagerView, client: Client) -> str:
    """Return the empty form."""
    return _form(view, GoldEntry(text=""), client)


def edit_form(view: ManagerView, gold_id: int, client: Client) -> str:
    """Return the form of a question."""
    return safely(
        view, lambda: _form(view, client.gold_question(GoldId(gold_id)).question, client, gold_id=GoldId(gold_id))
    )


def proposed_form(view: ManagerView, message_id: str, client: Client) -> str:
    """Return the form filled from a customer's message: what the reply cites is proposed as the source."""
    asked = MessageId(message_id)
    return safely(view, lambda: _form(view, client.propose_gold(asked), client, message_id=asked))


def tested_form(view: ManagerView, question: str, audience: str, client: Client) -> str:
    """Return the form filled from a test question, as it is answered now."""

    def make() -> str:
        reader = Audience.INTERNAL if audience == Audience.INTERNAL else Audience.PUBLIC
        outcome = client.test_question(question.strip(), audience=reader).outcome
        cited = outcome.citations if isinstance(outcome, Answer) else ()
        sources = dict.fromkeys(GoldSource(each.document, " ".join(each.quote.split())) for each in cited)
        entry = GoldEntry(text=question.strip(), audience=reader, sources=tuple(sources)[:MAX_SOURCES])
        return _form(view, entry, client)

    return safely(view, make)


def keep_button(view: ManagerView, question: str, audience: str) -> str:
    """Return the button above a tested question that opens the form for it."""
    if not question.strip():
        return ""
    keep = button(say("gold.keep", view.language), "keep", text=question.strip(), audience=audience)
    return element("div", keep, classes="zd-keep")


def saved(view: ManagerView, fields: Mapping[str, object], client: Client) -> tuple[str, str | None]:
    """Store what the form holds. Returns the form as it is then, empty when it closes, and a note for the page."""
    entry = entry_of(fields)
    number, message = _field(fields, "gold"), _field(fields, "message")
    gold_id = GoldId(int(number)) if number.isascii() and number.isdigit() else None
    message_id = MessageId(message) if message.isascii() and message.isalnum() else None
    try:
        if gold_id is None:
            client.add_gold(entry, message_id=message_id)
        else:
            client.edit_gold(gold_id, entry)
    except ZhidaError as error:
        problem = explained(error, view)
        return _form(view, entry, client, gold_id=gold_id, message_id=message_id, problem=problem), None
    return "", note(say("gold.saved", view.language))


def entry_of(fields: Mapping[str, object]) -> GoldEntry:
    """Return what a form states. The browser may send anything: what isn't a known value is the default."""
    language, audience = _field(fields, "language"), _field(fields, "audience")
    sources = (GoldSource(_field(fields, f"document{at}"), _field(fields, f"quote{at}")) for at in range(MAX_SOURCES))
    facts = (line.strip() for line in _field(fields, "facts").splitlines())
    return GoldEntry(
        text=_field(fields, "text"),
        language=Language(language) if language in set(Language) else None,
        audience=Audience(audience) if audience in set(Audience) else Audience.PUBLIC,
        answerable=_field(fields, "answerable") != "no",
        sources=tuple(source for source in sources if source != GoldSource()),
        facts=tuple(fact for fact in facts if fact),
        note=_field(fields, "note"),
        enabled=_field(fields, "enabled") == "yes",
    )


def _field(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def _form(
    view: ManagerView,
    entry: GoldEntry,
    client: Client,
    *,
    gold_id: GoldId | None = None,
    message_id: MessageId | None = None,
    problem: str | None = None,
) -> str:
    try:
        names = sorted(document.name for document in client.documents())
    except ZhidaError:
        names = []  # the form works without proposals, and what was entered isn't lost
    return question_form(entry, names, view.language, gold_id=gold_id, message_id=message_id, problem=problem)


# Choosing from conversations


def messages(view: ManagerView, client: Client) -> str:
    """Return what customers asked lately."""

    def make() -> str:
        found = client.asked_messages(unanswered=view.asked_unanswered, offset=view.asked_offset, limit=MESSAGES + 1)
        return message_panel(
            found[:MESSAGES],
            view.language,
            unanswered=view.asked_unanswered,
            offset=view.asked_offset,
            more=len(found) > MESSAGES,
        )

    return safely(view, make)

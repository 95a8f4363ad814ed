"""What happens on the vocabulary tab, without the page: a view and a client in, HTML out."""

from __future__ import annotations

from typing import Final

from api.client import Client
from core.errors import ZhidaError
from core.vocabulary import VocabularyKind
from ui.managing import explained, safely
from ui.render_knowledge import note
from ui.render_vocabulary import SEPARATOR, Draft, imported, words_file, words_form, words_list, words_trial
from ui.texts import say
from ui.view import ManagerView

ENTRIES: Final = 50


def listed(view: ManagerView, client: Client, *, deleting: int | None = None, message: str = "") -> str:
    """Return a page of the entries, the newest first."""

    def make() -> str:
        entries = client.vocabulary()[::-1]
        page = entries[view.words_offset : view.words_offset + ENTRIES]
        return words_list(
            page, view.language, count=len(entries), offset=view.words_offset, deleting=deleting, message=message
        )

    return safely(view, make)


def taught(view: ManagerView, kind: str, terms: str, entry_id: int, client: Client) -> tuple[str, str]:
    """Add an entry, or change the one with this number; returns the form and the list.

    What was refused stays in the form, with the reason above it.
    """
    chosen = VocabularyKind(kind) if kind in set(VocabularyKind) else VocabularyKind.SYNONYMS
    lines = [line.strip() for line in terms.splitlines() if line.strip()]
    try:
        if entry_id > 0:
            entry, told = client.change_words(entry_id, chosen, lines), "words.saved"
        else:
            entry, told = client.add_words(chosen, lines), "words.added"
    except ZhidaError as error:
        problem = note(explained(error, view), problem=True)
        draft = Draft(max(0, entry_id), chosen, terms)
        return words_form(view.language, draft, message=problem), listed(view, client)
    done = note(say(told, view.language, terms=SEPARATOR.join(entry.terms)))
    return words_form(view.language, Draft(), message=done), listed(view, client)


def form(view: ManagerView, client: Client, *, editing: int = 0) -> str:
    """Return the form, filled with the entry that is to be changed."""
    if editing <= 0:
        return words_form(view.language, Draft())

    def make() -> str:
        entry = next((each for each in client.vocabulary() if each.entry_id == editing), None)
        draft = Draft() if entry is None else Draft(entry.entry_id, entry.kind, "\n".join(entry.terms))
        return words_form(view.language, draft)

    return safely(view, make)


def removed(view: ManagerView, entry_id: int, client: Client) -> str:
    """Delete an entry; returns the list as it is then."""
    try:
        client.remove_words(entry_id)
    except ZhidaError as error:
        return listed(view, client, message=note(explained(error, view), problem=True))
    return listed(view, client, message=note(say("words.removed", view.language)))


def tried(view: ManagerView, question: str, client: Client) -> str:
    """Return what a question is taken to mean."""
    asked = question.strip()
    if not asked:
        return words_trial(view.language, message=note(say("ask.empty", view.language), problem=True))
    return safely(view, lambda: words_trial(view.language, text=asked, understood=client.understand(asked)))


def file(view: ManagerView, client: Client) -> str:
    """Return the import and export."""
    return safely(view, lambda: words_file(view.language, client.export_words().removeprefix("\ufeff")))


def file_read(view: ManagerView, csv: str, client: Client) -> tuple[str, str]:
    """Import entries; returns the import form with what came of it, and the list."""
    try:
        told = imported(client.import_words(csv), view.language)
    except ZhidaError as error:
        told = note(explained(error, view), problem=True)
        return words_file(view.language, csv, message=told, opened=True), listed(view, client)
    exported = safely(
        view,
        lambda: words_file(view.language, client.export_words().removeprefix("\ufeff"), message=told, opened=True),
    )
    return exported, listed(view, client)

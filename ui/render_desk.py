"""HTML of the agent desk: queue, conversation, customer. See `ui.render` on escaping."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from api.client_desk import QueueShow
from api.client_desk_values import DeskConversation, DeskMessage, QueueItem
from core.episodes import EpisodeState
from core.staff import DeskAgent, Presence, Team
from core.tickets import CloseReason
from core.types import Language, Role
from ui.render import bar, button, element, moment
from ui.render_desk_facts import cited, pill, priority_pill
from ui.render_files import words_and_files
from ui.render_manage import manage_link
from ui.texts import AI_LABEL, intent_name, say

PREVIEW: Final = 60
"""Characters of the last message in the queue."""

REASONS: Final = (
    CloseReason.AGENT_SOLVED,
    CloseReason.WORKAROUND,
    CloseReason.NO_CUSTOMER_RESPONSE,
    CloseReason.POLICY_DECLINED,
    CloseReason.DUPLICATE,
    CloseReason.NOT_SUPPORT,
)
"""Those that an agent can give."""

SNOOZES: Final = (60, 240, 1440)
"""Minutes."""


def desk_header(
    language: Language, *, signed_in: bool, account: str | None = None, presence: Presence | None = None
) -> str:
    """Return the bar at the top."""
    brand = element(
        "div",
        element("strong", escape(say("brand", language)))
        + element("span", escape(say("desk.title", language)), classes="zd-tagline"),
        classes="zd-brand-text",
    )
    said = "".join(
        element(
            "button",
            escape(say(f"desk.presence.{each}", language)),
            classes="zd-segment",
            type="button",
            data_act="presence",
            data_presence=each,
            aria_pressed="true" if each is presence else "false",
        )
        for each in Presence
    )
    here = element("div", said, classes="zd-segments", role="group") if signed_in and presence else ""
    who = element("span", escape(account), classes="zd-small") if account else ""
    leave = button(say("kb.leave", language), "leave", classes="zd-quiet") if signed_in else ""
    switch = button(say("switch", language), "language", classes="zd-quiet")
    settings = manage_link(language) if signed_in else ""
    return bar(brand, here + who + settings + switch + leave, language)


def queue_list(items: Sequence[QueueItem], language: Language, *, show: QueueShow, current: str | None) -> str:
    """Return the list on the left with its filters."""
    filters = "".join(
        element(
            "button",
            escape(say(f"desk.show.{each}", language)),
            classes="zd-segment",
            type="button",
            data_act="show",
            data_show=each,
            aria_pressed="true" if each is show else "false",
        )
        for each in QueueShow
    )
    listed = "".join(_item(item, language, open_=item.conversation_id == current) for item in items)
    empty = element("p", escape(say("desk.empty", language)), classes="zd-empty")
    return element("div", filters, classes="zd-segments zd-filters", role="group") + (listed or empty)


def _item(item: QueueItem, language: Language, *, open_: bool) -> str:
    name = item.customer or say("desk.visitor", language)
    top = element("strong", escape(name)) + (priority_pill(item.priority, language) if item.priority else "")
    what = say(f"code.{item.code}", language) if item.code else say(f"desk.episode.{item.state}", language)
    said = item.last_text or say("file.only", language)
    last = said if len(said) <= PREVIEW else said[:PREVIEW] + "…"
    facts = [escape(what)]
    if item.owner:
        facts.append(escape(item.owner))
    if item.waiting_since:
        facts.append(f"{escape(say('desk.waiting_since', language))} {moment(item.waiting_since)}")
    if item.breached:
        facts.append(pill(say("desk.overdue", language), "bad"))
    elif item.due_at:
        facts.append(f"{escape(say('desk.due', language))} {moment(item.due_at)}")
    return element(
        "div",
        element("div", top, classes="zd-item-top")
        + element("div", escape(last), classes="zd-item-last")
        + element("div", " · ".join(facts), classes="zd-small"),
        classes="zd-item" + (" zd-open" if open_ else ""),
        role="button",
        tabindex="0",
        data_act="open",
        data_conversation=item.conversation_id,
        aria_current="true" if open_ else None,
    )


def conversation_head(
    shown: DeskConversation, language: Language, *, teams: Sequence[Team] = (), colleagues: Sequence[DeskAgent] = ()
) -> str:
    """Return who it is and what can be done with the conversation."""
    episode = shown.episode
    name = shown.customer.name or say("desk.visitor", language)
    state = say(f"desk.episode.{episode.state}", language) if episode else ""
    owner = f" · {escape(episode.owner)}" if episode and episode.owner else ""
    title = element(
        "div",
        element("h2", escape(name)) + element("span", escape(state) + owner, classes="zd-small"),
        classes="zd-brand-text",
    )
    return element("div", title + _acts(shown, language, teams, colleagues), classes="zd-desk-head")


def _acts(shown: DeskConversation, language: Language, teams: Sequence[Team], colleagues: Sequence[DeskAgent]) -> str:
    if not shown.may_work or shown.episode is None:
        return ""
    if not shown.mine:
        if shown.episode.state.ended:
            return ""
        speaks = shown.episode.state.assistant_speaks
        return button(
            say("desk.take_over" if speaks else "desk.claim", language), "claim", classes="zd-button zd-primary"
        )
    reasons = [(reason.value, say(f"desk.reason.{reason}", language)) for reason in REASONS]
    places = [(f"team:{team.team_id}", team.name) for team in teams]
    places += [(f"agent:{each.account_id}", each.name) for each in colleagues]
    naps = [(str(minutes), say(f"desk.snooze.{minutes}", language)) for minutes in SNOOZES]
    acts = button(say("desk.hand_back", language), "handback", classes="zd-quiet")
    acts += _choice("snooze", "minutes", say("desk.snooze", language), naps)
    acts += _choice("transfer", "to", say("desk.transfer", language), places) if places else ""
    acts += _choice("resolve", "reason", say("desk.resolve", language), reasons, primary=True)
    return element("div", acts, classes="zd-desk-acts")


def _choice(act: str, name: str, label: str, options: Sequence[tuple[str, str]], *, primary: bool = False) -> str:
    """A list with a button that sends what is chosen."""
    listed = "".join(element("option", escape(text), value=value) for value, text in options)
    send = element("button", escape(label), classes="zd-button zd-primary" if primary else "zd-button", type="submit")
    return element(
        "form", element("select", listed, name=name, aria_label=label) + send, classes="zd-choice", data_act=act
    )


def thread(messages: Sequence[DeskMessage], language: Language, *, erasable: bool = False) -> str:
    """Return the messages, oldest first, with what was told of each. `erasable`: their files can be deleted."""
    lines = "".join(_message(message, language, erasable) for message in messages)
    return element("div", lines, classes="zd-thread", data_count=len(messages))


def _message(message: DeskMessage, language: Language, erasable: bool) -> str:
    who = message.author or say(f"desk.role.{message.role}", language)
    marks = [element("strong", escape(who)), moment(message.created_at)]
    if message.role is Role.ASSISTANT:
        marks.append(escape(AI_LABEL))
    if message.intent:
        marks.append(pill(intent_name(message.intent, language)))
    if message.sentiment is not None and message.sentiment != 3:
        marks.append(pill(say(f"desk.mood.{message.sentiment}", language), "bad" if message.sentiment < 3 else "good"))
    if message.helpful is not None:
        marks.append(
            pill(
                say("desk.helpful" if message.helpful else "desk.unhelpful", language),
                "good" if message.helpful else "bad",
            )
        )
    return element(
        "div",
        element("div", " ".join(marks), classes="zd-small zd-said-by")
        + words_and_files(message.text, message.files, language, classes="zd-text zd-said", erasable=erasable)
        + cited(message.citations, language),
        classes=f"zd-line zd-by-{message.role}",
        id=f"m-{message.message_id}",
    )


def note_form(language: Language) -> str:
    """Return the form for a note to colleagues."""
    label = escape(say("desk.note", language))
    field = f'<input type="text" name="text" maxlength="2000" placeholder="{label}" aria-label="{label}">'
    send = element("button", escape(say("desk.note.add", language)), classes="zd-button", type="submit")
    return element("form", field + send, classes="zd-note-form", data_act="note")


def nothing_chosen(language: Language) -> str:
    """Return what stands where a conversation will stand."""
    return element("p", escape(say("desk.choose", language)), classes="zd-empty")


def replies_allowed(shown: DeskConversation) -> bool:
    """Whether whoever looks may write to the customer now."""
    return shown.mine and shown.episode is not None and shown.episode.state is EpisodeState.AGENT

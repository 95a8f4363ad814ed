"""HTML of what isn't the assistant's on the chat page: a person's words, and the questions to the customer."""

from __future__ import annotations

from html import escape

from core.surveys import SurveyKind
from core.types import Language, Role
from ui.following import with_forms
from ui.render import button, chat_log, element
from ui.render_files import file_chips, words_and_files
from ui.texts import say
from ui.view import ChatView, LiveView, PersonLine


def whole_log(view: ChatView, live: LiveView | None) -> str:
    """Return the conversation with everybody's lines, and what the customer is asked."""
    files = {
        index: file_chips(exchange.files, view.language)
        for index, exchange in enumerate(view.exchanges)
        if exchange.files
    }
    if live is None or not view.exchanges:
        return chat_log(view, files=files)
    view = with_forms(view, live)
    people: dict[int, list[str]] = {}
    for line in live.lines:
        people.setdefault(line.after, []).append(_line(line, view.language))
    known = not view.busy and live.exchanges == len(view.exchanges)
    return chat_log(view, people, _asks(live, view.language) if known else "", live.verdicts, files)


def _line(line: PersonLine, language: Language) -> str:
    if line.role is Role.SYSTEM:
        return element("p", escape(line.text), classes="zd-from-desk", role="status")
    name = line.author or say("chat.person.label", language)
    who = element(
        "div",
        element("span", escape(name), classes="zd-name")
        + element("span", escape(say("chat.person.label", language)), classes="zd-tier"),
        classes="zd-who",
    )
    body = words_and_files(line.text, line.files, language, classes="zd-text")
    avatar = element("span", escape(name[:1]), classes="zd-avatar", aria_hidden="true")
    return element(
        "article",
        avatar + element("div", who + body, classes="zd-body"),
        classes="zd-turn zd-person",
        aria_label=name,
    )


def _asks(live: LiveView, language: Language) -> str:
    """At most one thing is asked at a time."""
    state = live.state
    if state is None:
        return ""
    if state.survey is SurveyKind.CSAT:
        return _survey(language)
    if state.ask_solved:
        asked = element("span", escape(say("chat.solved.ask", language)))
        yes = button(say("chat.solved.yes", language), "solved", classes="zd-chip", solved="yes")
        no = button(say("chat.solved.no", language), "solved", classes="zd-chip", solved="no")
        return element("div", asked + yes + no, classes="zd-ask-solved")
    if state.waiting:
        return element("p", escape(say("chat.person.waiting", language)), classes="zd-from-desk", role="status")
    if state.agent:
        here = say("chat.person.here", language, name=state.agent)
        return element("p", escape(here), classes="zd-from-desk", role="status")
    if live.thanked:
        return element("p", escape(say("chat.solved.thanks", language)), classes="zd-from-desk", role="status")
    return ""


def _survey(language: Language) -> str:
    lowest, highest = SurveyKind.CSAT.scale
    scores = "".join(_score(score, language) for score in range(lowest, highest + 1))
    label = escape(say("chat.survey.comment", language))
    comment = f'<input type="text" name="comment" maxlength="1000" placeholder="{label}" aria-label="{label}">'
    send = element("button", escape(say("chat.survey.send", language)), classes="zd-button zd-primary", type="submit")
    return element(
        "form",
        element("p", escape(say("chat.survey.ask", language)))
        + element("div", scores, classes="zd-scores", role="radiogroup")
        + element("div", comment + send, classes="zd-contact"),
        classes="zd-survey",
        data_act="rate",
    )


def _score(score: int, language: Language) -> str:
    meaning = escape(say(f"chat.survey.{score}", language))
    field = f'<input type="radio" name="score" value="{score}" required aria-label="{meaning}">'
    return element("label", field + element("span", meaning), classes="zd-score")

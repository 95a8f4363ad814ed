"""HTML of the tab of accounts and their log. See `ui.render` on escaping."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from api.client_accounts import AuditPage
from core.accounts import Account, AccountId, AuditEntry
from core.settings import Secret
from core.types import Language
from ui.render import button, element, moment
from ui.render_knowledge import note
from ui.texts import TEXTS, say


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsShown:
    """What the tab shows."""

    accounts: tuple[Account, ...]
    log: AuditPage | None
    """One line more than is shown, where there are more; `None` for who may not read it."""
    offset: int
    lines: int
    may_write: bool
    own: AccountId | None
    """Whose page it is: nobody shuts out themselves."""


def accounts_page(found: AccountsShown, language: Language, form: str) -> str:
    """Return the accounts, with the opened form above them, and the log."""
    add = button(say("accounts.add", language), "open", classes="zd-button zd-primary", what="account", number=0)
    intro = say("accounts.intro" if found.may_write else "accounts.read_only", language)
    head = element(
        "div",
        element("p", escape(intro), classes="zd-small") + (add if found.may_write else ""),
        classes="zd-settings-head",
    )
    return head + form + _accounts(found, language) + _log(found, language)


def _accounts(found: AccountsShown, language: Language) -> str:
    if not found.accounts:
        text = say("accounts.none.text" if found.may_write else "accounts.read_only", language)
        title = element("h3", escape(say("accounts.none", language)))
        return element("div", title + element("p", escape(text)), classes="zd-block zd-nothing")
    columns = ["name", "role", "signed_in", "password"]
    heads = "".join(element("th", escape(say(f"accounts.col.{each}", language)), scope="col") for each in columns)
    heads += element("th", "", scope="col") if found.may_write else ""
    rows = "".join(_account(each, found, language) for each in found.accounts)
    table = element(
        "table", element("thead", element("tr", heads)) + element("tbody", rows), classes="zd-table zd-settings-table"
    )
    return element("div", table, classes="zd-wide")


def _account(account: Account, found: AccountsShown, language: Language) -> str:
    name = element("strong", escape(account.display_name)) + element(
        "span", escape(account.name), classes="zd-small zd-login"
    )
    if account.disabled:
        name += element("span", escape(say("accounts.is_disabled", language)), classes="zd-pill zd-is-warn")
    when = moment(account.signed_in_at) if account.signed_in_at else escape(say("accounts.never", language))
    cells = [
        element("div", name, classes="zd-pills"),
        escape(say(f"accounts.role.{account.role}", language)),
        when,
        moment(account.password_changed_at),
    ]
    if found.may_write:
        acts = _act("manage.edit", "open", account, language) + _act(
            "accounts.new_password", "remove", account, language
        )
        if account.account_id != found.own:
            acts += _act("accounts.enable" if account.disabled else "accounts.disable", "switch", account, language)
        cells.append(element("div", acts, classes="zd-actions"))
    return element("tr", "".join(element("td", cell) for cell in cells))


def _act(key: str, act: str, account: Account, language: Language) -> str:
    label = say(key, language)
    return element(
        "button",
        escape(label),
        classes="zd-quiet",
        type="button",
        data_act=act,
        data_what="account",
        data_number=account.account_id,
        data_name=account.name,
        aria_label=f"{label}: {account.name}",
    )


def _log(found: AccountsShown, language: Language) -> str:
    if found.log is None:
        return ""
    broken = found.log.broken_at
    if broken is None:
        verdict = note(say("accounts.log.whole", language))
    else:
        verdict = note(say("accounts.log.broken", language, number=broken), problem=True)
    columns = ("number", "when", "who", "what", "whom", "detail", "address")
    heads = "".join(element("th", escape(say(f"accounts.log.{each}", language)), scope="col") for each in columns)
    rows = "".join(_entry(each, broken, language) for each in found.log.entries[: found.lines])
    table = element(
        "table", element("thead", element("tr", heads)) + element("tbody", rows), classes="zd-table zd-settings-table"
    )
    turn = ""
    if found.offset:
        turn += button(say("accounts.log.newer", language), "turn", classes="zd-quiet", step=-1)
    if len(found.log.entries) > found.lines:
        turn += button(say("accounts.log.older", language), "turn", classes="zd-quiet", step=1)
    head = element("h2", escape(say("accounts.log", language)))
    return head + verdict + element("div", table, classes="zd-wide") + element("div", turn, classes="zd-actions")


def _entry(entry: AuditEntry, broken: int | None, language: Language) -> str:
    key = f"accounts.action.{entry.action}"
    what = say(key, language) if key in TEXTS else entry.action
    suspect = broken is not None and entry.number >= broken
    cells = [
        f"{entry.number}",
        moment(entry.at),
        escape(entry.actor),
        escape(what),
        escape(entry.target),
        escape(entry.detail),
        escape(entry.address),
    ]
    return element("tr", "".join(element("td", cell) for cell in cells), classes="zd-is-suspect" if suspect else "")


def told_once(said: str, name: str, password: Secret, language: Language) -> str:
    """Return what was done, with a password that is shown now and never again."""
    shown = element("code", escape(password.reveal()), classes="zd-secret", tabindex="0")
    lines = element("strong", escape(said)) + element(
        "p", escape(say("accounts.password", language, name=name)) + " " + shown
    )
    lines += element("p", escape(say("accounts.password.once", language)), classes="zd-small")
    return element("div", lines, classes="zd-done", role="status")


def confirm_password(number: int, name: str, language: Language) -> str:
    """Return the question whether the present password is really to end."""
    yes = button(
        say("accounts.new_password.yes", language),
        "really",
        classes="zd-button zd-danger",
        what="account",
        number=number,
    )
    no = button(say("cancel", language), "stop", classes="zd-quiet")
    asked = element("p", escape(say("accounts.new_password.ask", language, name=name)))
    return element(
        "section", asked + element("div", yes + no, classes="zd-form-buttons"), classes="zd-block zd-asks", role="alert"
    )

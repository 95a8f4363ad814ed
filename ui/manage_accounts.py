"""The tab of accounts and their log, without the page: a view and a client in, HTML out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from api.accounts.passwords import new_password
from api.client import Client
from core.accounts import Account, AccountId, Right, Role
from core.errors import NotFound, ZhidaError
from core.settings import Secret
from ui.forms import Field, Kind, Refusal, Values
from ui.manage_view import SettingsView
from ui.render_accounts import AccountsShown, accounts_page, confirm_password, told_once
from ui.render_knowledge import note
from ui.sheets import Edited, explained, missing, opened, saved, whole
from ui.texts import say

LINES: Final = 20
"""Of the log on a page."""

STAFF: Final = tuple(role for role in Role if role is not Role.CUSTOMER)
"""Roles that an account is given here; customers need none."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An account that is to be added."""

    name: str
    display_name: str
    role: Role


@dataclass(frozen=True, slots=True)
class AccountSheet:
    """How an account is added or changed."""

    view: SettingsView
    client: Client
    password: Secret = field(default_factory=lambda: Secret(new_password()))
    """Of an account that is added; told once."""
    what: str = "account"

    def title(self, read: Account | Draft | None) -> str:
        """Over the form."""
        language = self.view.language
        return say("accounts.edit", language, name=read.name) if read else say("accounts.new", language)

    def fields(self, read: Account | Draft | None) -> Sequence[Field]:
        """What can be filled in; the name that is typed to sign in stays what it is."""
        language = self.view.language
        name = Field(
            name="name",
            label=say("accounts.name", language),
            hint=say("accounts.name.hint", language),
            attributes={"maxlength": "64", "autocapitalize": "none", "autocomplete": "off"},
        )
        rest = [
            Field(
                name="display_name",
                label=say("accounts.display_name", language),
                hint=say("accounts.display_name.hint", language),
                attributes={"maxlength": "64", "autocomplete": "off"},
            ),
            Field(
                name="role",
                label=say("accounts.role", language),
                hint=say("accounts.role.hint", language) if read else "",
                kind=Kind.CHOICE,
                options=tuple((role.value, say(f"accounts.role.{role}", language)) for role in STAFF),
            ),
        ]
        return rest if read else [name, *rest]

    def values(self, read: Account | Draft | None) -> Values:
        """What the form shows of it."""
        if read is None:
            return {"role": Role.AGENT}
        return {"display_name": read.display_name, "role": read.role}

    def now(self, number: int) -> Account | Draft:
        """As it holds now."""
        return _one(self.client, number)

    def parsed(self, sent: Values, read: Account | Draft | None) -> Account | Draft | Refusal:
        """What a form says."""
        language, role = self.view.language, sent.get("role", "")
        shown = sent.get("display_name", "").strip()
        if role not in set(STAFF):
            return Refusal(say("manage.needed", language, label=say("accounts.role", language)), "role")
        if isinstance(read, Account):
            if not shown:
                return missing(say("accounts.display_name", language), "display_name", language)
            return replace(read, display_name=shown, role=Role(role))
        if not sent.get("name", "").strip():
            return missing(say("accounts.name", language), "name", language)
        return Draft(sent["name"].strip(), shown, Role(role))

    def store(self, wanted: Account | Draft, read: Account | Draft | None) -> str:
        """Save it."""
        language = self.view.language
        if isinstance(wanted, Draft):
            made = self.client.add_account(wanted.name, wanted.role, self.password, display_name=wanted.display_name)
            return told_once(say("accounts.added", language, name=made.name), made.name, self.password, language)
        was = read if isinstance(read, Account) else None
        made = self.client.change_account(
            wanted.account_id, role=wanted.role, display_name=wanted.display_name, instead_of=was
        )
        key = "accounts.saved.role" if was is not None and was.role is not made.role else "accounts.saved"
        return note(say(key, language, name=made.name, role=say(f"accounts.role.{made.role}", language)))

    def below(self, sent: Values) -> str:
        """Nothing."""
        return ""


def shown(view: SettingsView, client: Client, edited: Edited | None = None) -> str:
    """The tab."""
    edited = edited or Edited(view)
    try:
        log = client.audit(offset=view.offset, limit=LINES + 1) if Right.AUDIT_READ in view.rights else None
        found = AccountsShown(
            accounts=tuple(client.accounts()),
            log=log,
            offset=view.offset,
            lines=LINES,
            may_write=Right.ACCOUNTS_WRITE in view.rights,
            own=view.account_id,
        )
    except ZhidaError as error:
        return edited.said + note(explained(error, view), problem=True) + edited.form
    return edited.said + accounts_page(found, view.language, edited.form)


def act(view: SettingsView, name: str, sent: Values, client: Client) -> tuple[SettingsView, str]:
    """Do what was clicked, and return the tab."""
    sheet, number = AccountSheet(view, client), whole(sent.get("number", "")) or 0
    done = Edited(replace(view, read=None))
    if name == "turn":
        step = -LINES if sent.get("step") == "-1" else LINES
        done = Edited(replace(view, offset=max(0, view.offset + step)))
    elif Right.ACCOUNTS_WRITE in view.rights:
        match name:
            case "open":
                done = opened(view, sheet, number)
            case "save":
                done = saved(view, sheet, number, sent)
            case "switch":
                done = _switched(view, number, client)
            case "remove":
                done = Edited(done.view, form=confirm_password(number, sent.get("name", ""), view.language))
            case "really":
                done = _renewed(view, number, client, sheet)
    return done.view, shown(done.view, client, done)


def _switched(view: SettingsView, number: int, client: Client) -> Edited:
    try:
        was = _one(client, number)
        client.change_account(was.account_id, disabled=not was.disabled, instead_of=was)
    except ZhidaError as error:
        return Edited(view, said=note(explained(error, view), problem=True))
    key = "accounts.enabled" if was.disabled else "accounts.disabled"
    return Edited(view, said=note(say(key, view.language, name=was.name)))


def _one(client: Client, number: int) -> Account:
    found = next((each for each in client.accounts() if each.account_id == number), None)
    if found is None:
        raise NotFound("account", number)
    return found


def _renewed(view: SettingsView, number: int, client: Client, sheet: AccountSheet) -> Edited:
    try:
        account = client.set_password(AccountId(number), sheet.password)
    except ZhidaError as error:
        return Edited(view, said=note(explained(error, view), problem=True))
    said = say("accounts.renewed", view.language, name=account.name)
    return Edited(view, said=told_once(said, account.name, sheet.password, view.language))

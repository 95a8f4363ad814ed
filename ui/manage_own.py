"""The tab for one's own password, without the page: a view and a client in, HTML out."""

from __future__ import annotations

from dataclasses import replace

from api.client import Client
from core.accounts import MAX_PASSWORD, MIN_PASSWORD
from core.errors import InvalidInput, Unauthorized, ZhidaError
from core.settings import Secret
from ui.forms import Field, Form, Refusal, Values, form
from ui.manage_refusals import located
from ui.manage_view import SettingsView
from ui.render import element
from ui.render_knowledge import note
from ui.sheets import explained, missing
from ui.texts import say


def shown(view: SettingsView, _client: Client, refusal: Refusal | None = None, said: str = "") -> str:
    """The form. What was typed isn't put back here: a password stands in no page."""
    language = view.language
    hint = say("own.password.hint", language, least=MIN_PASSWORD, most=MAX_PASSWORD)
    fields = [
        Field(
            name=name,
            label=say(f"own.{name}", language),
            hint=hint if name == "password" else "",
            attributes={
                "type": "password",
                "maxlength": "200",
                "autocomplete": "current-password" if name == "present" else "new-password",
            },
        )
        for name in ("present", "password", "again")
    ]
    drawn = Form(
        what="own",
        title=say("own.title", language),
        intro=say("own.intro", language),
        fields=fields,
        values={},
        refusal=refusal,
        send=say("own.save", language),
        closes=False,
    )
    return said + element("section", form(drawn, language), classes="zd-block")


def act(view: SettingsView, name: str, sent: Values, client: Client) -> tuple[SettingsView, str]:
    """Change it if that was asked for, and return the tab."""
    if name != "save" or not view.account:
        return view, shown(view, client)
    language = view.language
    for field in ("present", "password"):
        if not sent.get(field):
            return view, shown(view, client, missing(say(f"own.{field}", language), field, language))
    if sent["password"] != sent.get("again"):
        return view, shown(view, client, Refusal(say("own.again.bad", language), "again"))
    try:
        client.change_own_password(Secret(sent["present"]), Secret(sent["password"]))
    except Unauthorized:
        return view, shown(view, client, Refusal(say("own.present.bad", language), "present"))
    except InvalidInput as error:
        return view, shown(view, client, located(error, language))
    except ZhidaError as error:
        return view, shown(view, client, Refusal(explained(error, view)))
    return replace(view, key=None), note(say("own.changed", language))

"""How a thing is edited in a form, whatever it is: opened, checked, saved, refused, or changed by somebody faster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Protocol, TypeVar, cast

from core.errors import Conflict, Forbidden, NotFound, RateLimited, StorageError, Unauthorized, ZhidaError
from core.types import Language
from ui.forms import Field, Form, Refusal, Values, differences, form
from ui.manage_refusals import faster, located
from ui.manage_view import SettingsView
from ui.render import element
from ui.render_knowledge import note
from ui.texts import say

T = TypeVar("T")


class Sheet(Protocol[T]):
    """One kind of thing that is edited. Made for a view and a client."""

    @property
    def what(self) -> str:
        """As the browser names it."""
        ...

    def title(self, read: T | None) -> str:
        """Over the form; `None` is something new."""
        ...

    def fields(self, read: T | None) -> Sequence[Field]:
        """What can be filled in."""
        ...

    def values(self, read: T | None) -> Values:
        """What the form shows of it."""
        ...

    def now(self, number: int) -> T:
        """The thing as it holds now. Raises `NotFound`."""
        ...

    def parsed(self, sent: Values, read: T | None) -> T | Refusal:
        """What a form says, or why that can't be."""
        ...

    def store(self, wanted: T, read: T | None) -> str:
        """Save it, and return what is said then. Errors are the client's."""
        ...

    def below(self, sent: Values) -> str:
        """HTML above the buttons."""
        ...


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of it."""

    view: SettingsView
    said: str = ""
    """HTML of what just happened."""
    form: str = ""
    """HTML of the opened form."""


def explained(error: ZhidaError, view: SettingsView) -> str:
    """Return what somebody is told about an error that isn't about a field."""
    language = view.language
    match error:
        case Unauthorized():
            return say("kb.wrong_key" if view.key and not view.account else "kb.signed_out", language)
        case Forbidden():
            return say("error.forbidden", language)
        case NotFound():
            return say("manage.gone", language)
        case RateLimited():
            return say("error.busy", language, seconds=max(1, error.retry_after_s))
        case StorageError():
            return say("error.reach", language)
        case _:
            return located(error, language).text


def opened(view: SettingsView, sheet: Sheet[T], number: int) -> Edited:
    """Open the form of the thing with this number; 0 is a new one."""
    try:
        read = sheet.now(number) if number else None
        return Edited(replace(view, read=read), form=_drawn(view, sheet, number, read, sheet.values(read)))
    except ZhidaError as error:
        return Edited(replace(view, read=None), said=note(explained(error, view), problem=True))


def previewed(view: SettingsView, sheet: Sheet[T], number: int, sent: Values) -> Edited:
    """Draw the form again as it was typed, with what follows from it below."""
    read = cast("T | None", view.read)
    try:
        return Edited(view, form=_drawn(view, sheet, number, read, sent, below=sheet.below(sent)))
    except ZhidaError as error:
        return Edited(view, said=note(explained(error, view), problem=True))


def saved(view: SettingsView, sheet: Sheet[T], number: int, sent: Values) -> Edited:
    """Save what a form says. What was refused stays as it was typed, with the reason beside it."""
    read = cast("T | None", view.read)
    try:
        if number and read is None:
            read = sheet.now(number)
        wanted = sheet.parsed(sent, read)
        if isinstance(wanted, Refusal):
            return Edited(view, form=_drawn(view, sheet, number, read, sent, wanted))
        try:
            return Edited(replace(view, read=None), said=sheet.store(wanted, read))
        except Conflict as error:
            who = faster(error)
            if who is None:
                raise
            return _outrun(view, sheet, number, sent, who)
    except NotFound as error:
        return Edited(view, form=_kept(view, sheet, number, sent, Refusal(explained(error, view))))
    except (Unauthorized, Forbidden, RateLimited, StorageError) as error:
        return Edited(view, form=_kept(view, sheet, number, sent, Refusal(explained(error, view))))
    except ZhidaError as error:
        return Edited(view, form=_kept(view, sheet, number, sent, located(error, view.language)))


def _outrun(view: SettingsView, sheet: Sheet[T], number: int, sent: Values, who: str) -> Edited:
    """Somebody was faster: what they saved stands above what was typed, and another «save» goes over it knowingly."""
    language = view.language
    now = sheet.now(number)
    said = say("manage.faster" if who else "manage.faster.unknown", language, who=who)
    lines = differences(sheet.fields(now), sent, sheet.values(now), language)
    listed = "".join(element("dt", escape(label)) + element("dd", escape(value)) for label, value in lines)
    theirs = element("p", escape(say("manage.faster.theirs", language))) + element("dl", listed) if lines else ""
    above = element("div", element("p", escape(said)) + theirs, classes="zd-warning", role="alert")
    after = replace(view, read=now)
    return Edited(after, form=_drawn(after, sheet, number, now, sent, above=above))


def _kept(view: SettingsView, sheet: Sheet[T], number: int, sent: Values, refusal: Refusal) -> str:
    return _drawn(view, sheet, number, cast("T | None", view.read), sent, refusal)


def _drawn(
    view: SettingsView,
    sheet: Sheet[T],
    number: int,
    read: T | None,
    values: Values,
    refusal: Refusal | None = None,
    *,
    above: str = "",
    below: str | None = None,
) -> str:
    try:
        fields = sheet.fields(read)
    except ZhidaError as error:  # what a choice offers can't be asked for now: the typed texts are kept as lines
        refusal = refusal or Refusal(explained(error, view))
        fields = [Field(name=name, label=name) for name in values if name not in ("what", "number")]
    drawn = Form(
        what=sheet.what,
        number=number,
        title=sheet.title(read),
        fields=fields,
        values=values,
        refusal=refusal,
        above=above,
        below=below or "",
        previews=sheet.what == "macro",
    )
    return element("section", form(drawn, view.language), classes="zd-block")


def lines_of(text: str) -> list[str]:
    """Return what stands in a text one a line, or between commas of either language, once each."""
    for mark in "，、;；\n":
        text = text.replace(mark, ",")
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def whole(text: str) -> int | None:
    """Return a whole number from 0, or `None`."""
    stripped = text.strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) < 10 else None


def empty(title: str, text: str, act: str = "") -> str:
    """Return what stands where there is nothing yet: what that means, and what to do first."""
    return element(
        "div", element("h3", escape(title)) + element("p", escape(text)) + act, classes="zd-block zd-nothing"
    )


def missing(label: str, name: str, language: Language) -> Refusal:
    """Return that a field has to be filled in."""
    return Refusal(say("manage.needed", language, label=label), name)

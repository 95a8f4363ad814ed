"""What happens in the panel on wrong answers, without the page: a view and a client in, HTML out."""

from __future__ import annotations

from api.client import Client
from core.errors import ZhidaError
from core.risk import RiskOf
from ui.managing import explained, safely
from ui.render_knowledge import note
from ui.render_risk import risk_panel
from ui.texts import say
from ui.view import ManagerView


def panel(view: ManagerView, client: Client, *, message: str = "") -> str:
    """Return the panel as things stand."""
    return safely(view, lambda: risk_panel(client.risk(), view.language, message=message))


def tolerated(view: ManagerView, share: str, of: str, client: Client) -> str:
    """Set what is tolerated and return the panel as it is then. Both texts come from the browser."""
    try:
        report = client.tolerate(_share(share), RiskOf(of) if of in set(RiskOf) else RiskOf.QUESTIONS)
    except ZhidaError as error:
        return panel(view, client, message=note(explained(error, view), problem=True))
    return risk_panel(report, view.language, message=note(say("risk.saved", view.language)))


def recalibrated(view: ManagerView, client: Client) -> str:
    """Fit anew to the gold questions and return the panel as it is then."""
    try:
        report = client.recalibrate()
    except ZhidaError as error:
        return panel(view, client, message=note(explained(error, view), problem=True))
    said = note(say("risk.fitted", view.language, questions=report.own_questions))
    return risk_panel(report, view.language, message=said)


def _share(text: str) -> float:
    """The number; where there is none, one that the server refuses with a sentence."""
    try:
        return float(text)
    except ValueError:
        return -1.0

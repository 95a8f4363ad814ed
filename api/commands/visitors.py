"""`zhida visitors …`: how your own site says who its visitors are."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Annotated, Final

import typer

from api.commands.session import AsJson, Home, begin
from core.clock import utc_now
from core.visitors import LONGEST_VALID, SignedVisitor, SiteVisitor, sign

app = typer.Typer(no_args_is_help=True, help="How your own site says who its visitors are. docs/visitors.md.")

MINUTES: Final = 5


@app.command()
def secret(
    context: typer.Context,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make a new one; the present one holds on beside it.")
    ] = False,
    retire: Annotated[bool, typer.Option("--retire", help="End all but the newest.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show the secrets that hold, the newest first. Give your site the first one, and nobody else."""
    from api.visitor_keys import VisitorKeys

    session = begin(context, home, as_json)
    keys = VisitorKeys(session.settings)
    if rotate and retire:
        raise typer.BadParameter("--rotate or --retire, not both.")
    found = keys.rotate() if rotate else keys.retire() if retire else keys.secrets()
    session.show({"secrets": [each.reveal() for each in found]}, lambda: "\n".join(each.reveal() for each in found))


@app.command("sign")
def sign_visitor(
    context: typer.Context,
    visitor_id: Annotated[str, typer.Option("--id", help="By which your site knows the visitor.", show_default=False)],
    name: Annotated[str, typer.Option(help="What colleagues read.")] = "",
    email: Annotated[str, typer.Option(help="Filled in where the desk has none.")] = "",
    phone: Annotated[str, typer.Option(help="Filled in where the desk has none.")] = "",
    minutes: Annotated[
        int, typer.Option(min=1, max=int(LONGEST_VALID.total_seconds()) // 60, help="How long it holds.")
    ] = MINUTES,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Sign a visitor as your site would, to try it: `zhida visitors sign --id 4711 --name Lin`."""
    from api.client_own import visitor_body
    from api.visitor_keys import VisitorKeys

    session = begin(context, home, as_json)
    expires_at = int((utc_now() + timedelta(minutes=minutes)).timestamp())
    visitor = SiteVisitor(visitor_id=visitor_id, name=name, email=email, phone=phone)
    signed = sign(visitor, expires_at, VisitorKeys(session.settings).secrets()[0])
    body, follows = visitor_body(signed), fragment(signed)
    written = json.dumps(body, ensure_ascii=False, indent=2)
    session.show({"visitor": body, "fragment": follows}, lambda: f"{written}\n\n{follows}")


def fragment(signed: SignedVisitor) -> str:
    """What follows the chat page's address."""
    from api.client_own import visitor_body

    written = json.dumps(visitor_body(signed), ensure_ascii=False).encode()
    return "#visitor=" + base64.urlsafe_b64encode(written).decode().rstrip("=")

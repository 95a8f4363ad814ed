"""`zhida accounts …`: who may sign in."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from api.commands.session import AsJson, Home, Session, begin, storage, table
from api.wire import plain
from core.accounts import Account, Role
from core.settings import Secret

app = typer.Typer(no_args_is_help=True, help="Accounts of the people who work here, and their roles.")

Name = Annotated[str, typer.Argument(help="What is typed to sign in.", show_default=False)]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input; else one is made and shown.")
]


@app.command("list")
def list_accounts(context: typer.Context, home: Home = None, as_json: AsJson = False) -> None:
    """List all accounts."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        found = services.accounts.accounts()
    session.show(found, lambda: _table(session, found))


@app.command()
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[Role, typer.Option(help="What the account may do.", show_default=False)],
    display_name: Annotated[str, typer.Option(help="What colleagues and customers read.")] = "",
    password_stdin: FromStdin = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Add an account: `zhida accounts add lin --role agent`."""
    from api.accounts.audit import OPERATOR

    session = begin(context, home, as_json)
    secret, made = _password(password_stdin)
    with storage(session) as services:
        account = services.accounts.add(name, role, secret, by=OPERATOR, display_name=display_name)
    _tell(session, account, made)


@app.command()
def disable(
    context: typer.Context,
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Let the account sign in again.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Keep an account from signing in, and end its sessions at once."""
    from api.accounts.audit import OPERATOR

    session = begin(context, home, as_json)
    with storage(session) as services:
        found = services.accounts.named(name)
        account = services.accounts.change(found.account_id, by=OPERATOR, disabled=not undo)
    session.show(account, lambda: _table(session, [account]))


@app.command()
def password(
    context: typer.Context,
    name: Name,
    password_stdin: FromStdin = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Give an account another password, and end its sessions at once."""
    from api.accounts.audit import OPERATOR

    session = begin(context, home, as_json)
    secret, made = _password(password_stdin)
    with storage(session) as services:
        account = services.accounts.set_password(services.accounts.named(name).account_id, secret, by=OPERATOR)
    _tell(session, account, made)


@app.command()
def log(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many lines.")] = 50,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show what was done to accounts, the newest first; exit code 1 when the log was tampered with."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        found, broken = services.accounts.log.entries(limit=limit), services.accounts.log.broken_at()
    headings = session.words("行,时间,谁,做了什么,对谁,详情", "Line,At,Who,What,To whom,Detail").split(",")
    rows = [
        (each.number, f"{each.at:%Y-%m-%d %H:%M}", each.actor, each.action, each.target, each.detail) for each in found
    ]
    session.show({"broken_at": broken, "entries": found}, lambda: table(headings, rows))
    if broken is not None:
        session.say(
            session.words(f"日志从第 {broken} 行起被改动过。", f"The log was tampered with from line {broken} on.")
        )
        raise typer.Exit(1)


def _password(from_stdin: bool) -> tuple[Secret, Secret | None]:
    """A password, and the same again if it was made here and so has to be told."""
    from api.accounts.passwords import new_password

    if from_stdin:
        return Secret(sys.stdin.readline().rstrip("\r\n")), None
    made = Secret(new_password())
    return made, made


def _tell(session: Session, account: Account, password: Secret | None) -> None:
    """The account, and the password in the one case in which nobody knows it yet."""
    told = {} if password is None else {"password": password.reveal()}
    session.show({**plain(account), **told}, lambda: _table(session, [account]))
    if password is not None:
        session.say(session.words("密码（只显示这一次）：", "Password, shown only now: ") + password.reveal())


def _table(session: Session, found: Sequence[Account]) -> str:
    if not found:
        return session.words("还没有账号。", "There are no accounts yet.")
    headings = session.words("编号,名称,显示名,角色,状态,上次登录", "Account,Name,Shown as,Role,State,Signed in").split(
        ","
    )
    states = session.words("可用,已停用", "active,disabled").split(",")
    return table(
        headings,
        (
            (
                each.account_id,
                each.name,
                each.display_name,
                each.role,
                states[each.disabled],
                "" if each.signed_in_at is None else f"{each.signed_in_at:%Y-%m-%d %H:%M}",
            )
            for each in found
        ),
    )

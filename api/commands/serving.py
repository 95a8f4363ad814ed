"""`zhida serve`: the HTTP API with its pages, and the worker beside them."""

from __future__ import annotations

import logging
import socket
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.commands.session import AsJson, Home, Session, begin, opened, warn
from core.errors import Conflict

if TYPE_CHECKING:
    from api.composition import Services

HOST: Final = "127.0.0.1"
PORT: Final = 7860

Host = Annotated[str, typer.Option("--host", help="Address to listen on; 0.0.0.0 for every network.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any free one.")]


def serve(
    context: typer.Context, host: Host = HOST, port: Port = PORT, home: Home = None, as_json: AsJson = False
) -> None:
    """Serve chat, knowledge page and API until stopped with Ctrl-C."""
    session = begin(context, home, as_json)
    with alone(session), opened(session) as services:
        run(session, services, host=host, port=port)


def alone(session: Session) -> AbstractContextManager[object]:
    """Makes sure that no other server runs on this home folder.

    Raises:
        Conflict: one does.
    """
    from api.serving import lock_home

    return lock_home(session.settings)


def run(session: Session, services: Services, *, host: str, port: int) -> None:
    """Serve until told to stop.

    Raises:
        Conflict: the port is taken.
    """
    from api.app import create_app
    from api.background import Background
    from api.composition import warm_up
    from api.logs import log_to_stderr
    from api.serving import make_server, mount_pages, run_until_told

    log_to_stderr()
    logging.getLogger("httpx").setLevel(logging.WARNING)  # would log every call that the pages make
    with _listen(host, port) as listener:
        bound: int = listener.getsockname()[1]
        local = host if host not in {"0.0.0.0", "::", ""} else HOST  # noqa: S104 - compared, not bound
        base_url = f"http://{f'[{local}]' if ':' in local else local}:{bound}"
        created = _first_start(session)
        app = mount_pages(create_app(services), base_url=base_url)
        warm_up(services)
        background = Background(services)
        background.start()
        try:
            _announce(session, base_url, created)
            run_until_told(make_server(app), listener)
        finally:
            background.stop()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise Conflict(f"Can't listen on {host}, port {port}: {error.strerror}. Choose another with --port.") from None


def _first_start(session: Session) -> bool:
    from api.auth import load_admin_key

    key = load_admin_key(session.settings)
    if key.created:
        warn(session.words("管理员密钥（只显示这一次）：", "Admin key (shown only this once): ") + key.secret.reveal())
    return key.created


def _announce(session: Session, base_url: str, created: bool) -> None:
    from api.auth import KEY_FILE

    where = session.settings.home / KEY_FILE
    if session.as_json:
        session.emit({"url": base_url, "admin_key_file": str(where), "admin_key_created": created})
        return
    session.say(session.words(f"客户聊天  {base_url}/", f"Chat       {base_url}/"))
    session.say(session.words(f"知识管理  {base_url}/knowledge", f"Knowledge  {base_url}/knowledge"))
    session.say(session.words(f"客服工作台  {base_url}/desk", f"Desk       {base_url}/desk"))
    session.say(session.words(f"服务数据  {base_url}/figures", f"Figures    {base_url}/figures"))
    if session.settings.admin_key is None:
        session.say(session.words(f"管理员密钥  {where}", f"Admin key  {where}"))
    session.say(
        session.words(
            "客服要有账号才能接手对话：zhida accounts add 名字 --role agent",
            "Agents need an account to take conversations: zhida accounts add NAME --role agent",
        )
    )
    session.say(session.words("按 Ctrl-C 停止。", "Stop with Ctrl-C."))

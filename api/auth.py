"""Who is asking: staff with a session or the admin key, a customer with a conversation's token, or anybody.

`Authorization: Bearer …` is the only way to say so. Every route states by its class which of them it is
for, and a route for staff which right it needs. It is entered only after the check, before a byte of the
request's body is read.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from api.accounts.store import SESSION_PREFIX
from api.client_values import PROOF_HEADER, VISITOR_HEADER
from api.limits import RateLimiter, address_key
from core.accounts import Account, Principal, Right, Role, Scope
from core.errors import Forbidden, InvalidInput, StorageError, Unauthorized
from core.rights import scope_of
from core.settings import Secret, Settings
from core.types import ConversationId

KEY_FILE: Final = "admin.key"
"""In the home folder, readable by its owner alone, so that the operator finds the key again."""

KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class AdminKey:
    """The admin key. `created` on the first start only: then it is shown once."""

    secret: Secret
    created: bool = False


def load_admin_key(settings: Settings) -> AdminKey:
    """The key of the settings, else that of the home folder, which is made at the first start.

    Raises:
        StorageError: the key file can't be read or written.
    """
    if settings.admin_key is not None:
        return AdminKey(settings.admin_key)
    path = settings.home / KEY_FILE
    try:
        created = not path.exists() and create_key_file(path)
        path.chmod(0o600)
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"The admin key in {KEY_FILE!r} of the home folder can't be read or written.") from error
    if len(key) < KEY_BYTES:
        raise StorageError(f"{KEY_FILE!r} in the home folder is damaged. Delete it and start again for a new key.")
    return AdminKey(Secret(key), created)


def create_key_file(path: Path) -> bool:
    """Write a new key that only its owner can read; of two processes that start at once, one makes it and both read that one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
            return True
        return False
    finally:
        draft.unlink()


def _no_sessions(_token: str) -> NoReturn:
    raise Unauthorized("This server has no accounts.")


class Gate:
    """Checks keys and tells callers apart.

    After some wrong keys from one address every key from there is refused for a while, right or
    wrong, so that guessing gets no answer. Other addresses notice nothing.
    """

    def __init__(
        self,
        admin_key: Secret,
        *,
        visitor_proof: Secret,
        wrong_keys: RateLimiter,
        authenticate: Callable[[str], Account] = _no_sessions,
    ) -> None:
        self._digest = _digest(admin_key.reveal())
        self._proof = _digest(visitor_proof.reveal())
        self._wrong_keys = wrong_keys
        self._authenticate = authenticate

    async def principal(self, request: Request) -> Principal:
        """Who the request comes from: the holder of the admin key, or of a session.

        A session's token can't be guessed, so a wrong one doesn't count against its address: a page
        that still asks with an ended session must not lock out the office around it.

        Raises:
            Unauthorized: no key or token, or a wrong one.
            RateLimited: too many wrong keys from this address.
        """
        given = bearer(request.headers)
        if given is not None and given.startswith(SESSION_PREFIX):
            account = await run_in_threadpool(self._authenticate, given)
            return Principal(account.role, account)
        self.admit_admin(request)
        return Principal(Role.ADMIN)

    def admit_admin(self, request: Request) -> None:
        """Let the operator in.

        Raises:
            Unauthorized: no key, or a wrong one.
            RateLimited: too many wrong ones from this address.
        """
        caller = self.caller(request)
        self._wrong_keys.check(caller)
        given = bearer(request.headers)
        if given is None:
            raise Unauthorized("This needs a session or the admin key. Send it as `Authorization: Bearer …`.")
        if not hmac.compare_digest(_digest(given), self._digest):
            self._wrong_keys.spend(caller)
            raise Unauthorized("That isn't the admin key. It stands in `admin.key` in the home folder.")

    def caller(self, request: Request) -> str:
        """The address that limits count by. Only this server's own pages may name another one for it."""
        proof = request.headers.get(PROOF_HEADER)
        if proof is not None and hmac.compare_digest(_digest(proof), self._proof):
            return address_key(request.headers.get(VISITOR_HEADER, ""))
        return address_key(request.client.host if request.client else "")


def bearer(headers: Headers) -> str | None:
    """The key or token of the request; `None` when there is none or it comes in another way."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _digest(text: str) -> bytes:
    """Of equal length for all texts, so that comparing takes equally long for all."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OpenRoute(APIRoute):
    """For anybody; keys aren't looked at."""

    async def admit(self, request: Request) -> None:
        """Let the request in, or raise."""

    def get_route_handler(self) -> Handler:
        """The handler, behind the check. FastAPI would read the body before any dependency runs."""
        handler = super().get_route_handler()

        async def admitted(request: Request) -> Response:
            if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
                raise InvalidInput("The address has a NUL character, which no id or name can have.")
            await self.admit(request)
            return await handler(request)

        return admitted


class VisitorRoute(OpenRoute):
    """For anybody, but a key or session that comes along must be right. `principal_of` is `None` without one."""

    async def admit(self, request: Request) -> None:
        """Let visitors without a key in, and staff with theirs."""
        request.state.principal = None
        if "authorization" in request.headers:
            request.state.principal = await request.app.state.gate.principal(request)


class SignedInRoute(OpenRoute):
    """For everybody who is signed in, about themselves."""

    async def admit(self, request: Request) -> None:
        """Let any session in, and the admin key."""
        request.state.principal = await request.app.state.gate.principal(request)


class StaffRoute(SignedInRoute):
    """For staff with the right that `api.routes.context.needs` names. A route that names none doesn't start."""

    def get_route_handler(self) -> Handler:
        """The handler, behind the check of the right."""
        self.right = Right((self.openapi_extra or {})[RIGHT])
        return super().get_route_handler()

    async def admit(self, request: Request) -> None:
        """Let in whose role has the right; how far it reaches is in `scope_of_request`."""
        await super().admit(request)
        request.state.scope = granted(request.state.principal, self.right)


RIGHT: Final = "x-right"
"""In a route's description."""


def granted(principal: Principal, right: Right) -> Scope:
    """How far the right of the principal reaches.

    Raises:
        Forbidden: not at all.
    """
    scope = scope_of(principal.role, right)
    if scope is None:
        raise Forbidden(f"This needs the right {right.value!r}, which the role {principal.role.value!r} doesn't have.")
    return scope


class CustomerRoute(OpenRoute):
    """For the customer whose conversation the address names. The conversation is in `request.state`."""

    async def admit(self, request: Request) -> None:
        """Let the conversation's own token in; a stranger can't tell the conversation from a missing one."""
        token = bearer(request.headers)
        if token is None:
            raise Unauthorized("This needs the conversation's token. Send it as `Authorization: Bearer …`.")
        conversation_id = ConversationId(request.path_params["conversation_id"])
        desk = request.app.state.services.desk
        request.state.conversation = await run_in_threadpool(desk.authorize, conversation_id, token)

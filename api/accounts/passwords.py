"""Passwords: how they are checked, hashed and compared."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.accounts import MAX_PASSWORD, MIN_PASSWORD
from core.errors import InvalidInput

AT_ONCE: Final = 2
"""Hashes in the making. Each takes 19 MiB and some tens of milliseconds; a crowd that signs in queues up."""


class Passwords:
    """Argon2id with the parameters that OWASP's Password Storage Cheat Sheet names first (19 MiB, 2 passes, 1 lane)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def hash(self, password: str) -> str:
        """A hash with a salt of its own."""
        with self._places:
            return self._hasher.hash(_normal(password))

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one that was hashed.

        `None`, for an account that doesn't exist, takes as long as any other wrong password.
        """
        with self._places:
            try:
                return self._hasher.verify(stored or self._nobody, _normal(password)) and stored is not None
            except (VerificationError, InvalidHashError):
                return False

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)


def checked_password(password: str, *, name: str) -> str:
    """The password, if it may be used.

    Raises:
        InvalidInput: too short, too long, or easy to guess from the account's name.
    """
    length = len(_normal(password))
    if not MIN_PASSWORD <= length <= MAX_PASSWORD:
        raise InvalidInput(f"The password has {length} characters; use {MIN_PASSWORD} to {MAX_PASSWORD}.")
    if len(set(password)) < 4 or name in password.lower():
        raise InvalidInput("The password is easy to guess: it repeats few characters, or has the account's name in it.")
    return password


def new_password() -> str:
    """A random one, to be told once."""
    return secrets.token_urlsafe(12)


def _normal(password: str) -> str:
    """One form for all ways to type a character. NUL and half surrogates can't be typed, but can be sent."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass").decode("utf-8", "replace")

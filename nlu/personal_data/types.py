"""The kinds of personal data, and what recognisers return."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class PersonalDataType(StrEnum):
    """What is hidden. The value is the type in `core.analysis.PersonalData`."""

    ID_CARD = "id_card"
    """Chinese identity card of 18 or 15 digits."""
    BANK_CARD = "bank_card"
    """Bank and credit cards."""
    PHONE = "phone"
    """Mobile and landline."""
    EMAIL = "email"
    PLATE = "plate"
    """Chinese vehicle licence plate."""
    PASSPORT = "passport"
    """Also travel permits for Hong Kong, Macao and Taiwan."""
    SSN = "ssn"
    """United States social security number."""
    IBAN = "iban"
    """International bank account number."""
    ACCOUNT = "account"
    """A messenger's or a bank account's number, after a word that says so."""
    IP_ADDRESS = "ip_address"
    ADDRESS = "address"
    NAME = "name"


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """What a recogniser takes for personal data, in positions of the plain text."""

    start: int
    end: int
    type: PersonalDataType
    rank: int = 0
    """Of two candidates that overlap the higher one stays; of equals the longer one."""


class CandidateFinder(Protocol):
    """One kind of recogniser. Takes the plain form (NFKC, nothing invisible)."""

    def __call__(self, text: str, /) -> Iterator[Candidate]:
        """Yield candidates in any order; they may overlap. Takes time linear in the text."""
        ...

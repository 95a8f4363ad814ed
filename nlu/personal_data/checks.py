"""What makes a number an identity card, a bank card or an account: check digits, dates, provinces, issuers."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

PROVINCES: Final = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
        "91",
    ]
)
"""First two digits of an identity card: the provinces of GB/T 2260, Taiwan, Hong Kong, Macao and foreigners."""

FIRST_YEAR: Final = 1900

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS: Final = "10X98765432"

_ISSUERS: Final = re.compile(
    r"""
    62\d{14,17}                                         # UnionPay, 16 to 19 digits
    | 4(?:\d{12}|\d{15}|\d{18})                         # Visa
    | (?:5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12})  # Mastercard
    | 3[47]\d{13}                                       # American Express
    | 3(?:0[0-5]|[68]\d)\d{11}                          # Diners Club
    | 35(?:2[89]|[3-8]\d)\d{12}                         # JCB
    | (?:6011|64[4-9]\d|65\d\d)\d{12}                   # Discover
    | (?:5018|5020|5038|6304|6759|676[1-3]|60\d\d|9\d{3})\d{12,15}  # Maestro; cards of Chinese banks before UnionPay
    """,
    re.VERBOSE,
)


def id_card_check(number: str) -> bool:
    """Whether the last character of an 18-digit identity card is right: ISO 7064, MOD 11-2 (GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11] == number[17].upper()


def id_card_plausible(number: str, *, last_year: int) -> bool:
    """Whether province and date of birth of an 18-digit identity card can be.

    Of a million random numbers about 140 pass, of order numbers that begin with a date none does:
    there is no province 20. The check digit isn't asked for: who mistypes a digit has still written
    somebody's number.
    """
    return number[:2] in PROVINCES and FIRST_YEAR <= int(number[6:10]) <= last_year and _is_date(number[6:14])


def old_id_card_plausible(number: str) -> bool:
    """Whether province and date of birth of a 15-digit identity card can be. It has no check digit."""
    return number[:2] in PROVINCES and _is_date(f"19{number[6:12]}")


def luhn(number: str) -> bool:
    """Whether the last digit is right by the Luhn formula (ISO/IEC 7812-1)."""
    total = 0
    for at, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def card_issuer(number: str) -> bool:
    """Whether a known kind of card has this beginning and length."""
    return _ISSUERS.fullmatch(number) is not None


def iban_check(number: str) -> bool:
    """Whether an IBAN without blanks has the right check digits: ISO 7064, MOD 97-10."""
    moved = number[4:] + number[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True

r"""Numbers that belong to a person: identity cards, cards, phones, accounts; e-mail addresses too.

A number is bounded by `(?<!\d)…(?!\d)` and never by `\b`: to a regular expression Chinese
characters are letters, so that `\b` finds no number beside one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from nlu.personal_data.checks import card_issuer, iban_check, id_card_plausible, luhn, old_id_card_plausible
from nlu.personal_data.types import Candidate, PersonalDataType

LOOK_BACK: Final = 16
"""Characters before a number that may say what it is."""

_SEPARATOR: Final = r"[ \-.·_]?"

_RUN: Final = re.compile(
    rf"(?<![\dA-Za-z])\d(?:{_SEPARATOR}\d){{10,18}}(?:{_SEPARATOR}[Xx](?![A-Za-z]))?(?!{_SEPARATOR}\d)"
)
"""11 to 19 digits, single blanks or hyphens inside allowed, perhaps the X of an identity card."""

_COMPACT_RUN: Final = re.compile(r"(?<![\dA-Za-z])\d{11,19}(?:[Xx](?![A-Za-z]))?(?!\d)")
"""The same without anything inside: two numbers with a blank between are two numbers."""

_COMPACT_MOBILE: Final = re.compile(r"(?<!\d)(?<!\d\.)1[3-9]\d{9}(?!\d)")
_MOBILE: Final = re.compile(
    rf"(?<![\d+])(?<!\d[.\-])(?:(?:\+|00)?\s?86[ \-]?|\(\+?86\)\s?)?1[ \-.]?[3-9](?:{_SEPARATOR}\d){{9}}(?![ \-.]?\d)"
)
_LANDLINE: Final = re.compile(
    r"(?<![\d.\-A-Za-z])(?:(?:\+|00)86[ \-]?)?(?:\(0?\d{2,3}\)|0\d{2,3})[ \-]?[2-9]\d{2,3}[ \-]?\d{4}(?:[ \-转]{1,2}\d{1,5})?(?![\d\-]*\d)"
)
_SERVICE_LINE: Final = re.compile(r"(?<![\d\-])[48]00[ \-]\d{3,4}[ \-]\d{3,4}(?![\d\-]*\d)")
_FOREIGN_PHONE: Final = re.compile(
    r"(?<![A-Za-z0-9_.\-])(?:(?:\+|00)\d{1,3}[ \-.]?)?(?:\(\d{2,4}\)|\d{2,4})[ \-.]\d{2,4}(?:[ \-.]\d{2,4}){1,3}(?![A-Za-z0-9_\-]|\.\d)"
    r"|(?<![A-Za-z0-9_.])\(\d{3}\)\s?\d{3}-\d{4}(?!\d)|(?<![A-Za-z0-9_])\+\d{8,14}(?!\d)"
)
_BARE_PHONE: Final = re.compile(r"(?<![A-Za-z0-9_.\-])\+?\d(?:[ \-]?\d){5,13}(?![A-Za-z0-9_\-]|\.\d)")

_SPOKEN: Final = re.compile(r"(?<!\d)[零〇一二三四五六七八九幺0-9]{11}(?!\d)")
_SPOKEN_DIGITS: Final = str.maketrans("零〇一二三四五六七八九幺", "001234567891")

_EMAIL: Final = re.compile(
    r"(?<![A-Za-z0-9.+_%\-])[A-Za-z0-9_+%][A-Za-z0-9._+%\-]{0,63}\s?@\s?[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){0,8}\.[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
_PLATE: Final = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][ ·.\-]?"
    r"(?:[DF][A-HJ-NP-Z0-9]\d{4}|\d{5}[DF]|(?=[A-HJ-NP-Z]*\d)[A-HJ-NP-Z0-9]{5}|(?=[A-HJ-NP-Z]*\d)[A-HJ-NP-Z0-9]{4}[挂学警港澳])(?![A-Za-z0-9])",
)
_PASSPORT: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:[EeGgDdSsPpHhMmCc][A-Za-z]?\d{7,8}|[A-Z]{0,2}\d{6,9})(?![A-Za-z0-9])"
)
_SSN: Final = re.compile(
    r"(?<![A-Za-z0-9_\-])(?!000|666|9\d\d)\d{3}([ \-])(?!00)\d{2}\1(?!0000)\d{4}(?![A-Za-z0-9_\-])"
)
_IBAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_IP: Final = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])")
_ACCOUNT: Final = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z0-9_\-]{5,24}(?![A-Za-z0-9_])")
_LONG_ACCOUNT: Final = re.compile(r"(?<![A-Za-z0-9])\d(?:[ \-]?\d){7,24}(?![A-Za-z0-9])")

_ID_CUE: Final = re.compile(
    r"身份证|身份證|证件|證件|居民证|居住证|驾驶证|驾照|identity|(?<![a-z])id(?![a-z])", re.IGNORECASE
)
_CARD_CUE: Final = re.compile(
    r"卡号|卡號|银行卡|信用卡|储蓄卡|借记卡|card|(?<![a-z])cc(?![a-z])|visa|mastercard|银联", re.IGNORECASE
)
_PHONE_CUE: Final = re.compile(
    r"手机|手機|电话|電話|联系方式|号码是|座机|传真|热线|phone|(?<![a-z])(?:tel|mobile|cell|call|fax|reach|ring)(?![a-z])|contact|office|number is|text me",
    re.IGNORECASE,
)
_ORDER_CUE: Final = re.compile(
    r"订单|訂單|单号|單號|编号|運單|运单|快递|物流号|流水|发票|序列|工单|批次|条码|型号|货号|票号|交易|金额|保修|order|tracking|invoice|ticket|serial|(?<![a-z])(?:s/?n|sku|ref)(?![a-z])",
    re.IGNORECASE,
)
_PASSPORT_CUE: Final = re.compile(r"护照|護照|通行证|通行證|台胞证|回乡证|港澳证|passport|travel permit", re.IGNORECASE)
_ACCOUNT_CUE: Final = re.compile(
    r"(?:微信号?|微信號|wechat(?: id)?|weixin|(?<![a-z])(?:qq|vx|v信)(?![a-z])号?|QQ號|支付宝(?:账号|帐号)?|alipay)[ 是为為:：]{0,4}$",
    re.IGNORECASE,
)
_LONG_ACCOUNT_CUE: Final = re.compile(
    r"(?:银行)?(?:账号|帐号|账户|帐户|賬號)|account|routing|driver'?s? licen[cs]e|licen[cs]e number", re.IGNORECASE
)


def find_numbers(text: str, /) -> Iterator[Candidate]:
    """Identity and bank cards and mobiles: whatever is a run of digits. The nearest word before it decides."""
    for pattern in (_COMPACT_RUN, _RUN):
        for match in pattern.finditer(text):
            plain = re.sub(r"[^0-9Xx]", "", match.group())
            kind = _kind(plain, _before(text, match))
            if kind is not None:
                yield Candidate(match.start(), match.end(), kind, 5)


def _kind(plain: str, before: str) -> PersonalDataType | None:
    """What a run of 11 to 19 digits is, perhaps with an X at its end."""
    said = _nearest(before)
    if len(plain) == 18 and (
        id_card_plausible(plain, last_year=date.today().year) or (said is _ID_CUE and plain[:17].isdigit())
    ):
        return PersonalDataType.ID_CARD
    if not plain.isdigit():
        return None
    if len(plain) == 15 and said is _ID_CUE and old_id_card_plausible(plain):
        return PersonalDataType.ID_CARD
    if said is _CARD_CUE and len(plain) >= 12:
        return PersonalDataType.BANK_CARD
    if len(plain) >= 13 and said is not _ORDER_CUE and luhn(plain) and card_issuer(plain):
        return PersonalDataType.BANK_CARD
    return None


def find_phones(text: str, /) -> Iterator[Candidate]:
    """Mobiles and landlines of China, numbers abroad where their form or a word before says so."""
    for rank, pattern in ((4, _MOBILE), (4, _COMPACT_MOBILE), (3, _LANDLINE), (3, _SERVICE_LINE)):
        for match in pattern.finditer(text):
            if _nearest(_before(text, match)) is not _ORDER_CUE:
                yield Candidate(match.start(), match.end(), PersonalDataType.PHONE, rank)
    for match in _SPOKEN.finditer(text):
        if re.fullmatch(r"1[3-9]\d{9}", match.group().translate(_SPOKEN_DIGITS)) and not match.group().isdigit():
            yield Candidate(match.start(), match.end(), PersonalDataType.PHONE, 3)
    for match in _FOREIGN_PHONE.finditer(text):
        if _is_foreign_phone(match.group(), _before(text, match)):
            yield Candidate(match.start(), match.end(), PersonalDataType.PHONE, 2)
    for match in _BARE_PHONE.finditer(text):
        if _nearest(_before(text, match)) is _PHONE_CUE and not _DATE.match(match.group()):
            yield Candidate(match.start(), match.end(), PersonalDataType.PHONE, 2)


def _before(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - LOOK_BACK) : match.start()]


_DATE: Final = re.compile(r"(?:19|20)\d\d[ \-./]\d{1,2}[ \-./]\d{1,2}")


def _is_foreign_phone(written: str, before: str) -> bool:
    digits = re.sub(r"\D", "", written)
    if not 7 <= len(digits) <= 15 or _DATE.match(written) or re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", written):
        return False
    said = _nearest(before)
    if said is _ORDER_CUE or said is _CARD_CUE or said is _ID_CUE:
        return False
    clear = written.startswith(("+", "00", "(")) or re.fullmatch(r"\d{3}([\-.])\d{3}\1\d{4}", written) is not None
    return clear or said is _PHONE_CUE


def find_emails(text: str, /) -> Iterator[Candidate]:
    """E-mail addresses; Chinese characters and punctuation end them."""
    if "@" not in text:
        return
    for match in _EMAIL.finditer(text):
        yield Candidate(match.start(), match.end(), PersonalDataType.EMAIL, 6)


def find_documents(text: str, /) -> Iterator[Candidate]:
    """Licence plates by their form; passports, accounts, numbers of the United States and IBANs."""
    for match in _PLATE.finditer(text):
        yield Candidate(match.start(), match.end(), PersonalDataType.PLATE, 3)
    for match in _PASSPORT.finditer(text):
        if _PASSPORT_CUE.search(text, max(0, match.start() - LOOK_BACK), match.start()):
            yield Candidate(match.start(), match.end(), PersonalDataType.PASSPORT, 4)
    for match in _SSN.finditer(text):
        yield Candidate(match.start(), match.end(), PersonalDataType.SSN, 3)
    for match in _IBAN.finditer(text):
        if iban_check(match.group().replace(" ", "")):
            yield Candidate(match.start(), match.end(), PersonalDataType.IBAN, 5)
    for match in _IP.finditer(text):
        yield Candidate(match.start(), match.end(), PersonalDataType.IP_ADDRESS, 3)
    yield from _accounts(text)


def _accounts(text: str) -> Iterator[Candidate]:
    """What a word right before it says is an account."""
    for match in _ACCOUNT.finditer(text):
        if _ACCOUNT_CUE.search(_before(text, match)):
            yield Candidate(match.start(), match.end(), PersonalDataType.ACCOUNT, 2)
    for match in _LONG_ACCOUNT.finditer(text):
        before = _before(text, match)
        if _LONG_ACCOUNT_CUE.search(before) and _nearest(before) is not _ORDER_CUE:
            yield Candidate(match.start(), match.end(), PersonalDataType.ACCOUNT, 1)


_CUES: Final = (_ID_CUE, _CARD_CUE, _PHONE_CUE, _ORDER_CUE)
_BORDER: Final = re.compile(r"[\n。！？!?；;，,]")


def _nearest(before: str) -> re.Pattern[str] | None:
    """Which kind of word stands nearest before a number; one behind a comma counts for less."""
    best, found = -1, None
    for cue in _CUES:
        for match in cue.finditer(before):
            if match.end() > best:
                best, found = match.end(), cue
    if found is None:
        return None
    crossed = len(_BORDER.findall(before[best:]))
    return found if crossed == 0 or found is not _ORDER_CUE else None

"""Numbers that a company gave to something: orders, tickets, parcels, invoices; told by the word beside them or by their form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from nlu.entities.types import EntityCandidate, EntityType

_CODE: Final = r"(?<![A-Za-z0-9])[A-Za-z0-9](?:[A-Za-z0-9]|[\-_/](?=[A-Za-z0-9])){3,31}"
_GAP: Final = (
    r"(?:\s?(?:号码|编号|单号|号|number|num|no\.?|id|code)){0,2}\s?(?:是|为|為|[:：#=]|is)?\s?[:：#]?\s?[「“\"'(（]?"
)

_CUES: Final = (
    (EntityType.TRACKING_NUMBER, r"快递单|运单|物流单|快递|物流|包裹|tracking|shipment|parcel|waybill"),
    (EntityType.INVOICE_NUMBER, r"发票|invoice|receipt"),
    (EntityType.TICKET_NUMBER, r"工单|服务单|报修单|维修单|投诉单|受理|ticket|case|service request|request"),
    (EntityType.ORDER_NUMBER, r"订单|单号|订购|交易单?|order|purchase|reservation|booking|confirmation"),
)
_CUED: Final = tuple((kind, re.compile(rf"(?:{words}){_GAP}(?P<code>{_CODE})", re.IGNORECASE)) for kind, words in _CUES)
_FORMS: Final = (
    (
        EntityType.TRACKING_NUMBER,
        re.compile(
            r"(?<![A-Za-z0-9])(?:SF\d{12,13}|YT\d{13,15}|JDV?[A-Z]?\d{11,15}|ZTO\d{12}|STO\d{12}|1Z[0-9A-Z]{16}|[A-Z]{2}\d{9}[A-Z]{2})(?![A-Za-z0-9])"
        ),
    ),
    (
        EntityType.ORDER_NUMBER,
        re.compile(
            r"(?<![A-Za-z0-9])(?:(?:ORD|ORDER|PO|SO|DD|TH|OD)[\-_]?\d{5,18}|20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3,18})(?![A-Za-z0-9])"
        ),
    ),
    (
        EntityType.TICKET_NUMBER,
        re.compile(r"(?<![A-Za-z0-9])(?:TK|TKT|INC|CASE|TICKET)[\-_]?\d{3,14}(?![A-Za-z0-9])", re.IGNORECASE),
    ),
    (EntityType.INVOICE_NUMBER, re.compile(r"(?<![A-Za-z0-9])(?:INV|FP)[\-_]?\d{4,18}(?![A-Za-z0-9])")),
)
_PLAIN_WORD: Final = re.compile(r"[A-Za-z]+|(?:19|20)\d\d-\d{1,2}(?:-\d{1,2})?")


def find_references(text: str, _now: datetime, /) -> Iterator[EntityCandidate]:
    """References by a word before them, then those whose form says it. The value is in upper case without blanks."""
    for kind, pattern in _CUED:
        for match in pattern.finditer(text):
            code = match["code"]
            if sum(map(str.isdigit, code)) >= 3 and not _PLAIN_WORD.fullmatch(code):
                yield EntityCandidate(match.start("code"), match.end("code"), kind, code.upper(), 8)
    for kind, pattern in _FORMS:
        for match in pattern.finditer(text):
            yield EntityCandidate(match.start(), match.end(), kind, match.group().upper(), 6)

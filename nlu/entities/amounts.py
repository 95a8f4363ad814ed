"""Money: `99元`, `￥1,299`, `三百块`, `1.5万元`, `$20`, `20 dollars`. The value is the sum and the currency's ISO code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from nlu.entities.types import EntityCandidate, EntityType
from nlu.numerals import ARABIC, NUMBER, parse_number

_CODES: Final = {
    "元": "CNY", "块": "CNY", "块钱": "CNY", "圆": "CNY", "人民币": "CNY", "元人民币": "CNY", "rmb": "CNY", "cny": "CNY", "¥": "CNY", "￥": "CNY", "yuan": "CNY",
    "美元": "USD", "美金": "USD", "刀": "USD", "$": "USD", "usd": "USD", "us$": "USD", "dollars": "USD", "dollar": "USD", "bucks": "USD",
    "欧元": "EUR", "€": "EUR", "eur": "EUR", "euros": "EUR", "euro": "EUR", "英镑": "GBP", "£": "GBP", "gbp": "GBP", "pounds": "GBP",
    "港币": "HKD", "港元": "HKD", "hk$": "HKD", "hkd": "HKD", "日元": "JPY", "jpy": "JPY", "yen": "JPY", "新台币": "TWD", "台币": "TWD", "韩元": "KRW",
}  # fmt: skip

_ARABIC_SCALED: Final = rf"(?:{ARABIC})(?:\s?[万亿千百kKwW])?(?![A-Za-z0-9])"
_BEFORE: Final = re.compile(
    rf"(?P<unit>HK\$|US\$|[¥￥$€£]|(?<![A-Za-z])(?:RMB|CNY|USD|EUR|GBP|HKD|JPY)|人民币)\s?(?P<number>{_ARABIC_SCALED})(?P<more>元|块)?",
    re.IGNORECASE,
)
_AFTER: Final = re.compile(
    rf"(?<![\d.,A-Za-z\-])(?P<number>{NUMBER})\s?(?P<unit>元人民币|块钱|元|块|圆|美元|美金|欧元|英镑|港币|港元|日元|新台币|台币|韩元|人民币|刀(?![具片叉架])|(?:RMB|CNY|USD|EUR|GBP|HKD|JPY|yuan|dollars?|bucks|euros?|pounds|yen)(?![A-Za-z]))(?P<tail>[0-9一二三四五六七八九](?:角|毛)?(?![0-9个件天月年日号点]))?",
    re.IGNORECASE,
)
_NOT_MONEY: Final = re.compile("元旦|元宵|元素|元件|块儿|元老|元气")


def find_amounts(text: str, _now: datetime, /) -> Iterator[EntityCandidate]:
    """Sums of money with a currency beside them."""
    for pattern in (_BEFORE, _AFTER):
        for match in pattern.finditer(text):
            if _NOT_MONEY.match(text, match.start("unit")):
                continue
            number = parse_number(match["number"])
            if number is None:
                continue
            tail = match.groupdict().get("tail")
            if tail:
                number += (parse_number(tail[0]) or Decimal(0)) / 10  # «三块五», «9块9毛»
            value = f"{number:.2f} {_CODES[match['unit'].lower()]}"
            yield EntityCandidate(match.start(), match.end(), EntityType.AMOUNT, value, 5)

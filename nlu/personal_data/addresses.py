"""Postal addresses: Chinese by their parts from province to room, English by number, street and suffix.

A place alone («杭州», «西湖区») isn't an address; it takes a street with a number, a building, or at
least three levels down to the district.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from core.text import HAN
from nlu.personal_data.types import Candidate, PersonalDataType

_PROVINCE_NAMES: Final = "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
PROVINCE: Final = f"(?:{_PROVINCE_NAMES})(?:省|市|(?:维吾尔|壮族|回族)?自治区|特别行政区)?"

_STOP: Final = "在到是住居往的了与及我你他她它您也就还这那哪把被请给寄叫让向从为去"
_STOP_FIRST: Final = f"{_STOP}于来和或发送都要想有没不之家位将由对经"
"""Characters that hardly stand in the name of a place, or hardly begin one, but often stand before one."""
_C: Final = f"(?:(?![{_STOP}])[{HAN}])"
_F: Final = (
    f"(?:(?![{_STOP_FIRST}])[{HAN}]|和(?=[平政县布田顺硕静林龙])|来(?=[宾安凤])|于(?=[都洪田])|都(?=[江匀昌安兰]))"
)

_CITY: Final = f"{_F}{_C}{{0,6}}?(?:市|自治州|地区|盟)"
_DISTRICT: Final = f"{_F}{_C}{{0,7}}?(?:新区|开发区|高新区|自治县|自治旗|林区|矿区|区|县|旗|市)"
_TOWN: Final = f"{_F}{_C}{{0,5}}?(?:街道办事处|街道|镇|乡|苏木)"
_VILLAGE: Final = f"{_F}{_C}{{0,5}}?(?:社区|村委会|村|屯|庄|里|新村)"
_NUM: Final = r"(?:[0-9A-Za-z甲乙丙丁]{1,6}(?:[\-－~之/#][0-9A-Za-z]{1,6}){0,3}|[一二三四五六七八九十百零〇]{1,5})"
_ROAD: Final = f"[{HAN}A-Za-z0-9·]{{1,10}}?(?:大道|大街|公路|国道|省道|环路|支路|马路|路|街|巷|弄|胡同|道|里弄|条)(?:[东南西北中]段|[东南西北]|[一二三四五六七八九十0-9]{{1,3}}(?:路|街|巷|弄|段))?"
_ROADNO: Final = f"(?:{_NUM}(?:号院|号楼|号|弄|號))"
_POI: Final = f"[{HAN}A-Za-z0-9·]{{2,14}}?(?:小区|花园|公寓|大厦|广场|中心|大楼|新村|家园|苑|园区|园|城|府|湾|庭|村|轩|阁|居|里|科技园|产业园|工业园|写字楼|宿舍|医院|学校|大学|学院|商城|市场|酒店|宾馆|国际)"
_UNIT: Final = f"(?:{_NUM}(?:期|区|组团|幢|栋|座|号楼|楼|单元|梯|层|室|房|户|号|F|f|#)|[A-Za-z](?:座|栋|区|幢))"
_B: Final = r"[ ,，]?"
_BARE: Final = r"(?:[A-Z]?[0-9]{1,5}[A-Za-z]?(?:[\-－、][0-9]{1,5}){0,3}(?![0-9A-Za-z%.:/]|[元块个件天年月日米条次份岁点时分秒人盒瓶台]))"
"""A number without a word behind it: «中园9-6-145», «嘉园103»."""
_NO_PLACE: Final = "(?!电话|手机|联系|邮编|邮箱|收件|收货|订单|单号|上午|下午|晚上|早上|今天|明天|昨天|花|买|付|共|约|满|第|已|可|需|退|发|下单)"
_NAMED_UNIT: Final = f"(?:{_NO_PLACE}(?:{_C}|[A-Za-z·]){{2,12}}?(?:{_UNIT}|{_BARE}))"
_TAIL: Final = f"(?:{_B}(?:{_ROADNO}|{_UNIT}|{_NAMED_UNIT}|(?:{_NO_PLACE}{_POI})|{_BARE})){{0,6}}"
"""Whatever stands behind a street: numbers, and the names of buildings and estates."""

_ADMIN: Final = f"(?:{PROVINCE}{_B}(?:{_CITY}{_B})?(?:{_DISTRICT}{_B}){{0,2}}|{_CITY}{_B}(?:{_DISTRICT}{_B}){{1,2}}|{_DISTRICT}{_B})"

_FULL: Final = re.compile(f"(?:中国{_B})?(?:{_ADMIN})(?:{_TOWN}{_B})?(?:{_VILLAGE}{_B})?(?:{_ROAD}{_B}){{0,2}}{_TAIL}")
_STREET: Final = re.compile(
    f"(?:(?:{_TOWN}))?{_F}{_C}{{0,7}}?(?:大道|大街|公路|路|街|巷|弄|胡同)(?:[东南西北中]段|[东南西北]|[一二三四五六七八九十0-9]{{1,3}}(?:路|街|巷|弄|段))?{_B}(?:{_NUM}(?:号院|号楼|号|弄|號)|[0-9]{{2,5}}(?=[{HAN}])(?![元块个件天年月日米条次份岁点时分秒人盒瓶台])){_TAIL}"
)
_HOUSE: Final = re.compile(f"{_F}{_C}{{1,11}}?(?:小区|花园|公寓|大厦|家园|苑|新村|广场){_B}(?:{_UNIT}{_B}){{1,5}}")
_STRONG: Final = re.compile(
    "(?:路|街|巷|弄|道|胡同|村|镇|乡|街道|社区|小区|花园|公寓|大厦|广场|家园|苑|[号室幢栋座楼])"
)
_LEVELS: Final = re.compile(r"省|自治区|特别行政区|市|自治州|区|县|旗")

_SUFFIX: Final = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Ter|"
    r"Parkway|Pkwy|Highway|Hwy|Way|Circle|Cir|Trail|Trl|Close|Crescent|Cres|Gardens|Grove|Mews|Row|Walk|Quay|Alley|"
    r"Plaza|Loop|Point|Heights|Ridge|View|Hill|Park|Crossing|Path)"
)
_EN_STREET: Final = re.compile(
    rf"(?<![A-Za-z0-9\-])\d{{1,6}}(?:[\-/]\d{{1,5}})?[A-Za-z]?(?:\s\d{{1,5}})?,?\s(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.?\s)?"
    rf"(?:[A-Za-zÀ-ž0-9.'’\-]+\s){{1,4}}?{_SUFFIX}(?![A-Za-z])\.?"
    r"(?:,?\s(?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|Room|Rm|#)\.?\s?\#?[A-Za-z0-9\-]{1,6})?"
    r"(?:,\s?[A-Z][A-Za-z.'’\-]+(?:\s[A-Z][A-Za-z.'’\-]+){0,2})?(?:,?\s[A-Z]{2}(?![A-Za-z]))?(?:,?\s\d{5}(?:-\d{4})?|,?\s[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2})?"
)
_EN_UNIT: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:P\.?\s?O\.?\sBox\s\d{1,7}|(?:Apt\.?|Apartment|Suite)\s#?\d{1,5}[A-Za-z]?)(?![A-Za-z0-9])"
)


def find_addresses(text: str, /) -> Iterator[Candidate]:
    """Chinese and English postal addresses."""
    yield from _chinese(text)
    for pattern in (_EN_STREET, _EN_UNIT):
        for match in pattern.finditer(text):
            yield Candidate(match.start(), match.end(), PersonalDataType.ADDRESS, 1)


def _chinese(text: str) -> Iterator[Candidate]:
    for match in _FULL.finditer(text):
        found = match.group().rstrip(" ,，")
        levels = len(_LEVELS.findall(found))
        detailed = any(character.isdigit() for character in found) and _STRONG.search(found)
        if detailed or levels >= 3:
            yield Candidate(match.start(), match.start() + len(found), PersonalDataType.ADDRESS, 1)
    for pattern in (_STREET, _HOUSE):
        for match in pattern.finditer(text):
            found = match.group().rstrip(" ,，")
            yield Candidate(match.start(), match.start() + len(found), PersonalDataType.ADDRESS, 1)

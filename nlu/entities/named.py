"""Persons, places, companies, organisations and positions in Chinese text, from a tagger's words.

The tagger knows where a name begins and ends and whether it is a person's, a place's or an
organisation's; endings («公司», «协会», «局») and our own lists say the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from core.text import HAN
from models.lac_tagger import Word, WordTagger
from nlu.entities.lexicon import names
from nlu.entities.types import EntityCandidate, EntityType
from nlu.personal_data.names import SERVICE_WORDS, is_chinese_name

_COMPANY_END: Final = re.compile(
    r"(?:公司|集团|企业|银行|分行|支行|股份|证券|基金|保险|财险|寿险|人寿|信托|期货|投行|租赁|地产|置业|置地|实业|控股|科技|网络|软件|电子|电器|电气|通信|电信|传媒|影业|影视|唱片|娱乐|文化|广告|出版社|工作室|制药|药业|医药|集团军?|汽车|重工|钢铁|石油|石化|化工|矿业|能源|电力|航空|航运|快递|速递|速运|物流|酒店|餐饮|食品|乳业|酒业|饮料|服饰|家居|家具|装饰|建材|超市|百货|商城|网|游戏|互娱|拍卖行?|律师事务所|事务所|营业部|信用卡中心|旅行社|厂|行|店)$"
)
_GOVERNMENT_END: Final = re.compile(
    r"(?:政府|人民政府|国务院|委员会|常委会|人大|政协|党委|市委|省委|县委|区委|旗委|镇委|纪委|政法委|宣传部|组织部|统战部|[^俱乐]部|部门|总局|分局|[^邮药]局|司令部|[厅署]|(?<!公)司|法院|法庭|检察院|公安|派出所|警方|警局|海关|国税|地税|税务|大使馆|领事馆|使馆|[空海陆美英法德日俄印韩]军|部队|舰队|机关|议会|国会|参议院|众议院|内阁|王室|党支部|党组|办公室|办事处|街道办|[教建发经工国住交农卫环]委|监狱|看守所|消防队|支队|大队|总队|管委会|居委会|村委会|拆迁办|住保办|信访办|[^代举承主]办|公诉处|工商联|总理府|总统府|白宫)$"
)
_ORGANIZATION_END: Final = re.compile(
    r"(?:协会|学会|商会|公会|工会|联合会|总会|研究会|促进会|基金会|理事会|委员会|组委会|奥委会|足协|篮协|联盟|联赛|联合国|组织|俱乐部|战队|球队|队|大学|学院|学校|中学|小学|幼儿园|研究院|研究所|研究中心|设计院|科学院|医院|卫生院|诊所|博物馆|图书馆|美术馆|乐团|剧团|乐队|合唱团|社|党|教会|寺|中心|超|杯|社团|社区|频道|电视台|卫视|电台|报社|杂志社|通讯社|日报|晚报|时报|周刊)$"
)
_SIGHT_END: Final = re.compile(
    r"(?:景区|风景区|风景名胜区|公园|乐园|动物园|植物园|寺|庙|宫|塔|陵|祠|观|教堂|古城|古镇|古村|山|峰|岭|山脉|湖|江|河|溪|瀑布|峡|峡谷|岛|海滩|沙滩|海|洞|泉|林|草原|沙漠|故居|遗址|博物馆|美术馆|纪念馆|展览馆|大剧院|城堡|长城|湿地|牧场|农场|梯田|石窟|苗寨|寨|步道|栈道|灯塔|广场)$"
)
_ADDRESS_PART: Final = re.compile(
    rf"[0-9A-Za-z一二三四五六七八九十之\-]{{1,8}}(?:号院|号楼|号|弄|栋|幢|座|单元|层|楼|室|期|区)|(?:东|西|南|北|中|东北|西北|东南|西南)(?:部|侧|段|路)?|地区|一带|附近|路口|[{HAN}]{{0,3}}(?:小区|大厦|广场|花园|路|街|巷|区|镇|乡|村|大楼|中心|酒店|商场|地铁站|站|口|城|店)"
)
_TITLE: Final = re.compile(r"《[^《》]{1,40}》|(?:https?://|www\.)[!-~]+|[A-Za-z0-9.\-]+\.(?:com|cn|net|org)[!-~]*")
"""What a book, a film or a document is called names nobody, nor does an address of the web."""

_CITY_LIKE_SIGHT: Final = re.compile(
    "(?:上海|青海|威海|珠海|北海|宁海|临海|黑龙江|浙江|吴江|吉林|榆林|玉林|桂林|虎林|海林|镇江|九江|丽江|晋江|江|海|中山|鞍山|唐山|佛山|舟山|乐山|眉山|保山|马鞍山|黄山市|萧山|昆山|宝鸡山|秦岭)$"
)
_SPORTS: Final = re.compile(
    r"vs|VS|主场|客场|主队|客队|联赛|球队|球员|赔率|比赛|进球|战平|战胜|取胜|不败|欧冠|英超|西甲|意甲|德甲|法甲|杯赛|足球|胜|平局|轮|盘|主胜|客胜|德比|射手|教练|赛季"
)

_PLACE: Final = frozenset(("LOC", "ns"))
_BODY: Final = frozenset(("ORG", "nt"))
_NOUNS: Final = frozenset(("n", "nz", "vn", "nr", "an", "nw", "v", "f", "b", "a"))
_MODIFIERS: Final = frozenset(
    [
        "副",
        "总",
        "主",
        "前",
        "高级",
        "首席",
        "资深",
        "特约",
        "代理",
        "执行",
        "名誉",
        "常务",
        "见习",
        "助理",
        "专业",
        "职业",
        "技术",
        "营销",
        "市场",
        "销售",
        "产品",
        "项目",
        "客户",
        "人力资源",
        "人事",
        "财务",
        "运营",
        "行政",
        "区域",
        "大区",
        "美术",
        "艺术",
        "音乐",
        "体育",
        "景观",
        "园林",
        "室内",
        "建筑",
        "软件",
        "硬件",
        "新闻",
        "编辑部",
        "战略",
        "银行",
        "最佳",
        "相关",
        "有关",
        "女",
        "男",
        "纪检",
        "创意",
        "品牌",
        "投资",
        "法律",
        "心理",
        "公关",
    ]
)
_LONGEST_POSITION: Final = 7


class NamedEntities:
    """Finds named entities. Safe to use from several threads if the tagger is."""

    def __init__(self, tagger: WordTagger) -> None:
        self._tagger = tagger

    def __call__(self, text: str, _now: datetime, /) -> Iterator[EntityCandidate]:
        """Yield persons, places, companies, organisations, authorities, sights and positions."""
        if not re.search(f"[{HAN}]", text):
            return
        words = self._tagger.words(text)
        titles = [match.span() for match in _TITLE.finditer(text)]
        for find in (_known, _persons, _places, _bodies, _positions):
            for each in find(text, words):
                if not any(start < each.end and each.start < end for start, end in titles):
                    yield each


def _candidate(text: str, start: int, end: int, kind: EntityType, rank: int = 0) -> EntityCandidate:
    return EntityCandidate(start, end, kind, text[start:end], rank)


_LISTS: Final = (
    (EntityType.COMPANY, "companies"),
    (EntityType.ORGANIZATION, "organizations"),
    (EntityType.GOVERNMENT, "governments"),
)

_KNOWN_END: Final = {
    EntityType.COMPANY: re.compile(r"(?:股份)?(?:有限)?公司|集团|[^，。、\s]{0,6}[分支]行"),
    EntityType.ORGANIZATION: re.compile(r"战?队(?!员|长|友)|联赛|俱乐部"),
    EntityType.GOVERNMENT: re.compile(r"(?!)"),
}


def _known(text: str, words: Sequence[Word]) -> Iterator[EntityCandidate]:
    """Names of our lists where a word begins and one ends, or inside a word that is a name."""
    ends = {word.end for word in words}
    sports = _SPORTS.search(text) is not None
    for word in words:
        if word.tag in ("v", "a", "d", "p", "u", "r", "m", "t", "c", "TIME") and word.end - word.start > 1:
            continue
        for kind, name in _LISTS:
            known = names(name)
            for length in range(min(14, len(text) - word.start), 1, -1):
                end = word.start + length
                if text[word.start : end] not in known:
                    continue
                inside = end < word.end and word.tag in ("nw", "nz")
                if end not in ends and not inside:
                    continue
                if word.tag in _PLACE and end == word.end and not sports:
                    continue
                if word.tag == "n" and end == word.end and length == 2 and kind is not EntityType.GOVERNMENT:
                    continue
                longer = _KNOWN_END[kind].match(text, end)
                yield _candidate(text, word.start, longer.end() if longer else end, kind, 3)
                break


def _persons(text: str, words: Sequence[Word]) -> Iterator[EntityCandidate]:
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word.tag not in ("PER", "nr"):
            continue
        end = word.end
        while (
            at + 1 < len(words) and text[words[at].start : words[at].end] in ("·", "•", "・") and words[at].start == end
        ):
            end = words[at + 1].end
            at += 2
        split = _position_at(text, word.start, end)
        if split is not None and split > word.start:
            end = split
        while end - word.start > 2 and text[end - 1] in _NOT_NAME_END:
            end -= 1
        if _names_somebody(text, word.start, end, sure=word.tag == "PER"):
            yield _candidate(text, word.start, end, EntityType.NAME, 1)


_NOISE: Final = re.compile(r"[\[\]{}#_*<>=/\\]|^\s|\s$|ID")
"""What a piece of a form or a mark is, no name."""

_ONLY_HAN: Final = re.compile(f"[{HAN}]+")
_LATIN: Final = re.compile("[A-Za-z0-9]")


def _names_somebody(text: str, start: int, end: int, *, sure: bool) -> bool:
    """Not «张某», not a surname alone, not a piece of a Latin word."""
    written = text[start:end]
    if end - start < 2 or "某" in written or written in SERVICE_WORDS or _NOISE.search(written):
        return False
    if not sure and _ONLY_HAN.fullmatch(written) and len(written) == 2 and not is_chinese_name(written):
        return False
    cut = any(0 < at < len(text) and _LATIN.match(text[at - 1]) and _LATIN.match(text[at]) for at in (start, end))
    return not cut and (sure or re.match(f"[{HAN}]{{2}}|[A-Z][a-z]{{2,}}", written) is not None)


_NOT_NAME_END: Final = frozenset("遂称和与说是在的了对将把被从向也就都还及或")


def _position_at(text: str, start: int, end: int) -> int | None:
    """Where the position begins that `text[start:end]` ends in."""
    known = names("positions")
    for length in range(min(_LONGEST_POSITION, end - start), 1, -1):
        if text[end - length : end] in known:
            return end - length
    return None


def _places(text: str, words: Sequence[Word]) -> Iterator[EntityCandidate]:
    """Places that stand together are one, with the house numbers behind them."""
    at = 0
    while at < len(words):
        if words[at].tag not in _PLACE:
            at += 1
            continue
        start, end = words[at].start, words[at].end
        last = words[at]
        at += 1
        while at < len(words) and (words[at].tag in _PLACE or _ADDRESS_PART.fullmatch(text, end, words[at].end)):
            end, last = words[at].end, words[at]
            at += 1
        written = text[start:end]
        if written in names("places") or written.removesuffix("区") in names("places") or text.startswith("人", end):
            continue
        if written in SERVICE_WORDS or _NOISE.search(written) or len(written) < 2:
            continue
        sight = (
            len(written) > 2
            and _SIGHT_END.search(written) is not None
            and not _CITY_LIKE_SIGHT.fullmatch(text[last.start : end])
        )
        yield _candidate(text, start, end, EntityType.SCENE if sight else EntityType.ADDRESS, 1)


def _bodies(text: str, words: Sequence[Word]) -> Iterator[EntityCandidate]:
    """Organisations by their endings."""
    sports = _SPORTS.search(text) is not None
    for at, word in enumerate(words):
        start, end = word.start, word.end
        if word.tag in _BODY or (word.tag in ("nz", "n", "nw") and end - start >= 4):
            pass
        else:
            continue
        written = text[start:end]
        if written in SERVICE_WORDS or _NOISE.search(written) or (len(written) < 3 and word.tag != "ORG"):
            continue
        kind = _body_kind(written, word.tag, sports=sports)
        if kind is None:
            continue
        if at and words[at - 1].tag in _PLACE and words[at - 1].end == start:
            start = words[at - 1].start
        yield _candidate(text, start, end, kind, 2)


def _body_kind(written: str, tag: str, *, sports: bool) -> EntityType | None:
    if _GOVERNMENT_END.search(written) and not written.endswith("组委会"):
        return EntityType.GOVERNMENT
    if _ORGANIZATION_END.search(written) and not written.endswith("信用卡中心"):
        return EntityType.ORGANIZATION
    if _COMPANY_END.search(written):
        return EntityType.COMPANY
    if tag not in _BODY:
        return None
    return EntityType.ORGANIZATION if sports else EntityType.COMPANY


def _positions(text: str, words: Sequence[Word]) -> Iterator[EntityCandidate]:
    for at, word in enumerate(words):
        if word.tag not in _NOUNS and word.tag not in ("PER", "ORG"):
            continue
        start = _position_at(text, max(0, word.start - 4), word.end)
        if start is None:
            continue
        before = at
        while before > 0 and words[before].start > start:
            before -= 1
        if words[before].start != start and before != at and words[before].tag not in ("ORG", "nt"):
            continue
        if start > word.start and word.tag not in ("PER", "ORG"):
            start = word.start if text[word.start : start] in _MODIFIERS or word.end - word.start <= 5 else start
        while (
            before > 0
            and words[before].start == start
            and text[words[before - 1].start : words[before - 1].end] in _MODIFIERS
        ):
            before -= 1
            start = words[before].start
        yield _candidate(text, start, word.end, EntityType.POSITION, 2)

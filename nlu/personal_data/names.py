"""Names of persons, where a word beside one says that it is a name; then everywhere else in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core.text import HAN
from nlu.personal_data.types import Candidate, PersonalDataType
from nlu.word_lists import words_of

LISTS: Final = Path(__file__).parent / "lists"

FIRST_NAMES: Final = words_of(LISTS / "first_names.txt")
SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳穆农司卓古吉缪简芦麦褚娄窦戚岑景宫费卜晏席卫米柏宗瞿桂佟应臧闵苟邬边卞姬师仇栾隋刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池苑迟邝封谈匡鞠惠荆乐冀郁胥班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘闻厉伊仝区郜海阚帅屠豆朴盖练廉禹井祖巴丰卿国狄宣晋初容敬扈晁芮普阙浦戈伏鹿薄邸雍辜羊乌母裘亓邰赫杭况宿鲜印逯隆茹诺战慕玉亢嵇湛宾戎茅於揭干尉冶斯元檀阴昝智幸奉衡富尧"
)
COMPOUND_SURNAMES: Final = words_of(LISTS / "compound_surnames.txt")

_BEFORE: Final = (
    "我叫|我是|我名叫|姓名|名字是|名字叫|名叫|叫做|收件人|收货人|收信人|寄件人|联系人|持卡人|户名|机主|户主|车主|业主|房主|投保人|被保险人|受益人|申请人|经办人|"
    "开户人|乘客|乘车人|旅客|患者|病人|客户|顾客|会员|住客|入住人|购买人|下单人|签收人|代收人|本人|员工|法人|法定代表人|负责人|主治医师|主治医生|主治大夫|医师|医生|大夫|护士|老师|客服|经理|"
    "先生|女士|小姐|快递员|骑手|师傅|房东|同事|朋友|丈夫|妻子|老公|老婆|儿子|女儿|爸爸|妈妈|父亲|母亲"
)
_AFTER: Final = (
    "先生|女士|小姐|太太|同志|老师|医生|医师|大夫|护士|师傅|经理|律师|同学|教授|主任|主管|主治|店长|店主|老板|收[，。\\s]|代收|亲收|收件|签收|"
    "[，,]\\s?(?:现年)?\\d{1,3}岁|[，,]\\s?[男女][，,性]|[（(][男女]|是一[位名]|身份证|的身份证|的手机|的电话|的邮箱|的地址|的住址|本人"
)
_GAP: Final = "[ :：是为為叫，,]{0,3}"
_ENDS: Final = f"(?![{HAN}])"
_CUED: Final = re.compile(f"(?:{_BEFORE}){_GAP}(?P<name>[{HAN}]{{2,4}})")
_FOLLOWED: Final = re.compile(f"(?P<name>[{HAN}]{{2,4}}?)\\s?(?:{_AFTER})")

_NOT_GIVEN: Final = frozenset(
    "的是在了和与及或也都就还要想有没不这那哪被把将从对向给为因于等说可已经现居住岁男女位名您你我他她它们请问吗呢吧啊呀哦嘛诊开出进去来到上下个款号单些什么怎样谁几多少很太最更再又才只能会该应当但而且并以所其之此每各后前里外内得着过收发送寄买卖退换货款订查找打电话手机身份证件址邮箱先女士姐老师医经负责主任师师傅大夫护士同教授"
)
"""Characters that are hardly part of a given name."""

_WORDS: Final = words_of(LISTS / "no_names_zh.txt")
"""Words that look like a surname and a given name."""

_EN_WORD: Final = r"[A-ZÀ-ÖØ-ÞŠŽ][\w'’\-]*(?<!'s)(?<!’s)"
_EN_NAME: Final = rf"(?P<name>{_EN_WORD}(?: (?:(?:van|von|de|der|la|bin|al) )?{_EN_WORD}){{0,2}})"
_EN_TITLE: Final = re.compile(rf"(?<!\w)(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Madam|Mx)\b\.? {_EN_NAME}")
_EN_CUED: Final = re.compile(
    r"(?i:(?<!\w)(?:my (?:full |last |first )?name is|my name's|name:|i am|i'm|this is|recipient:|regards,?|sincerely,?|cheers,?|contact:|attn:?|signed,?|card ?holder:?|dear|hi|hello|call me|ask for|speak (?:to|with)))\s+"
    + _EN_NAME
)
_EN_FIRST: Final = re.compile(
    rf"(?<![\w'’@.\-])(?P<name>(?:{'|'.join(sorted(FIRST_NAMES))})(?: (?:(?:van|von|de|der|la|bin|al) )?{_EN_WORD}){{0,2}})(?![\w@])"
)
SERVICE_WORDS: Final = words_of(LISTS / "service_words_zh.txt")
"""What taggers trained on news take for names."""

_EN_NOT_NAMES: Final = words_of(LISTS / "no_names_en.txt")
_FOREIGN: Final = re.compile(
    f"(?<![{HAN}·])[{HAN}]{{2,5}}(?:·(?:(?![是的在和了来说与被为有就也])[{HAN}]){{1,6}}){{1,3}}"
)
"""`米雪儿·卡罗`: a dot between Chinese characters joins the parts of a foreign name."""


def find_names(text: str, /) -> Iterator[Candidate]:
    """Chinese names by surname and a word beside them, English ones after a title or a greeting, and every repetition."""
    known: set[str] = set()
    for match in _CUED.finditer(text):
        name = _leading_name(match["name"])
        if name:
            known.add(name)
    for match in _FOLLOWED.finditer(text):
        name = _trailing_name(match["name"])
        if name:
            known.add(name)
    for match in _FOREIGN.finditer(text):
        yield Candidate(match.start(), match.end(), PersonalDataType.NAME)
    for pattern in (_EN_TITLE, _EN_CUED, _EN_FIRST):
        known.update(match["name"] for match in pattern.finditer(text) if match["name"].split()[0] not in _EN_NOT_NAMES)
    yield from everywhere(text, known)


def everywhere(text: str, names: set[str]) -> Iterator[Candidate]:
    """Every place where one of the names stands."""
    if not names:
        return
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    for match in re.finditer("|".join(map(re.escape, longest_first)), text):
        yield Candidate(match.start(), match.end(), PersonalDataType.NAME)


_ORDINARY: Final = frozenset("单边付")
"""Surnames that stand in every other message as words."""

_NOT_HAN: Final = re.compile(f"[^{HAN}·]")


def is_chinese_name(written: str) -> bool:
    """Whether this may be a whole Chinese name: a surname and one or two more characters."""
    surname = _surname_length(written)
    given = written[surname:]
    if written[:1] in _ORDINARY or written in SERVICE_WORDS or _NOT_HAN.search(written):
        return False
    return surname > 0 and 1 <= len(given) <= 2 and written not in _WORDS and not _NOT_GIVEN.intersection(given)


def _surname_length(text: str) -> int:
    return 2 if text[:2] in COMPOUND_SURNAMES else 1 if text[:1] in SURNAMES else 0


def _leading_name(written: str) -> str | None:
    """The name at the beginning of up to four characters after a cue."""
    surname = _surname_length(written)
    if not surname:
        return None
    given = 0
    for character in written[surname : surname + 2]:
        if character in _NOT_GIVEN:
            break
        given += 1
    name = written[: surname + given]
    return name if given and not any(name.startswith(word) for word in _WORDS) else None


def _trailing_name(written: str) -> str | None:
    """The name that ends right before a cue: the longest one that begins with a surname."""
    for length in (4, 3, 2):
        tail = written[-length:]
        surname = _surname_length(tail)
        if (
            len(tail) == length
            and surname
            and length - surname in (1, 2)
            and tail not in _WORDS
            and not _NOT_GIVEN.intersection(tail[surname:])
        ):
            return tail
    return None

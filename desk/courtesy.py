"""What a short message means without being a question: thanks, a plain yes or no. Careful on purpose.

Thanks must not open a solved problem again nor start a clock, and a question must never be taken
for thanks. So a message is only thanks if nothing is left of it once the words of thanks are gone:
a question mark, a negation, a number or any other word makes it a real message.
"""

from __future__ import annotations

import re
from typing import Final

from core.text import fold

LONGEST: Final = 40
"""Characters. Whoever writes more says more."""

_THANKS: Final = (
    "非常感谢", "十分感谢", "万分感谢", "感谢", "谢谢", "多谢", "谢了", "谢啦", "谢", "辛苦了", "辛苦", "麻烦了", "麻烦你了",
    "麻烦您了", "3q", "thx", "ty", "tks", "thank", "thanks", "thankyou", "cheers", "appreciated", "appreciate",
)  # fmt: skip
_BESIDE: Final = (
    "好的", "好", "好滴", "好嘞", "嗯嗯", "嗯", "哦", "噢", "ok", "okay", "okey", "行", "可以", "收到", "了解", "明白", "知道了",
    "明白了", "了解了", "收到了", "再见", "拜拜", "bye", "goodbye", "你", "您", "你们", "您们", "的", "了", "啊", "呀", "哈", "啦",
    "呢", "哦", "亲", "客服", "小姐姐", "老师", "那", "那就", "非常", "十分", "太", "真", "真的", "很", "你的", "您的", "帮助", "回复",
    "解答", "耐心", "服务", "you", "so", "very", "much", "a", "lot", "many", "for", "your", "the", "help", "reply", "answer", "all",
    "great", "good", "perfect", "nice", "alright", "right", "fine", "got", "it", "that", "is", "s", "i", "have", "day", "and",
    "again", "kindly", "sir", "team", "really", "very",
)  # fmt: skip
_REMAINS: Final = re.compile(
    r"[\s,.!~、，。！～…;；:：)(（）'\"“”‘’\-—\u2600-\u27bf\U0001f300-\U0001faff\u200d\ufe0f]+"
)
_QUESTION: Final = re.compile(
    r"[?？]|吗|么(?!么)|怎么|如何|什么|为什么|哪|几|多少|谁|\b(?:how|what|why|when|where|which|who)\b"
)
_NEGATION: Final = re.compile(
    r"[不没別别未无勿]|但|可是|只是|\b(?:no|not|none|never|but|however|still|without|cannot|isnt|doesnt|dont)\b|n't|n’t"
)
_NUMBER: Final = re.compile(r"\d|[一二三四五六七八九十百千万两]")

_YES: Final = frozenset(
    {
        "是", "是的", "对", "对的", "有", "有帮助", "有用", "解决了", "已解决", "已经解决", "已经解决了", "问题解决了", "搞定", "搞定了",
        "可以了", "好了", "没问题了", "明白了", "懂了", "解决", "yes", "yep", "yeah", "yes it did", "it did", "it does", "yes it does",
        "solved", "it is solved", "thats solved", "resolved", "fixed", "it works", "works now", "it works now", "that helped",
        "yes that helped", "that helps", "this helped", "perfect that solved it", "that solved it", "yes solved",
    }
)  # fmt: skip
_NO: Final = frozenset(
    {
        "不", "不是", "没有", "没", "没用", "没有用", "没有帮助", "没帮助", "没解决", "没有解决", "还没", "还没有", "还没解决", "未解决",
        "不行", "不对", "答非所问", "不是这个", "不是这个意思", "没有解决问题", "没解决问题", "问题没解决", "还是不行", "no", "nope",
        "not really", "it did not", "it didnt", "no it didnt", "it didnt help", "it did not help", "not solved", "that didnt help", "this didnt help", "didnt help",
        "that did not help", "not helpful", "unhelpful", "wrong", "not what i asked", "thats not what i asked", "no it does not",
        "still not working", "it doesnt work", "doesnt work", "still doesnt work",
    }
)  # fmt: skip
_PARTICLES: Final = re.compile(r"(?:[啊呀哈啦哦嘛呢吧的了]|~)+$")
_SORTED: Final = tuple(sorted({*_THANKS, *_BESIDE}, key=len, reverse=True))
_HAN_WORDS: Final = re.compile("|".join(re.escape(word) for word in _SORTED if not word.isascii()))
_LATIN: Final = re.compile(r"[a-z0-9]+")
_LATIN_WORDS: Final = frozenset(word for word in _SORTED if word.isascii())


def only_thanks(text: str) -> bool:
    """Whether the message says thanks or good-bye and nothing else."""
    plain = fold(text).strip()
    if not plain or len(plain) > LONGEST or _QUESTION.search(plain) or _NEGATION.search(plain):
        return False
    if not any(word in plain for word in _THANKS if not word.isascii()) and not (
        set(_LATIN.findall(plain)) & set(_THANKS)
    ):
        return False
    without_digits = plain.replace("3q", "")
    if _NUMBER.search(without_digits.replace("十分", "").replace("万分", "")):
        return False
    rest = _HAN_WORDS.sub(" ", plain)
    words = _LATIN.findall(rest)
    if any(word not in _LATIN_WORDS for word in words):
        return False
    return not _REMAINS.sub("", _LATIN.sub("", rest))


def confirmation(text: str) -> bool | None:
    """Whether a reply to "did this help?" is a plain yes or a plain no; `None` for everything else.

    Thanks alone are neither: politeness isn't a solved problem.
    """
    plain = " ".join(_REMAINS.sub(" ", fold(text).replace("'", "").replace("’", "")).split())
    if _QUESTION.search(fold(text)):
        return None
    for form in (plain, _PARTICLES.sub("", plain), _without_thanks(plain)):
        if form in _YES:
            return True
        if form in _NO:
            return False
    return None


def _without_thanks(plain: str) -> str:
    """«解决了谢谢» says yes and thanks; «yes thanks» does so too."""
    for thanks in _THANKS:
        plain = re.sub(rf"\b{thanks}(?: you)?\b", " ", plain) if thanks.isascii() else plain.replace(thanks, " ")
    return " ".join(plain.split())

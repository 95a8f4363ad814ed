"""What can be told from a message by rule: that a person is wanted, or that nothing is asked."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from core.text import fold
from desk.courtesy import confirmation

_FILLER: Final = re.compile(r"[^\w]+")

_CALL_ZH: Final = r"转接?|专接|找|接(?:通|入)?|换|叫|要|联系|呼叫|切换到?|帮我转|给我转"
_ONE_ZH: Final = r"(?:一?[个位名下]|你们的?)?"
_TALK_ZH: Final = r"说话|说|聊天|聊|讲话|讲|谈|沟通|对话|通话|交流"
_HUMAN_EN: Final = r"human(?: being)?|humen|agent|agnet|representative|representitive|rep|operator"
_DESK_EN: Final = r"(?:customer (?:service|support|care)|support|service) (?:agent|rep|representative|person|team)"

_PERSON_REQUESTS: Final = (
    re.compile(r"(?:转|传|專|砖|切)(?:接|换|为|成|到|至|一下|个|下)?(?:人工|人功|人公|仁工)"),
    re.compile(
        r"^(?:我|请|麻烦|帮我|给我|想|要|找|转|来个|叫个|有|有没有){0,4}"
        r"(?:人工|真人|活人)(?:客服|服务|座席|坐席|热线)?(?:在吗|在不在|有吗|吗|呢|吧|啊|快点|谢谢){0,2}$"
    ),
    re.compile(rf"(?:{_CALL_ZH}){_ONE_ZH}(?:真正的)?(?:人工|真人|活人|人类客服|真实客服)"),
    re.compile(rf"(?:和|跟|与|同){_ONE_ZH}(?:真正的)?(?:人工|真人|活人|人类)(?:客服)?(?:{_TALK_ZH})"),
    re.compile(
        r"(?:有没有|能不能|可不可以|可以|能|让)(?:换|找|叫|派)?(?:一?[个位])?(?:真人|活人|人工)(?:客服)?(?:来|吗|跟|和|帮|处理|接待|服务|$)"
    ),
    re.compile(r"(?:不想|不要|不愿意|不跟|不和|别让)(?:再)?(?:和|跟|与|同|用)?(?:你这个)?(?:机器人?|ai|智能客服)"),
    re.compile(
        r"^(?:我)?(?:要|想|需要|请|帮我|麻烦){0,2}(?:找|联系|转接?|接|呼叫|叫)(?:一?[下个位]|你们的?)?客服(?:人员|专员|小姐姐)?$"
    ),
    re.compile(r"(?:zhuan|zhao) ?ren ?gong|ren ?gong ?ke ?fu|zhen ?ren ?ke ?fu"),
    re.compile(
        r"\b(?:talk|speak|spek|chat|connect(?:ed)?|transfer(?:red)?|switch|escalate|put|hand)(?: me| us| this| it)?(?: through| over)?"
        r" (?:to|with)(?: an?| the| some| your| another)?(?: real| live| actual| proper| human)*"
        rf" (?:{_HUMAN_EN}|{_DESK_EN}|person|persn|people|someone|somebody|anyone|human|staff|manager|supervisor|customer service|support)\b"
    ),
    re.compile(
        r"\b(?:get|give|want|need|reach|contact|have|find|bring)(?: me| us)?(?: to)?(?: an?| the| some| any)?"
        rf"(?: (?:real|live|actual|proper|human) (?:person|people|{_HUMAN_EN}|{_DESK_EN}|support|help)| (?:{_HUMAN_EN}|{_DESK_EN}))\b"
        r"(?! (?:error|readable|resources|rights))"
    ),
    re.compile(
        r"^(?:an? )?(?:(?:real|live|human|actual) )?(?:human|agent|operator|representative|person|live chat)(?: please| pls| now)*$"
    ),
    re.compile(
        r"\b(?:don t|do not|stop|no more|not) (?:want to |wanna )?(?:talk|talking|speak|chat|chatting)(?: to| with)?(?: an?| the| this)? (?:bot|robot|machine|ai)\b"
    ),
)
"""Searched in folded text, with and without its spaces: characters, case, width and spacing don't matter."""

_NOT_A_REQUEST: Final = re.compile(
    r"人工(?:智能|费|成本|降噪|湖|草|授精|呼吸|翻译|检测|养殖|泪液|关节|合成|干预)|"
    r"(?:人工|客服)[^。！？?]{0,6}(?:几点|时间|上班|下班|电话|号码|多少|在哪|收费|要钱)|"
    r"\b(?:hours|phone number|what time|how (?:much|long))\b"
)
"""Artificial intelligence, labour costs, and questions *about* the service desk, which documents may answer."""

READ_CHARACTERS: Final = 600
"""How much of each end of a long message is searched for a request."""

SMALL_TALK_CHARACTERS: Final = 40

CALL_CHARACTERS: Final = 30
"""A call for a person that is longer says what it is about as well."""


class SmallTalk(StrEnum):
    """Messages that ask nothing."""

    GREETING = "greeting"
    THANKS = "thanks"
    FAREWELL = "farewell"
    NOTHING = "nothing"
    DROPPED = "dropped"
    """The customer doesn't need it any more."""


_GREETING: Final = re.compile(
    r"你们好|你好|您好|大家好|哈喽|哈啰|嗨|嘿|喂|有人在吗|有人吗|客服在吗|在不在|在[吗么嘛]|亲|早上好|上午好|中午好|下午好|晚上好|早安|晚安|早|啊|呀|"
    r"\b(?:hi|hello|hey|hiya|howdy|good (?:morning|afternoon|evening|day)|greetings|is anyone there|anyone there|are you there|there|ni ?hao)\b"
)
_THANKS: Final = re.compile(
    r"非常感谢|感谢|多谢|谢谢|谢|辛苦|明白|知道|收到|懂|好的|好|嗯|行|您|你们?|我|啊|啦|了|哦|呢|"
    r"\b(?:thanks|thank (?:you|u)|thx|ty|cheers|many|a lot|so much|very much|great|perfect|got it|that helps|helpful|appreciate it|ok|okay|i)\b"
)
_SAYS_THANKS: Final = re.compile(
    r"谢|辛苦|好的|明白|知道了|收到|懂了|\b(?:thanks?|thx|ty|cheers|got it|ok|okay|appreciate it|great|perfect)\b"
)
_FAREWELL: Final = re.compile(
    r"再见|拜拜|拜|回见|下次见|88|谢谢|好的|了|啦|\b(?:bye|goodbye|good bye|see (?:you|ya)|later|good night|have a (?:nice|good|great) day|thanks|thank you|ok|okay)\b"
)
_SAYS_FAREWELL: Final = re.compile(
    r"再见|拜|回见|下次见|88|\b(?:bye|goodbye|good bye|see (?:you|ya)|good night|have a)\b"
)


_DROPPED: Final = re.compile(
    r"算了|不用了|不需要了|没事了|不问了|不必了|不麻烦了|先这样|就这样吧?|好的?|吧|了|谢谢|那|我|先|哦|嗯|再见|拜拜|"
    r"\b(?:never ?mind|forget (?:it|about it)|no need|not needed any ?more|don t (?:bother|worry)(?: about it)?|leave it|that s all|nothing else|"
    r"thanks|thank you|anyway|ok|okay|it s fine|bye|for now)\b"
)
_SAYS_DROPPED: Final = re.compile(
    r"算了|不用了|不需要了|没事了|不问了|不必了|不麻烦了|先这样|就这样|"
    r"\b(?:never ?mind|forget (?:it|about it)|no need|not needed any ?more|don t (?:bother|worry)|leave it|that s all|nothing else)\b"
)


def asks_about_service(text: str) -> bool:
    """Whether a message is *about* people who serve, such as their hours, and doesn't call for one."""
    return bool(_NOT_A_REQUEST.search(_words(text)))


def wants_person(text: str) -> bool:
    """Whether the customer asks to speak to a person, in any of the usual wordings."""
    ends = text if len(text) <= 2 * READ_CHARACTERS else f"{text[:READ_CHARACTERS]}\n{text[-READ_CHARACTERS:]}"
    spaced = _words(ends)
    forms = (spaced, spaced.replace(" ", ""))
    asked = any(pattern.search(form) for pattern in _PERSON_REQUESTS for form in forms)
    return asked and not any(_NOT_A_REQUEST.search(form) for form in forms)


def asks_something(text: str) -> bool:
    """Whether a message tells what a person must look into. Thanks and calls for a person don't."""
    return small_talk(text) is None and not (wants_person(text) and len(text) <= CALL_CHARACTERS)


def small_talk(text: str) -> SmallTalk | None:
    """What kind of small talk the whole message is, or `None` when it asks or tells something."""
    words = _words(text)
    if not words.replace(" ", "").replace("_", ""):
        return SmallTalk.NOTHING
    if len(words) > SMALL_TALK_CHARACTERS:
        return None
    if _only(_DROPPED, words) and _SAYS_DROPPED.search(words):
        return SmallTalk.DROPPED
    if _only(_FAREWELL, words) and _SAYS_FAREWELL.search(words):
        return SmallTalk.FAREWELL
    if _only(_GREETING, words):
        return SmallTalk.GREETING
    if _only(_THANKS, words) and _SAYS_THANKS.search(words):
        return SmallTalk.THANKS
    return SmallTalk.THANKS if confirmation(text) else None


_CORRECTION: Final = (
    r"(?:不对|不是的?|错了|说错了|打错了|我说错了|不好意思|抱歉|对了|另外)[，,。！!、\s]+|"
    r"(?:我(?:是)?(?:问|说)的是|我是(?:想问|问|说)|我的意思是|我指的是|我想问的是|我说的是)[，,：:\s]*|"
    r"(?:no|sorry|wait|oops|by the way|anyway)[,.!]\s*|"
    r"(?:i mean|i meant|i was asking about|i asked about|what i mean(?:t)? (?:is|was))\b[,:\s]*"
)
_LEAD: Final = re.compile(rf"^\W*(?:{_CORRECTION})+(?:(?:应该)?是\s*(?=[A-Za-z0-9「“]))?", re.IGNORECASE)


def without_lead(text: str) -> str:
    """What a correction corrects to: «no, I meant the X200» is about the X200. Any other message as it is."""
    rest = _LEAD.sub("", text, count=1).strip()
    return rest if len(rest) > 1 else text


def _only(pattern: re.Pattern[str], words: str) -> bool:
    """Whether the message consists of nothing but matches."""
    return not pattern.sub("", words).replace(" ", "")


def _words(text: str) -> str:
    """Folded text with single spaces for punctuation and white space."""
    return _FILLER.sub(" ", fold(text)).strip()

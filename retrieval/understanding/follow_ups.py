"""Follow-up questions made to stand alone, by rules: what they leave out is taken from what was said before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.text import fold
from core.types import Message, Role

LONGEST_FOLLOW_UP: Final = 60
"""Characters. A longer message says itself what its pronouns mean."""

LONGEST_EARLIER: Final = 200
"""Characters of an earlier message that are taken along."""

REACH: Final = 8
"""Earlier messages of the customer that are looked at for what the conversation is about."""

_FILLER: Final = re.compile(r"[^\w]+")

_POINTS_BACK: Final = re.compile(
    r"^(?:那么?|那如果|还有|然后|另外|所以|而且|其中|再比如|and|what about|how about|what if|then|so|also|but|or)(?:\b|(?=[^a-z]))|"
    r"(?<![其吉])它|他们|她们|这个|那个|这些|那些|这种|那种|这样|那样|这款|那款|这家|那家|这里|那里|上面|刚才|前者|后者|"
    r"该(?=产品|商品|公司|院|校|店|款|活动|服务|专业|项目|机构|会员|卡|功能)|"
    r"(?<![尤与及极])其(?![他它实余次中])|第[一二三四五](?:个|种|条|款)|(?:另一?|下一|上一)[个种款](?!月|星期|周|季)|^.{1,8}呢$|"
    r"\b(?:it|its|they|them|their(?! own)|those|these|this one|that one|the same(?! as)|the former|the latter|"
    r"the (?:next|first|second|last|other) one|next one)\b|"
    r"^that\b|\b(?:about|like|of|for|is|do|does|did|was|than|after|before|above|with) that\b|\b(?:that|ones?)$"
)

_EXPLETIVE: Final = re.compile(
    r"\b(?:is|was|be) it (?:\w+ ){0,3}(?:to|that|if|when)\b|\b(?:does|will|would|did|can) it (?:take|cost)\b(?: \w+){0,3} to\b|"
    r"\bit is (?:\w+ ){1,2}(?:to|that)\b"
)
"""«How long does it take to …»: an «it» that stands for nothing said before."""

_ASKING: Final = re.compile(
    "请问|麻烦|想问|为什么|为啥|怎么样|怎么办|怎么弄|怎么|怎样|如何|什么时候|什么|多少钱|多少|多久|多长时间|多长|多大|哪里|哪儿|哪些|哪个|几个|几天|几年|"
    "能不能|可不可以|可以|是不是|有没有|是否|需要|你们|我们|您|你|我|吗|呢|吧|啊|呀|嘛|了|的|是|在|有|能|要|会|一下|具体|时间|价格|收费|免费|贵|行|"
    r"\b(?:how (?:much|many|long|far|often)|what|which|who|whose|where|when|why|how|is|are|was|do|does|did|can|could|will|would|"
    r"should|there|any|else|more|please|tell|me|about|the|a|an|of|to|i|you|we|it|cost|price|free|ok|yes|no)\b"
)
"""Words that ask without saying what about."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A message with what it leaves out."""

    text: str
    certain: bool
    """The message can't stand alone. Otherwise it may mean just what it says."""


def leans_on_history(text: str) -> bool:
    """Whether a message points back: with a pronoun, by starting in the middle, or by asking about nothing itself."""
    plain = _plain(text)
    if len(text) > LONGEST_FOLLOW_UP or not plain:
        return False
    return _POINTS_BACK.search(_EXPLETIVE.sub(" ", plain)) is not None or not _says_something(plain)


def _says_something(plain: str) -> bool:
    return bool(_ASKING.sub("", plain).replace(" ", ""))


def completed(text: str, history: Sequence[Message]) -> Completion | None:
    """The message with what the conversation is about put before it; `None` if nothing was asked before.

    That is the customer's last question that stood alone. Questions between that one and the
    message leaned on it themselves, and of these only the last is taken along.
    """
    earlier = _questions(history)
    if not earlier or len(text) > LONGEST_EARLIER:
        return None
    return Completion(" ".join([*_about(earlier), text.strip()]), leans_on_history(text))


def _about(earlier: Sequence[str]) -> list[str]:
    """The last question that stands alone, and the last one of all where that is another."""
    latest = earlier[0]
    if not leans_on_history(latest):
        return [latest]
    topic = next((question for question in earlier[1:] if not leans_on_history(question)), None)
    return [latest] if topic is None else [topic, latest]


def _questions(history: Sequence[Message]) -> list[str]:
    """What the customer asked before, the latest first; not what only says yes or no."""
    asked = (message.text.strip() for message in reversed(history) if message.role is Role.CUSTOMER)
    return [text[:LONGEST_EARLIER] for text in asked if _says_something(_plain(text))][:REACH]


def _plain(text: str) -> str:
    """Folded text with single spaces for punctuation and white space."""
    return _FILLER.sub(" ", fold(text)).strip()

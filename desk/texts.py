"""What the desk itself tells customers, in both languages. Honest and short; promises nothing that isn't certain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.types import Language

_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "with_agent": (
        "您的消息已转给正在为您服务的同事，由同事回复您。",
        "Your message has gone to the colleague who is helping you, and they will reply.",
    ),
    "queued": (
        "您的消息已收到。正在等待同事接手，接手前不会再自动回复。",
        "Your message was received. You are waiting for a colleague; there are no automatic replies meanwhile.",
    ),
    "ticket": (
        "您的消息已加入工单 #{ticket}，同事会在那里回复您。",
        "Your message was added to ticket #{ticket}. A colleague replies there.",
    ),
    "unattended": (
        "目前没有同事可以马上接手。您的问题已登记为工单 #{ticket}，同事看到后会在这里回复您；您也可以继续提问。",
        "No colleague is free right now. Your problem is kept as ticket #{ticket}; a colleague will reply here. "
        "You can go on asking meanwhile.",
    ),
    "joined": ("{name} 已接手，为您服务。", "{name} has joined the conversation."),
    "handed_back": (
        "同事已结束人工服务，之后由智能助手继续回答。",
        "The colleague has left the conversation; the assistant answers from here on.",
    ),
    "solved": ("很高兴帮到您。", "Glad that helped."),
    "resolved": (
        "同事已将此问题标记为已解决。如还有问题，直接回复即可。",
        "This was marked as solved. Just write if anything is left.",
    ),
    "failed": (
        "抱歉，刚才出了点问题，没能回答您。已转给同事处理。",
        "Sorry, something went wrong and I couldn't answer. A colleague will look at it.",
    ),
    "files": (
        "您发来的文件我看不了，同事可以看。需要的话可以转人工。",
        "I can't look into the file you sent, but a colleague can. You may ask for one.",
    ),
    "only_files": (
        "文件已收到。我看不了文件里的内容，请用文字告诉我您的问题；需要同事查看的话，可以转人工。",
        "Your file has arrived. I can't look into files, so please tell me in words what it is about, "
        "or ask for a colleague to look at it.",
    ),
    "files_to_person": (
        "文件已收到。我看不了文件里的内容，已转给同事查看。",
        "Your file has arrived. I can't look into files, so a colleague will.",
    ),
    "withdrawn": ("好的，已取消转人工，请继续提问。", "All right, you are back with the assistant. Please go on."),
}


def say(key: str, language: Language, **values: object) -> str:
    """One sentence in the customer's language."""
    chinese, english = _TEXTS[key]
    return (chinese if language is Language.ZH else english).format(**values)

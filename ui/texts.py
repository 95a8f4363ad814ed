"""Every word the pages show, in Chinese and English, side by side in one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.handover_rules import CODE_NAMES
from core.types import Language
from ui.texts_desk import DESK_TEXTS
from ui.texts_figures import FIGURES_TEXTS
from ui.texts_files import FILE_TEXTS
from ui.texts_intents import INTENT_TEXTS
from ui.texts_learning import LEARNING_TEXTS
from ui.texts_levels import LEVELS_TEXTS
from ui.texts_manage import MANAGE_TEXTS
from ui.texts_quality import QUALITY_TEXTS
from ui.texts_risk import RISK_TEXTS
from ui.texts_rules import RULES_TEXTS
from ui.texts_stale import STALE_TEXTS
from ui.texts_vocabulary import VOCABULARY_TEXTS
from ui.texts_why import WHY

AI_LABEL: Final = "由 AI 提供 · AI-generated"
"""Stands in both languages wherever the assistant speaks, as Chinese labelling rules ask."""

TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    # Shared by both pages: key -> (Chinese, English)
    "brand": ("知答", "Zhida"),
    "switch": ("English", "中文"),
    "close": ("关闭", "Close"),
    "cancel": ("取消", "Cancel"),
    "page": ("第 {page} 页", "Page {page}"),
    "version": ("第 {version} 版", "Version {version}"),
    "public": ("公开", "Public"),
    "internal": ("仅内部", "Internal"),
    "previous": ("上一页", "Previous"),
    "next": ("下一页", "Next"),
    "range": ("{first}–{last}", "{first}–{last}"),
    "error.busy": (
        "现在咨询的人较多，请稍等 {seconds} 秒再试。",
        "Many people are asking right now. Please try again in {seconds} seconds.",
    ),
    "error.reach": (
        "暂时连接不上服务，请稍后再试。",
        "The service can't be reached right now. Please try again in a moment.",
    ),
    "error.unexpected": ("没能完成这次操作，请再试一次。", "That didn't work. Please try again."),
    # Chat
    "chat.title": ("在线客服", "Customer service"),
    "chat.tagline": ("依据官方资料回答，并注明出处", "Answers from our own documents, with sources"),
    "chat.new": ("新对话", "New chat"),
    "chat.hello": ("您好，有什么可以帮您？", "Hello, how can we help?"),
    "chat.intro": (
        "直接提问即可。每个回答都附有出处，点击就能查看原文；答不上来时，我会如实告诉您并转给人工同事。",
        "Just ask. Every answer names its sources, and a click shows you the original passage. "
        "When I don't know, I say so and pass you on to a colleague.",
    ),
    "chat.examples": ("您可以这样问", "You could ask"),
    "chat.example.1": ("退货需要多少天内申请？", "How many days do I have to return an item?"),
    "chat.example.2": ("怎么开发票？", "How do I get an invoice?"),
    "chat.example.3": ("订单一般多久能送到？", "How long does delivery usually take?"),
    "chat.example.4": ("保修期是多久？", "How long is the warranty?"),
    "chat.placeholder": ("请输入您的问题…", "Type your question…"),
    "chat.send": ("发送", "Send"),
    "chat.input": ("您的问题", "Your question"),
    "chat.log": ("对话", "Conversation"),
    "chat.you": ("您", "You"),
    "chat.assistant": ("知答助手", "Zhida assistant"),
    "chat.notice": ("重要事项请以原文为准。", "Please check the source for anything important."),
    "chat.thinking": ("正在查找资料", "Looking it up"),
    "chat.sources": ("出处", "Sources"),
    "chat.source": ("查看出处 {number}：{document}", "Show source {number}: {document}"),
    "chat.source.title": ("原文", "Original passage"),
    "chat.source.gone": (
        "这份资料已更新或撤下，原文不再提供。",
        "This document has been updated or withdrawn, so its text is no longer shown.",
    ),
    "chat.source.outdated": (
        "这是回答当时引用的版本，资料之后有过更新。",
        "This is the version the answer cited. The document has been updated since.",
    ),
    "chat.too_long": (
        "问题太长了，请控制在 {limit} 字以内。",
        "That is too long. Please keep it under {limit} characters.",
    ),
    "chat.lost": (
        "之前的对话已经结束，已为您开始新的对话。",
        "The earlier conversation has ended, so a new one was started.",
    ),
    "chat.person": ("转人工客服", "Talk to a person"),
    "chat.retry": ("重试", "Try again"),
    "chat.ticket": ("工单 {ticket}", "Ticket {ticket}"),
    "chat.ticket.intro": (
        "已为您登记，人工同事会跟进。留下联系方式，我们好回复您：",
        "Your question is with our team. Leave a contact so that we can get back to you:",
    ),
    "chat.contact": ("手机号或邮箱", "Phone number or e-mail"),
    "chat.contact.send": ("提交", "Submit"),
    "chat.contact.done": ("已收到：{contact}，我们会尽快联系您。", "Thank you. We will reach you at {contact}."),
    "chat.consent.contact": (
        "对话结束后也可以通过这个联系方式联系我（可随时撤回）",
        "You may also write to me there after this conversation (I can take this back at any time)",
    ),
    "chat.consent.surveys": (
        "可以邀请我评价服务（可随时撤回）",
        "You may ask me how the service was (I can take this back at any time)",
    ),
    "chat.visitor.refused": (
        "暂时无法确认您的登录身份，可能是链接已过期。您可以直接提问；需要查询个人信息时，请回到网站重新打开客服。",
        "We couldn't confirm who you are; the link may have expired. You can ask all the same. For anything personal, "
        "open the chat again from our website.",
    ),
    "chat.visitor.anew": (
        "已开始新的对话。需要查询个人信息时，请从网站重新打开客服。",
        "This is a new conversation. For anything personal, open the chat again from our website.",
    ),
    "chat.contact.bad": ("请填写 3 到 200 个字的联系方式。", "Please enter a contact of 3 to 200 characters."),
    "tier.verbatim": ("官方标准答案", "Approved answer"),
    "tier.generated": ("依据资料生成", "Written from the sources"),
    "tier.quoted": ("摘自原文", "Quoted from the source"),
    "tier.looked_up": ("您的记录", "From your records"),
    # Knowledge manager
    "kb.title": ("知识库", "Knowledge base"),
    "kb.to_chat": ("打开客服页面", "Open the chat"),
    "kb.sign_in": ("登录知识库", "Sign in to the knowledge base"),
    "kb.sign_in.intro": (
        "请输入您的账号和密码。也可以把账号留空，输入管理密钥：它在服务器数据目录的 admin.key 文件里，首次启动时也会显示在终端。",
        "Enter your name and password. Or leave the name empty and enter the admin key: it stands in admin.key in the "
        "server's home folder, and is shown at first start.",
    ),
    "sign_in.name": ("账号", "Name"),
    "sign_in.refused": (
        "账号或密码不正确，或账号已停用。",
        "The name or the password is wrong, or the account is disabled.",
    ),
    "sign_in.no_right": ("您的账号没有使用这个页面的权限。", "Your account has no right to this page."),
    "error.forbidden": ("您的账号没有这项权限。", "Your account has no right to this."),
    "kb.key": ("密码或管理密钥", "Password or admin key"),
    "kb.enter": ("登录", "Sign in"),
    "kb.leave": ("退出", "Sign out"),
    "kb.wrong_key": ("密钥不正确，请核对后重试。", "That key isn't right. Check it and try again."),
    "kb.signed_out": ("登录已失效，请刷新页面后重新登录。", "You were signed out. Reload the page and sign in again."),
    "kb.tab.documents": ("文档", "Documents"),
    "kb.tab.qa": ("问答", "Q&A"),
    "kb.tab.ask": ("试问", "Test"),
    "kb.tab.tickets": ("工单", "Tickets"),
    "kb.drop": ("把文件拖到这里，或点击选择", "Drop files here, or click to choose"),
    "kb.upload": ("上传", "Upload"),
    "kb.refresh": ("刷新", "Refresh"),
    "kb.formats": (
        "PDF、Word、PowerPoint、Excel、CSV、HTML、Markdown、文本、邮件；可多选",
        "PDF, Word, PowerPoint, Excel, CSV, HTML, Markdown, text, e-mail; several at once",
    ),
    "kb.audience": ("谁可以看到", "Who may read it"),
    "kb.audience.public": ("公开：可用于回答客户", "Public: may answer customers"),
    "kb.audience.internal": ("仅内部：不会给客户看到", "Internal: never shown to customers"),
    "kb.kind": ("内容类型", "Content"),
    "kb.kind.auto": ("自动识别", "Recognise"),
    "kind.text": ("文档", "Text"),
    "kind.qa": ("问答", "Q&A"),
    "kind.tickets": ("历史工单", "Past tickets"),
    "kb.sending": ("上传中", "Uploading"),
    "kb.refused": ("未能上传", "Not uploaded"),
    "status.queued": ("排队中", "Queued"),
    "status.processing": ("处理中", "Processing"),
    "status.ready": ("已发布", "Ready"),
    "status.failed": ("失败", "Failed"),
    "kb.col.name": ("名称", "Name"),
    "kb.col.kind": ("类型", "Type"),
    "kb.col.audience": ("可见范围", "Audience"),
    "kb.col.version": ("版本", "Version"),
    "kb.col.status": ("状态", "Status"),
    "kb.col.passages": ("段落", "Passages"),
    "kb.col.updated": ("更新时间", "Updated"),
    "kb.empty": (
        "还没有文档。上传第一份资料，几秒后就能提问。",
        "No documents yet. Upload one and ask about it seconds later.",
    ),
    "kb.count": ("共 {documents} 份文档，{passages} 个段落", "Documents: {documents} · Passages: {passages}"),
    "kb.pick": ("点击一份文档，查看它的版本和段落。", "Choose a document to see its versions and passages."),
    "kb.versions": ("版本", "Versions"),
    "kb.passages": ("段落", "Passages"),
    "kb.live": ("使用中", "Live"),
    "kb.earlier": ("非使用中", "Not live"),
    "kb.rollback": ("恢复此版本", "Make live again"),
    "kb.rolled_back": ("已恢复第 {version} 版。", "Version {version} is live again."),
    "kb.delete": ("删除文档", "Delete document"),
    "kb.delete.ask": (
        "确定删除“{name}”？所有版本和段落会立即消失，无法恢复。",
        "Delete “{name}”? All its versions and passages disappear at once, for good.",
    ),
    "kb.delete.yes": ("确认删除", "Yes, delete"),
    "kb.deleted": ("已删除“{name}”。", "“{name}” was deleted."),
    "kb.no_passages": ("这个版本没有段落。", "This version has no passages."),
    "kb.warnings": ("请留意", "Please note"),
    "kb.valid": ("有效期 {first} 至 {last}", "Valid {first} to {last}"),
    "qa.candidate": ("待审核", "Waiting"),
    "qa.approved": ("已通过", "Approved"),
    "qa.rejected": ("已驳回", "Rejected"),
    "qa.approve": ("通过", "Approve"),
    "qa.reject": ("驳回", "Reject"),
    "qa.similar": ("相似问法", "Also asked as"),
    "qa.negative": ("不适用于", "Not for"),
    "qa.from": ("来自 {document}", "From {document}"),
    "qa.warning.conflict": (
        "答案冲突：“{wording}”与“{other}”问的是同一件事，答案却不同",
        "Conflict: “{wording}” asks the same as “{other}”, but the answers differ",
    ),
    "qa.warning.duplicate": (
        "重复：“{wording}”与“{other}”问法相近，答案也相近",
        "Repeated: “{wording}” asks the same as “{other}”, with much the same answer",
    ),
    "qa.warning.negative": (
        "不适用的问法“{wording}”由另一条问答“{other}”回答",
        "“{wording}”, which this must not answer, is answered by another pair, “{other}”",
    ),
    "qa.warning.open": ("打开所在文档", "Open its document"),
    "qa.confirm": (
        "这条问答与已通过的另一条答案不同。两条都保留的话，顾客会被反问，或只得到其中一个答案。仍然通过吗？",
        "This pair contradicts an approved one. If both stay, customers are asked back or get either answer. Approve it?",
    ),
    "qa.confirm.yes": ("仍然通过", "Approve all the same"),
    "qa.empty.candidate": ("没有待审核的问答。", "Nothing is waiting for approval."),
    "qa.empty.approved": ("还没有已通过的问答。", "No approved answers yet."),
    "qa.empty.rejected": ("没有被驳回的问答。", "Nothing was rejected."),
    "qa.intro": (
        "通过后，问题匹配时会原样使用这个答案。",
        "An approved answer is given to customers word for word when their question matches.",
    ),
    "ask.question": ("问题", "Question"),
    "ask.placeholder": (
        "像客户一样提问，看看会得到什么回答、为什么",
        "Ask as a customer would, and see the answer and the reasons",
    ),
    "ask.as": ("以谁的身份", "Asked by"),
    "ask.as.public": ("客户", "A customer"),
    "ask.as.internal": ("内部同事", "A colleague"),
    "ask.run": ("试一试", "Ask"),
    "ask.empty": ("请先输入问题。", "Enter a question first."),
    "ask.idle": ("这里用的就是客服页面的同一套流程。", "This is the very same path as in the customer chat."),
    "outcome.answer": ("回答", "Answer"),
    "outcome.clarification": ("反问", "Clarification"),
    "outcome.handover": ("转人工", "Hand-over"),
    "ask.confidence": ("把握", "Confidence"),
    "ask.tier": ("方式", "Tier"),
    "ask.time": ("用时", "Time"),
    "ask.reason": ("原因", "Reason"),
    "ask.model_failure": ("语言模型未能使用：{kind}", "The language model could not be used: {kind}"),
    "ask.hits": ("找到的段落", "Passages found"),
    "ask.no_hits": ("没有找到相关段落。", "No passage was found."),
    "ask.steps": ("各步用时", "Time per step"),
    "why.matched": ("命中词", "Matched words"),
    "why.none": ("没有相同的词", "no words in common"),
    "why.dense.none": ("语义检索未找到", "Meaning: not found"),
    "why.lexical.none": ("字面检索未找到", "Words: not found"),
    "ticket.empty": ("没有工单。", "No tickets."),
    "ticket.new": ("待处理", "Open"),
    "ticket.resolved": ("已解决", "Resolved"),
    "ticket.resolve": ("标记为已解决", "Mark as resolved"),
    "ticket.contact": ("联系方式", "Contact"),
    "ticket.no_contact": ("未留联系方式", "No contact left"),
    "ticket.reason": ("转接原因", "Why"),
    **{f"code.{code}": (name.zh, name.en) for code, name in CODE_NAMES.items()},
    **WHY,
    **QUALITY_TEXTS,
    **VOCABULARY_TEXTS,
    **RISK_TEXTS,
    **DESK_TEXTS,
    **FILE_TEXTS,
    **LEARNING_TEXTS,
    **STALE_TEXTS,
    **INTENT_TEXTS,
    **RULES_TEXTS,
    **FIGURES_TEXTS,
    **MANAGE_TEXTS,
    **LEVELS_TEXTS,
}


def say(key: str, language: Language, **values: object) -> str:
    """Return the text of `key` in `language`, with `{names}` filled from `values`.

    Raises:
        KeyError: the table has no such key, or a value is missing.
    """
    chinese, english = TEXTS[key]
    return (chinese if language is Language.ZH else english).format(**values)


def entity_name(kind: str, language: Language) -> str:
    """How a type of entity is called; one that the pages don't know stays as it is."""
    return say(key, language) if (key := f"desk.entity.{kind}") in TEXTS else kind


def intent_name(label: str, language: Language) -> str:
    """How an intent is called; an operator's own label stays as it is."""
    return say(key, language) if (key := f"intent.{label}") in TEXTS else label


def preferred_language(accept_language: str | None) -> Language:
    """Pick a language from a browser's `Accept-Language` header; English when it names neither, Chinese without one."""
    for entry in (accept_language or "").split(","):
        tag = entry.split(";")[0].strip().lower()
        if tag.startswith("zh"):
            return Language.ZH
        if tag.startswith("en"):
            return Language.EN
    return Language.EN if accept_language else Language.ZH

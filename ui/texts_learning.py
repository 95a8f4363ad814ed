"""What the review queue and the board of unanswered questions say. Key -> (Chinese, English)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LEARNING_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "kb.tab.review": ("待审核", "Review"),
    "kb.tab.gaps": ("未答问题", "Unanswered"),
    "review.title": ("从人工客服学到的问答", "Questions that people answered"),
    "review.intro": (
        "来自已解决的对话和被修改过的建议，只取人写的内容，个人信息已隐去，相同的问题已合并。批准后像上传文件一样发布，并自动再问一遍。",
        "From resolved conversations and edited suggestions: only what people wrote, personal data removed, equal questions "
        "merged. What you approve is published as any file is, and its question is asked again by itself.",
    ),
    "review.status.open": ("待审核", "To review"),
    "review.status.approved": ("发布中", "Being published"),
    "review.status.published": ("已发布", "Published"),
    "review.status.dismissed": ("已驳回", "Dismissed"),
    "review.status.withdrawn": ("已撤下", "Withdrawn"),
    "review.empty": (
        "这里还没有内容。人工解决对话后，问答会自动出现。",
        "Nothing here yet. Pairs appear once people have resolved conversations.",
    ),
    "review.customers": ("{count} 位客户", "Customers: {count}"),
    "review.question": ("问题", "Question"),
    "review.answer": ("答案（将一字不差地给客户看）", "Answer (customers read it word for word)"),
    "review.similar": ("其他问法，每行一个", "Other wordings, one a line"),
    "review.approve": ("批准并发布", "Approve and publish"),
    "review.confirm": ("两个都保留，仍然发布", "Keep both, publish all the same"),
    "review.dismiss": ("驳回", "Dismiss"),
    "review.approved": (
        "已批准，正在发布，随后会自动再问一遍。",
        "Approved. It is being published, and its question is asked again then.",
    ),
    "review.dismissed": ("已驳回。以后遇到同样的问题不再打扰。", "Dismissed. The same question won't come up again."),
    "review.findings": ("来源：{count} 次人工回答", "Learnt from answers of people: {count}"),
    "review.origin.resolved": ("已解决的对话", "Resolved conversation"),
    "review.origin.suggestion": ("修改过的建议", "Edited suggestion"),
    "review.masked": (
        "答案里有隐去的个人信息（方括号部分），发布前请改写。",
        "The answer holds hidden personal data (in brackets). Rewrite it before you publish.",
    ),
    "review.trial.passed": ("再问一遍：已用这条答案回答", "Asked again: answered with this pair"),
    "review.trial.failed": (
        "再问一遍：没有用这条答案（{outcome}）",
        "Asked again: not answered with this pair ({outcome})",
    ),
    "review.trial.none": ("还没有再问", "Not asked again yet"),
    "gaps.title": ("客户问了、但没有答案的问题", "What customers asked in vain"),
    "gaps.intro": (
        "按意思归并，永不过期。每次发布后自动再问：都能回答就自动关闭，再答不上就重新打开。",
        "Grouped by meaning; nothing expires. After each publication they are asked again: a gap closes once all its wordings are "
        "answered, and opens again if one fails.",
    ),
    "gaps.status.open": ("未解决", "Open"),
    "gaps.status.closed": ("已补上", "Filled"),
    "gaps.status.dismissed": ("不归我们", "Not ours"),
    "gaps.empty": ("没有这样的问题。", "There are none."),
    "gaps.customers": ("{count} 位客户", "Customers: {count}"),
    "gaps.facts": (
        "问过 {questions} 次 · 转人工 {handovers} 次 · 人工 {minutes} 分钟",
        "Asked: {questions} · handed over: {handovers} · minutes of people: {minutes}",
    ),
    "gaps.tested": (
        "上次再问：{tested} 种问法答上 {answered} 种",
        "Asked again: {answered} of {tested} wordings answered",
    ),
    "gaps.untested": ("还没有再问过", "Not asked again yet"),
    "gaps.reopened": ("重新打开 {count} 次", "Opened again: {count}"),
    "gaps.owner": ("负责人", "Owner"),
    "gaps.due": ("期限", "Due"),
    "gaps.note": ("备注", "Note"),
    "gaps.dismissed": ("不归我们回答", "Not ours to answer"),
    "gaps.save": ("保存", "Save"),
    "gaps.saved": ("已保存。", "Saved."),
    "gaps.try": ("现在再问一遍", "Ask again now"),
    "gaps.tried.closed": ("都能回答了，已关闭。", "All answered; closed."),
    "gaps.tried.open": ("还没有全部答上。", "Not all of them are answered yet."),
    "gaps.asked": ("看客户的原话", "What customers wrote"),
    "gaps.overdue": ("已过期限", "Overdue"),
    "gaps.nobody": ("无人负责", "Nobody's"),
    "gaps.answered.yes": ("现在能答", "Answered now"),
    "gaps.answered.no": ("仍答不上", "Still not answered"),
    "gaps.answered.unknown": ("未再问", "Not asked again"),
}

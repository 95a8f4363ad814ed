"""What the review queue and the board of unanswered questions say. Key -> (Chinese, English)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LEARNING_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "kb.tab.review": ("待审核", "Review"),
    "kb.tickets_masked": (
        "历史工单：读完即隐去个人信息，原文件随即删除，只保留隐去后的内容。其他文件原样保存。",
        "Past tickets: personal data is removed on reading, then the file is deleted and only the masked text is kept. All "
        "other files are kept as they are.",
    ),
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
        "按意思归并，永不过期。每次发布后自动再问：都答对了就自动关闭，再答不上就重新打开。"
        "用为它写的答案、经人确认的出处或之后新增的内容回答，才算答对。",
        "Grouped by meaning; nothing expires. After each publication they are asked again: a gap closes once all its wordings are "
        "answered rightly, and opens again if one fails. Right is the pair written for it, a source that somebody has "
        "confirmed, or what was added since.",
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
        "上次再问：{tested} 种问法答对 {rightly} 种，待确认 {doubtful} 种",
        "Asked again: {rightly} of {tested} wordings answered rightly, {doubtful} to be looked at",
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
    "gaps.tried.closed": ("都答对了，已关闭。", "All answered rightly; closed."),
    "gaps.tried.open": ("还没有全部答对。", "Not all of them are answered rightly yet."),
    "gaps.overdue": ("已过期限", "Overdue"),
    "gaps.nobody": ("无人负责", "Nobody's"),
    "gaps.open": ("打开", "Open"),
    "gaps.shut": ("收起", "Close"),
    "gaps.told_from": ("出自 {document}，第 {version} 版", "From {document}, version {version}"),
    "gaps.filling.pair": ("已答对：用为它写的答案", "Answered rightly: by the pair written for it"),
    "gaps.filling.confirmed": ("已答对：出处经人确认", "Answered rightly: from a confirmed source"),
    "gaps.filling.newer": ("已答对：出自之后新增的内容", "Answered rightly: from what was added since"),
    "gaps.filling.doubtful": ("答了，但不一定对，请看", "Answered, perhaps not rightly: have a look"),
    "gaps.filling.unanswered": ("仍答不上", "Still not answered"),
    "gaps.filling.unknown": ("上次没有再问", "Not asked in the last round"),
    "gaps.confirm": ("这个回答是对的", "This answer is right"),
    "gaps.split": ("另立一项", "A gap of its own"),
    "gaps.pair": ("为它写的问答", "The pair written for it"),
    "gaps.pair.by": ("{name} 批准", "Approved by {name}"),
    "gaps.answer.title": ("写答案", "Write the answer"),
    "gaps.answer.intro": (
        "发布后成为已批准的问答，下面的问法都作为相似问；随后自动再问一遍，答对了这一项就关闭。",
        "It becomes an approved pair with the wordings below. Once it is published they are all asked again, and the gap "
        "closes if the answer is this one.",
    ),
    "gaps.answer.send": ("批准并发布", "Approve and publish"),
    "gaps.answer.confirm": ("两个都保留，仍然发布", "Keep both, publish all the same"),
    "gaps.answer.sent": (
        "已批准，正在发布，随后会自动再问一遍。",
        "Approved. It is being published, and the questions are asked again then.",
    ),
    "gaps.answers": ("人工当时的回答（{count}）", "What people answered ({count})"),
    "gaps.answers.take": ("用这个回答", "Use this answer"),
    "gaps.passages": ("知识库里最接近的内容（{count}）", "Nearest passages ({count})"),
    "gaps.dialogues": ("对话（{count}，个人信息已隐去）", "Conversations ({count}; personal data removed)"),
    "gaps.near": ("最接近的其他未答问题（{count}）", "Nearest other gaps ({count})"),
    "gaps.near.maybe": ("可能是同一件事", "Perhaps the same"),
    "gaps.near.merge": ("并入这一项", "Merge into this one"),
    "gaps.near.apart": ("不是一回事", "Not the same"),
    "gaps.merged": ("已合并。", "Merged."),
    "gaps.apart": ("已记住，不再提示。", "Noted; it won't be suggested again."),
    "gaps.parted": ("已另立一项。", "It is a gap of its own now."),
    "gaps.role.customer": ("客户", "Customer"),
    "gaps.role.assistant": ("助手", "Assistant"),
    "gaps.role.agent": ("人工", "Agent"),
    "gaps.role.system": ("系统", "System"),
    "gaps.gold.title": ("留作标准问题", "Keep as a gold question"),
    "gaps.gold.intro": (
        "以后每次发布都会自动问它；答案不再出自这里，或少了下面的要点，就会在“质量”页报出来。",
        "Every publication asks it from then on; the Quality tab reports when the answer no longer comes from here or lacks "
        "a fact.",
    ),
    "gaps.gold.facts": ("答案必须包含，每行一个（可不填）", "What the answer must hold, one a line (may be empty)"),
    "gaps.gold.keep": ("留作标准问题", "Keep as a gold question"),
    "gaps.gold.kept": ("已加入标准问题。", "It is in the gold set now."),
}

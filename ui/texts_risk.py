"""The words of the panel on wrong answers. `ui.texts` has them with all the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RISK_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "risk.title": ("允许多少错误回答", "How many wrong answers are tolerated"),
    "risk.intro": (
        "把握不够时，助手会转给人工。容忍得越少，转人工的问题就越多。",
        "When it isn't sure enough, the assistant hands over to a person. The less you tolerate, the more is handed over.",
    ),
    "risk.of": ("按什么算", "Counted in"),
    "risk.of.questions": ("每 100 个提问", "100 questions asked"),
    "risk.of.answers": ("每 100 个回答（更严格）", "100 answers given (stricter)"),
    "risk.slider": ("最多容忍的错误回答", "Wrong answers tolerated at most"),
    "risk.share.questions": ("每 100 个提问中最多 {portion} 个答错", "At most {portion} wrong in 100 questions asked"),
    "risk.share.answers": ("每 100 个回答中最多 {portion} 个答错", "At most {portion} wrong in 100 answers given"),
    "risk.save": ("保存", "Save"),
    "risk.saved": ("已保存，从下一条消息起生效。", "Saved. It holds from the next message on."),
    "risk.fit": ("用金标问题重新校准", "Fit anew to the gold questions"),
    "risk.fitted": ("已用 {questions} 个金标问题重新校准。", "Fitted anew to {questions} gold questions."),
    "risk.right": ("答对 {portion}", "{portion} answered rightly"),
    "risk.wrong": ("答错 {portion}", "{portion} answered wrongly"),
    "risk.handed": ("转人工 {portion}", "{portion} handed over"),
    "risk.bar": ("这样设置时，校准问题的结果", "What becomes of the calibration's questions then"),
    "risk.more": (
        "能答对的问题中，有 {right} 会得到回答；给出的回答中，有 {wrong} 是错的。",
        "Of the questions that could be answered rightly, {right} are answered. Of the answers given, {wrong} are wrong.",
    ),
    "risk.silent": (
        "以现有的校准问题，任何门槛都保证不了这一点：除了逐字认可的问答，所有问题都会转人工。",
        "With these calibration questions no threshold can promise that: everything but approved Q&A pairs is handed over.",
    ),
    "risk.own": (
        "依据：本知识库的 {questions} 个金标问题（{moment}）。只要客户的提问和它们相似，这个比例就有统计保证。",
        "Based on this knowledge base's {questions} gold questions ({moment}). The share is guaranteed as long as "
        "customers ask like them.",
    ),
    "risk.start": (
        "目前使用起始值（得分从 {from_score} 起作答），还不保证任何比例。在上面设定您能容忍的比例并保存，就改用随软件附带的校准"
        "（{questions} 个其他领域的问题，比较保守）；有 {needed} 个金标问题（其中至少 {unanswerable} 个资料里没有答案）后，"
        "就改用您自己的校准；现在有 {own} 个。",
        "A start value is in force (answers from a score of {from_score}); it promises no share yet. Set what you tolerate "
        "above and save, and the calibration that comes with Zhida holds ({questions} questions from other fields; "
        "cautious). With {needed} gold questions, at least {unanswerable} of which your documents don't answer, your own "
        "calibration takes over. There are {own} now.",
    ),
    "risk.shipped": (
        "依据：随软件附带的校准（{questions} 个其他领域的问题），对您的资料只是估计。"
        "有 {needed} 个金标问题（其中至少 {unanswerable} 个资料里没有答案）后，就改用您自己的校准；现在有 {own} 个。",
        "Based on the calibration that comes with Zhida ({questions} questions from other fields), so for your documents "
        "it is an estimate. With {needed} gold questions, at least {unanswerable} of which your documents don't answer, "
        "your own calibration takes over. There are {own} now.",
    ),
    "risk.curve": ("把握度是否可信", "How far its confidence can be trusted"),
    "risk.curve.help": (
        "每个点是一组把握相近的问题：横轴是助手的把握，纵轴是实际答对的比例。点越靠近斜线越可信，点越大问题越多。",
        "Each dot is a group of questions of about the same confidence: across, what the assistant claimed; up, how many "
        "were right. The nearer to the line the better; a larger dot is more questions.",
    ),
    "risk.curve.x": ("把握", "Confidence"),
    "risk.curve.y": ("实际答对", "Right"),
    "risk.curve.point": (
        "{questions} 个问题：把握 {claimed}，实际答对 {right}",
        "{questions} questions: confidence {claimed}, right {right}",
    ),
}

"""What the pages say about why: part of the one table in `ui.texts`. Key -> (Chinese, English)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WHY: Final[Mapping[str, tuple[str, str]]] = {
    "ask.as_of": ("按哪一天的资料回答", "Answer as of"),
    "ask.as_of.today": ("今天", "today"),
    "ask.bad_date": ("日期无法识别，请按 年-月-日 填写。", "That isn't a date. Write it as year-month-day."),
    "why.decided": ("为什么这样回复", "Why this reply"),
    "why.probability": ("资料能回答这个问题的把握", "Probability that the passages answer the question"),
    "why.threshold": ("达到 {threshold} 才作答", "answers from {threshold} on"),
    "rule.person_requested": (
        "客户要求人工服务，所以没有检索，直接转人工。",
        "The customer asked for a person, so nothing was searched for.",
    ),
    "rule.small_talk": (
        "这句话没有提出需要查资料的问题，所以没有检索。",
        "The message asks nothing of the documents, so nothing was searched for.",
    ),
    "rule.search_failed": ("检索出错，所以转人工。", "The search failed, so a person is offered."),
    "rule.ambiguous": (
        "有两个已通过的问答都与问题一样接近，但答案不同，所以反问客户。",
        "Two approved answers fit the question equally well and differ, so the customer is asked which is meant.",
    ),
    "rule.approved_answer": (
        "问题与一条已通过的问答是同一个意思，所以原样给出它的答案。",
        "The question means the same as that of an approved answer, which is given word for word.",
    ),
    "rule.nothing_found": (
        "没有找到任何可以给提问者看的段落，所以转人工。",
        "No passage was found that the asker may see, so a person takes over.",
    ),
    "rule.below_threshold": (
        "找到了一些段落，但它们能回答问题的把握太低，所以不作答：第一次如实说明并请客户补充，连续第二次转人工。",
        "Passages were found, but it is too unlikely that they answer the question. So nothing is claimed: the first time "
        "the customer is told and asked for more, the second time in a row a person takes over.",
    ),
    "rule.model_wrote": (
        "把握足够，由语言模型根据下面的段落作答，每句话都与出处核对过。",
        "The passages are likely enough to answer, so the language model wrote from them. "
        "Every sentence was checked against its source.",
    ),
    "rule.model_declined": (
        "把握足够，但语言模型读过段落后认为它们不能回答，所以按没有找到答案处理。",
        "The passages looked likely enough, but the language model read them and found no answer. "
        "So it counts as not found.",
    ),
    "rule.model_failed": (
        "把握足够，但语言模型这次没能用上，所以摘录原文作答。",
        "The passages are likely enough to answer, but the language model could not be used this time. "
        "So the best sentences are quoted.",
    ),
    "rule.quoted": (
        "把握足够；没有配置语言模型，所以摘录最相关的原文作答。",
        "The passages are likely enough to answer. No language model is set, so the best sentences are quoted.",
    ),
    "rule.looked_up": (
        "客户问的是自己的订单或工单，程序直接查了出来。",
        "The customer asked for orders or tickets of their own, and code looked them up.",
    ),
    "rule.handover_rule": (
        "转人工规则表中的一条规则决定了这次回复。",
        "A rule of the table of hand-over rules decided this reply.",
    ),
    "why.understood": ("问题是怎样理解的", "How the question was understood"),
    "why.searched": ("实际检索的是：{text}", "Searched for: {text}"),
    "why.history": ("结合上文补全了问题", "completed from the conversation"),
    "why.corrected": ("“{written}” 按 “{read_as}” 检索（{kind}）", "“{written}” was read as “{read_as}” ({kind})"),
    "correction.pinyin": ("拼音", "pinyin"),
    "correction.sound": ("同音字", "sounds alike"),
    "correction.spelling": ("拼写", "spelling"),
    "why.also": ("“{of}” 也按 “{text}” 检索", "For “{of}” also: “{text}”"),
    "why.dictionary": ("词典里的词：{words}", "Words of your dictionary: {words}"),
    "why.withheld": ("因权限或日期没有使用的段落", "Passages that were kept back"),
    "why.withheld.intro": (
        "它们的意思同样接近问题，但提问者在这一天不能看到：",
        "They are as close to the question as those shown, but the asker may not see them on this day:",
    ),
    "why.withheld.rank": ("否则按语义会排第 {rank} 名", "would rank {rank} by meaning"),
    "barrier.not_live": ("不是使用中的版本", "not the version in use"),
    "barrier.not_approved": ("问答还没有审核通过", "Q&A not approved"),
    "barrier.internal": ("仅内部可见", "internal only"),
    "barrier.not_yet_valid": ("{day} 才生效", "valid only from {day}"),
    "barrier.expired": ("{day} 已失效", "expired on {day}"),
    "close.very_close": ("意思非常接近", "very close in meaning"),
    "close.close": ("意思接近", "close in meaning"),
    "close.loose": ("意思有些关联", "loosely related in meaning"),
    "close.far": ("意思关联很少", "hardly related in meaning"),
    "why.by_meaning": ("语义第 {rank} 名", "rank {rank} by meaning"),
    "why.by_words": ("字面第 {rank} 名", "rank {rank} by words"),
    "why.pushed": ("名次由什么决定", "What made its rank"),
    "why.points": ("{points} 分", "{points} points"),
    "part.meaning": ("意思", "meaning"),
    "part.words": ("用词", "words"),
    "part.tokens": ("逐词细看", "closer look, word by word"),
    "part.codes": ("型号与数字", "models and numbers"),
    "part.behind": ("未进入细看范围", "outside the closer look"),
    "part.reranker": ("重排模型", "reranker"),
    "why.numbers": (
        "相似度 {cosine} · BM25 {bm25} · 总分 {score}",
        "similarity {cosine} · BM25 {bm25} · score {score}",
    ),
    "step.understand": ("理解问题", "understanding"),
    "step.encode": ("编码", "encoding"),
    "step.questions": ("查问答", "Q&A pairs"),
    "step.passages": ("查段落", "passages"),
    "step.retrieve": ("检索合计", "search in all"),
    "step.decide": ("判断", "deciding"),
    "step.compose": ("作答", "composing"),
    "step.model_first_text": ("模型首字", "model's first words"),
    "whynot.title": ("想要的资料不在上面？", "Expected another document?"),
    "whynot.intro": ("选择一份文档，看看它为什么没有出现。", "Choose it and see why it isn't shown."),
    "whynot.document": ("文档", "Document"),
    "whynot.run": ("为什么没有", "Why not"),
    "whynot.choose": ("请先选择一份文档。", "Choose a document first."),
    "whynot.nearest": ("其中与问题最接近的段落", "The passage of it that comes nearest"),
    "absence.shown": (
        "它已经在结果里：第 {rank} 条。",
        "It is among the passages shown, as number {rank}.",
    ),
    "absence.no_passages": (
        "这份文档还没有可检索的段落：可能还在处理，或者处理失败。请到“文档”页查看。",
        "This document has no passages yet: it is still being read, or failed. See the Documents tab.",
    ),
    "absence.withheld": ("提问者在这一天不能看到它：", "The asker may not see it on this day:"),
    "absence.twin": (
        "它与上面已列出的一个段落内容几乎相同，所以不再重复。",
        "It says nearly the same as a passage that is shown, so it isn't repeated.",
    ),
    "absence.ranked_lower": (
        "它被找到了，但有更合适的段落：它排第 {rank} 名，只列出前 {shown} 名。",
        "It was found, but others fit better: it ranks {rank}, and the first {shown} are shown.",
    ),
    "absence.not_found": (
        "它的意思不够接近，也没有足够多的相同用词，所以不在候选之列。",
        "It is neither close enough in meaning nor does it share enough words, so it wasn't considered.",
    ),
    "whynot.gap": (
        "得分 {score}，最后一条列出的是 {last}，差 {gap}。",
        "Its score is {score}; the last one shown has {last}, {gap} more.",
    ),
    "whynot.shared": ("与问题相同的词：{words}", "Words that it shares with the question: {words}"),
    "whynot.unshared": ("与问题没有相同的词。", "It shares no words with the question."),
    "whynot.advice": (
        "如果它应当回答这个问题：把客户的说法写进文档，或添加一条问答、一个同义词。",
        "If it should answer this question: write the customers' words into the document, "
        "or add a Q&A pair or a synonym.",
    ),
    "kb.from": ("生效日期", "Valid from"),
    "kb.until": ("失效日期", "Not valid from"),
    "kb.dates": ("有效期", "Validity"),
    "kb.dates.save": ("保存有效期", "Save dates"),
    "kb.dates.hint": (
        "留空表示不限。修改立即生效，不需要重新上传。",
        "Leave empty for no limit. Changes hold at once; nothing is uploaded again.",
    ),
    "kb.dates.saved": ("第 {version} 版的有效期已保存。", "The dates of version {version} are saved."),
}

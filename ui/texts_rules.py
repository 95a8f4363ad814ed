"""What the tab of the hand-over rules says: part of the one table in `ui.texts`. Key -> (Chinese, English)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RULES_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "kb.tab.rules": ("转人工规则", "Hand-over rules"),
    "rules.intro": (
        "系统按下面的顺序检查，第一条成立的规则决定是否转人工。修改从下一条消息起生效；每个版本都会保留，随时可以恢复。",
        "They are asked in this order, and the first one that holds decides. A change takes effect with the next message; "
        "every version is kept, and you can return to it.",
    ),
    "rules.read_only": ("您可以查看，修改由服务经理进行。", "You can read them; a service manager changes them."),
    "rules.off": ("已关闭", "Off"),
    "rules.edit": ("修改", "Edit"),
    "rules.enabled": ("启用", "In use"),
    "rules.words": (
        "触发词，每行一个；“…”代表同一句里的若干字",
        "Words, one a line; “…” stands for some characters of the sentence",
    ),
    "rules.strong_words": ("立即转人工的词，每行一个", "Words that hand over at once, one a line"),
    "rules.exceptions": (
        "例外，每行一个：含有触发词、意思却不同的说法",
        "Exceptions, one a line: phrases that hold such a word and mean something else",
    ),
    "rules.text.zh": ("转人工时客户看到的话（中文）", "What customers read when a person takes over (Chinese)"),
    "rules.text.en": ("转人工时客户看到的话（英文）", "What customers read when a person takes over (English)"),
    "rules.offer.zh": ("转人工之前客户看到的话（中文）", "What they read before that (Chinese)"),
    "rules.offer.en": ("转人工之前客户看到的话（英文）", "What they read before that (English)"),
    "rules.again.zh": ("之前已经说过一次时（中文）", "When it isn't the first time (Chinese)"),
    "rules.again.en": ("之前已经说过一次时（英文）", "When it isn't the first time (English)"),
    "rules.priority": ("优先级", "Priority"),
    "rules.team": ("团队（名称或负责的主题）", "Team (its name or a topic of it)"),
    "rules.topic": ("主题“{name}”", "Topic “{name}”"),
    "rules.topic.above": ("金额超过多少才算（留空：不看金额）", "Only with an amount above (empty: any)"),
    "rules.topic.text.zh": ("客户看到的话（中文；留空用本规则的）", "What customers read (Chinese; empty: the rule's)"),
    "rules.topic.text.en": ("客户看到的话（英文；留空用本规则的）", "What customers read (English; empty: the rule's)"),
    "rules.tags": ("工单标签", "Tags of the ticket"),
    "rules.tags.hint": ("最多 3 个，用逗号分开", "Three at most, with commas between them"),
    "rules.intents": ("这些意图也触发", "These intents count as well"),
    "rules.intents.own": ("您自己训练的意图标签", "Labels of intents that you have trained yourself"),
    "rules.topic.requests_only": (
        "只在客户要求办理时触发；只是询问（如“怎么……”）时由助手按资料回答",
        "Only a request to do it counts; a mere question, such as “how do I …”, is answered from the documents",
    ),
    "rules.topic.action": ("触发后", "What happens then"),
    "rules.action.immediate": ("立即转人工", "A person takes over now"),
    "rules.action.offer": ("先说明，并提供转人工按钮", "It is said, with the offer of a person"),
    "rules.topic.identity": ("需要的身份验证", "Identity that is needed"),
    "rules.identity.1": ("渠道认得（如邮箱、微信）", "Known by the channel, such as an e-mail address"),
    "rules.identity.2": ("验证码确认过", "Verified by a code"),
    "rules.topic.team": ("团队（留空用本规则的）", "Team (empty: the rule's)"),
    "rules.topic.new.title": ("添加主题", "Add a topic"),
    "rules.topic.new": ("新主题的名称（留空则不添加）", "Name of a new topic (empty: none is added)"),
    "rules.topic.new.words": ("新主题的触发词，每行一个", "Words of the new topic, one a line"),
    "rules.range": ("{meaning}（{least}–{most}）", "{meaning} ({least}–{most})"),
    "rules.note": ("为什么修改（选填）", "Why it is changed (optional)"),
    "rules.save": ("保存", "Save"),
    "rules.saved": (
        "已保存为第 {number} 版，下一条消息起生效。",
        "Saved as version {number}; it holds from the next message on.",
    ),
    "rules.refused": ("没有保存。{why}", "Not saved. {why}"),
    "rules.not_a_number": ("“{field}”需要填数字。", "“{field}” must be a number."),
    "rules.history": ("修改记录", "History"),
    "rules.version": ("第 {number} 版", "Version {number}"),
    "rules.shipped": ("出厂规则", "The rules that Zhida comes with"),
    "rules.current": ("使用中", "In use"),
    "rules.restore": ("恢复此版本", "Return to this version"),
    "rules.restored": (
        "已恢复第 {old} 版的规则，存为第 {number} 版。",
        "Version {old} is back, saved as version {number}.",
    ),
    "rules.note.restored": ("恢复第 {number} 版", "Back to version {number}"),
    "rules.what.safety_legal": (
        "客户提到危险、受伤、诈骗、法律、监管或媒体（按词语，或识别把握达到 {signal}）时，立即转人工。",
        "Danger, injury, fraud, law, a regulator or the media, by words or a classifier at {signal} or surer: a person takes over now.",
    ),
    "rules.what.customer_request": (
        "客户要求人工（按词语，或意图识别把握达到 {intent_probability}）时，立即转人工，不再挽留。",
        "A person is asked for, by words or an intent at {intent_probability} or surer: a person takes over now, without a counter-offer.",
    ),
    "rules.what.policy_restriction": (
        "客户提出规定由人工处理的事项（见其主题）时，转人工，或先说明并提供转人工按钮。",
        "What the business keeps to people (see its topics): a person takes over, or is offered with an explanation first.",
    ),
    "rules.what.identity_required": (
        "未验证身份的客户要查或改个人信息（见其主题）时，先请其验证 {attempts} 次，之后转人工。",
        "Personal data or account changes by somebody unverified (see its topics): asked to verify {attempts} times, then a person.",
    ),
    "rules.what.missing_knowledge": (
        "连续 {misses} 个问题在资料中找不到答案时转人工；在此之前请客户补充说明。不能关闭。",
        "With {misses} questions in a row without an answer a person takes over; before that the customer is asked for more. Can't be switched off.",
    ),
    "rules.what.unsupported_request": (
        "客户要办理助手不能操作的事（见其主题，或意图把握达到 {intent_probability}）时，先说明并提供转人工按钮，再次要求就转人工。",
        "Something is to be done that the assistant can't do (see its topics, or an intent at {intent_probability} or surer): said with an offer, then a person.",
    ),
    "rules.what.negative_sentiment": (
        "投诉、辱骂，或第 {strong_messages} 条强烈不满（愤怒达到 {anger}，降到 {calm} 以下算平静）时转人工；之前先提供转人工按钮。",
        "A complaint, abuse, or strongly negative message number {strong_messages} (anger from {anger}, calm again below {calm}): a person; before that an offer.",
    ),
    "rules.what.loop": (
        "同样的问题（相似度 {similarity}，回答相似度 {answer_similarity}）问到第 {offer_at} 次提供转人工按钮，第 {immediate_at} 次转人工。",
        "The same is asked (likeness {similarity}, answers {answer_similarity}): offered at time {offer_at}, a person at time {immediate_at}.",
    ),
    "rules.what.user_rejected": (
        "客户 {rejections} 次表示回答没有帮助时转人工；之前先提供转人工按钮。",
        "After {rejections} replies that didn't help a person takes over; before that one is offered.",
    ),
    "rules.what.turn_budget": (
        "回答 {answers} 次仍未解决时提供转人工按钮，再回答 {grace} 次后转人工。",
        "After {answers} answers without a confirmation a person is offered; {grace} answers later one takes over.",
    ),
    "rules.what.tool_failure": (
        "检索、数据库或回答过程出现故障时，转人工。不能关闭。",
        "Search, database or the reply itself failed: a person takes over. Can't be switched off.",
    ),
    "rules.what.vip_or_open_ticket": (
        "重要客户，或客户有超时工单时，转人工。",
        "A VIP, or a ticket of the customer past its deadline: a person takes over.",
    ),
    "rules.what.pending_clarification": (
        "客户 {failed} 次答不上反问时，提供转人工按钮。",
        "After {failed} questions back that the customer couldn't answer a person is offered.",
    ),
    "rules.what.usage_limit": (
        "客户在一个问题里发送超过 {messages} 条消息时，转人工。",
        "More than {messages} messages about one problem: a person takes over.",
    ),
    "rules.what.other_participant": (
        "会话里有客户以外的人发言时，转人工。",
        "Somebody other than the customer writes: a person takes over.",
    ),
    "rules.limit.safety_legal.signal": (
        "识别把握从多少起算；大于 1 只看词语",
        "How sure the classifier must be; above 1 words alone count",
    ),
    "rules.limit.customer_request.intent_probability": (
        "意图把握从多少起算；大于 1 只看词语",
        "How sure the intent must be; above 1 words alone count",
    ),
    "rules.limit.identity_required.attempts": (
        "先请客户验证几次；0 立即转人工",
        "How often verification is asked for; 0 hands over at once",
    ),
    "rules.limit.missing_knowledge.misses": ("连续几个问题没有答案时转人工", "Questions in a row without an answer"),
    "rules.limit.unsupported_request.intent_probability": (
        "意图把握从多少起算；大于 1 只看词语",
        "How sure the intent must be; above 1 words alone count",
    ),
    "rules.limit.negative_sentiment.anger": (
        "愤怒从多少起算强烈不满",
        "Anger from which a message is strongly negative",
    ),
    "rules.limit.negative_sentiment.calm": ("愤怒低于多少算恢复平静", "Anger below which the customer is calm again"),
    "rules.limit.negative_sentiment.strong_messages": (
        "第几条强烈不满的消息转人工",
        "Strongly negative messages until a person takes over",
    ),
    "rules.limit.loop.similarity": ("两条消息多相似算同一个问题", "How alike two messages are that ask the same"),
    "rules.limit.loop.answer_similarity": ("两个回答多相似算同样的回答", "How alike two answers are that say the same"),
    "rules.limit.loop.offer_at": ("问到第几次提供转人工按钮", "Times until a person is offered"),
    "rules.limit.loop.immediate_at": ("问到第几次转人工", "Times until a person takes over"),
    "rules.limit.user_rejected.rejections": (
        "几次没有帮助后转人工",
        "Replies that didn't help until a person takes over",
    ),
    "rules.limit.turn_budget.answers": ("回答几次后提供转人工按钮", "Answers until a person is offered"),
    "rules.limit.turn_budget.grace": ("再回答几次后转人工", "Further answers until a person takes over"),
    "rules.limit.pending_clarification.failed": (
        "几次答不上后提供转人工按钮",
        "Questions back that couldn't be answered",
    ),
    "rules.limit.usage_limit.messages": ("一个问题里最多几条消息", "Messages about one problem"),
    "rules.bad.conflict": (
        "规则刚被同事修改过，请取消后重新打开再改。",
        "A colleague has changed the rules meanwhile. Cancel, open the rule again and repeat your change.",
    ),
    "rules.bad.limit": (
        "“{name}”不能是 {value}，请填 {least} 到 {most}。",
        "“{name}” can't be {value}. Give {least} to {most}.",
    ),
    "rules.bad.language": (
        "给客户看的话需要中英文都填。",
        "What customers read is needed in Chinese and in English.",
    ),
    "rules.bad.long": (
        "有一处太长：{count} 个字，最多 {most} 个。",
        "Something has {count} characters; at most {most} are allowed.",
    ),
    "rules.bad.promise": (
        "“{words}”是助手无法替同事兑现的承诺，请改为说明现在做了什么。",
        "“{words}” promises something that the assistant can't keep for a colleague. Say what is done now instead.",
    ),
    "rules.bad.short": (
        "“{word}”太短，几乎每条消息都会命中。请至少用两个汉字或三个字母。",
        "“{word}” is too short: it would stand in every other message. Give two Chinese characters or three letters.",
    ),
    "rules.bad.gap": ("“{word}”里的“…”前后都要有词。", "In “{word}” the “…” must stand between two words."),
    "rules.bad.many": ("词太多，每处最多 {most} 个。", "Too many words; a list takes {most}."),
    "rules.bad.always": (
        "这条规则不能关闭，否则客户会得不到任何回复。",
        "This rule can't be switched off, for the customer would be left without any reply.",
    ),
    "rules.bad.loop": ("转人工的次数不能少于提供按钮的次数。", "A person can't take over before one is offered."),
    "rules.bad.calm": (
        "恢复平静的数值必须低于强烈不满的数值。",
        "The anger below which a customer is calm must be lower than that of a strongly negative message.",
    ),
    "rules.bad.label": (
        "团队和主题的名称需要 1 到 {most} 个字。",
        "Names of teams and topics have 1 to {most} characters.",
    ),
    "rules.bad.twice": (
        "已经有主题“{name}”，请换一个名称。",
        "There is a topic “{name}” already. Choose another name.",
    ),
    "rules.bad.silent": (
        "主题“{name}”没有触发词，永远不会成立。",
        "The topic “{name}” has no words, so it can never match.",
    ),
    "rules.bad.above": ("金额请填 0 或更大的数。", "Give an amount of money, 0 or more."),
}

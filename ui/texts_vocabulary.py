"""What the vocabulary tab says: part of the one table in `ui.texts`. Key -> (Chinese, English)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VOCABULARY_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "kb.tab.vocabulary": ("词表", "Vocabulary"),
    "words.intro": (
        "告诉系统哪些说法意思相同、哪些名称不能拆开。保存后下一个问题就生效，无需重建索引。",
        "Teach which wordings mean the same and which names must stay whole. It takes effect with the next question; "
        "nothing is indexed anew.",
    ),
    "words.kind": ("类型", "Kind"),
    "words.kind.synonyms": ("同义词：互相都能搜到", "Synonyms: each finds the others"),
    "words.kind.means": ("别称：第一个词也搜后面的词", "Nickname: the first also finds the others"),
    "words.kind.word": ("专名：整体匹配，不拆开", "Name: stays whole"),
    "words.short.synonyms": ("同义词", "Synonyms"),
    "words.short.means": ("别称", "Nickname"),
    "words.short.word": ("专名", "Name"),
    "words.terms": ("词语，每行一个", "Terms, one a line"),
    "words.hint": ("退款\n退钱\n返款", "refund\nmoney back\nreimbursement"),
    "words.add": ("添加", "Add"),
    "words.save": ("保存", "Save"),
    "words.edit": ("修改", "Edit"),
    "words.remove": ("删除", "Delete"),
    "words.remove.ask": ("确定删除“{terms}”？", "Delete “{terms}”?"),
    "words.added": ("已添加：{terms}", "Added: {terms}"),
    "words.saved": ("已保存：{terms}", "Saved: {terms}"),
    "words.removed": ("已删除。", "Deleted."),
    "words.empty": (
        "词表还是空的。常见的做法：把客户的口头说法和资料里的正式说法放在一起。",
        "The vocabulary is empty. A good start: put what customers say beside what your documents say.",
    ),
    "words.count": ("共 {count} 条", "Entries: {count}"),
    "words.try": ("试一试", "Try it"),
    "words.try.hint": ("输入客户的原话，看看会怎样理解", "Type what a customer would, and see how it is understood"),
    "words.try.same": ("按原话搜索，没有改动。", "Searched for as it is written."),
    "words.try.searched": ("搜索：{text}", "Searched for: {text}"),
    "words.try.correction": ("“{written}”按“{read_as}”搜索（{kind}）", "“{written}” was read as “{read_as}” ({kind})"),
    "words.try.also": ("“{of}”同时搜索：{text}", "For “{of}” also: {text}"),
    "words.try.whole": ("整体匹配：{words}", "Kept whole: {words}"),
    "correction.pinyin": ("拼音", "pinyin"),
    "correction.sound": ("同音字", "sounds alike"),
    "correction.spelling": ("拼写", "spelling"),
    "words.file": ("导入与导出（CSV）", "Import and export (CSV)"),
    "words.file.intro": (
        "每行一条：类型（synonyms、means 或 word），然后是词语，用逗号分开。已有的不会重复添加。",
        "One entry a line: its kind (synonyms, means or word), then the terms, with commas. "
        "What is there already isn't added again.",
    ),
    "words.import": ("导入", "Import"),
    "words.imported": (
        "新增 {added} 条，{known} 条已有，{problems} 条未采用。",
        "Added {added}, known already {known}, not taken {problems}.",
    ),
}

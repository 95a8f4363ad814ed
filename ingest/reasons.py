"""Why a file can't be read, in words for the person who uploaded it: one table, Chinese then English."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from core.errors import ParseFailed, ParseMemory, ParseTimeout, TooLarge, UnsupportedFormat

ParseError = ParseFailed | UnsupportedFormat | TooLarge
"""Everything that reading a file can end in, besides a document."""

ERRORS: Final[Mapping[str, type[ParseFailed] | type[UnsupportedFormat] | type[TooLarge]]] = {
    error.__name__: error for error in (ParseFailed, ParseMemory, ParseTimeout, TooLarge, UnsupportedFormat)
}
"""The classes that cross the border of the child process, by name."""

READABLE: Final = "PDF, DOCX, PPTX, XLSX, CSV, TSV, HTML, Markdown, TXT, EML, JSONL, JSON"


class Reason(Enum):
    """The fact and the next step. A member's value is its error class, the Chinese and the English text."""

    EMPTY = (ParseFailed, "文件是空的。请检查后重新上传。", "The file is empty. Check it and upload it again.")
    UNSUPPORTED = (
        UnsupportedFormat,
        f"不支持这种文件格式（{{what}}）。可以读取：{READABLE}。",
        f"This type of file ({{what}}) can't be read. What can be read: {READABLE}.",
    )
    LEGACY_OFFICE = (
        UnsupportedFormat,
        "不支持旧版 Office 格式（{what}）。请另存为 DOCX、XLSX 或 PPTX 后重新上传。",
        "The old Office format {what} can't be read. Save it as DOCX, XLSX or PPTX and upload it again.",
    )
    OUTLOOK_MESSAGE = (
        UnsupportedFormat,
        "不支持 Outlook 的 MSG 格式。请另存为 EML 后重新上传。",
        "Outlook's MSG format can't be read. Save the message as EML and upload it again.",
    )
    IMAGE = (
        UnsupportedFormat,
        "图片（{what}）中的文字无法读取（不支持 OCR）。请上传带文字的文件。",
        "Text in a picture ({what}) can't be read (no OCR). Upload a file that holds text.",
    )
    ENCRYPTED = (
        ParseFailed,
        "文件已加密，请先去除密码再上传。",
        "The file is password-protected; remove the password and upload it again.",
    )
    CIPHER_MISSING = (
        ParseFailed,
        "文件使用了 AES 加密，本机未安装解密组件。请去除加密后重新上传。",
        "The file is encrypted with AES, and the package that opens it isn't installed here. "
        "Remove the encryption and upload it again.",
    )
    NO_TEXT_LAYER = (
        ParseFailed,
        "这个 PDF 没有文字层（可能是扫描件）。请先做文字识别（OCR）再上传。",
        "This PDF has no text layer (it may be a scan). Run text recognition (OCR) on it and upload the result.",
    )
    NO_TEXT = (
        ParseFailed,
        "文件中没有可读取的文字。请检查内容后重新上传。",
        "There is no readable text in the file. Check its content and upload it again.",
    )
    DAMAGED = (
        ParseFailed,
        "文件已损坏或不完整，无法读取。请用原软件打开并另存后重新上传。",
        "The file is damaged or incomplete. Open it in its own program, save it again and upload the copy.",
    )
    CRASHED = (
        ParseFailed,
        "文件内容异常，读取程序意外终止。请用原软件打开并另存后重新上传。",
        "The file made its reader stop. Open it in its own program, save it again and upload the copy.",
    )
    BOMB = (
        ParseFailed,
        "文件解压后过大或压缩比异常（{what}），为安全起见未读取。请减小文件后重新上传。",
        "The file unpacks to more than is allowed ({what}), so it wasn't read. Make it smaller and upload it again.",
    )
    UNSAFE_XML = (
        ParseFailed,
        "文件内含不允许的 XML 声明（DTD 或实体），为安全起见未读取。请用原软件另存后重新上传。",
        "The file holds an XML declaration that isn't allowed (DTD or entity), so it wasn't read. "
        "Save it again in its own program and upload the copy.",
    )
    NOT_A_QA_TABLE = (
        ParseFailed,
        "表格中找不到问答列。请使用表头“问题”和“答案”（工单为“问题”和“解决方案”）。",
        "The table has no columns for questions and answers. "
        "Name them 'question' and 'answer' (for tickets 'question' and 'resolution').",
    )
    NO_COMPLETE_ROW = (
        ParseFailed,
        "表格中没有一行同时填写了问题和答案。请补全后重新上传。",
        "No row of the table has both a question and an answer. Fill them in and upload the file again.",
    )
    BAD_JSON = (
        ParseFailed,
        "第 {what} 行不是有效的 JSON 对象。请改正后重新上传。",
        "Line {what} isn't a valid JSON object. Correct it and upload the file again.",
    )
    NOT_TEXT = (
        UnsupportedFormat,
        f"文件内容不是文字，也不是可识别的格式。可以读取：{READABLE}。",
        f"The file's content is neither text nor a known format. What can be read: {READABLE}.",
    )
    TIMEOUT = (
        ParseTimeout,
        "读取文件超时（超过 {what} 秒）。请拆分或简化文件后重新上传。",
        "Reading the file took longer than {what} seconds. Split or simplify it and upload it again.",
    )
    MEMORY = (
        ParseMemory,
        "读取文件所需内存超过上限。请拆分文件后重新上传。",
        "Reading the file needs more memory than is allowed. Split it and upload the parts.",
    )
    RESULT_TOO_LARGE = (
        TooLarge,
        "文件中的文字过多（超过 {what} MB）。请拆分文件后重新上传。",
        "The file holds too much text (more than {what} MB). Split it and upload the parts.",
    )
    NO_SANDBOX = (
        ParseFailed,
        "无法启动文件读取程序，请稍后重试或联系管理员。",
        "The process that reads files can't be started. Try again later or tell your administrator.",
    )


def refusal(reason: Reason, what: object = "") -> ParseError:
    """The error to raise for a reason; `what` is the fact that completes the sentence."""
    error, chinese, english = reason.value
    message = f"{chinese} {english}".replace("{what}", str(what))
    raised: ParseError = error(message)
    return raised

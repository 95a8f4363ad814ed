"""The words of files with messages. `ui.texts` has them with all the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FILE_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "file.add": ("添加文件", "Add files"),
    "file.add.note": ("为备注添加文件", "Add files to the note"),
    "file.open": ("打开 {name}", "Open {name}"),
    "file.take_back": ("移除 {name}", "Remove {name}"),
    "file.sending": ("正在上传", "Uploading"),
    "file.removed": ("（文件已删除）", "(the file was deleted)"),
    "file.only": ("［文件］", "[file]"),
    "file.title": ("文件", "Files"),
    "file.erase": ("删除 {name}", "Delete {name}"),
    "file.erase.sure": (
        "彻底删除 {name}？双方都将无法再打开。",
        "Delete {name} for good? Nobody will be able to open it any more.",
    ),
    "file.kind.image": ("图片", "Picture"),
    "file.kind.pdf": ("PDF", "PDF"),
    "file.kind.text": ("文本", "Text"),
    "file.too_large": (
        "文件太大。单个文件最多 {file} MB，一次会话合计最多 {total} MB。",
        "Too large. One file may have {file} MB, all files of a conversation {total} MB.",
    ),
    "file.conflict": ("一条消息最多 {count} 个文件，请先发送。", "One message takes {count} files. Send these first."),
    "file.unsupported_format": (
        "不支持这种文件。请发送图片（PNG、JPEG、WebP、GIF）、PDF 或纯文本。",
        "Files of this type aren't taken. Send a picture (PNG, JPEG, WebP, GIF), a PDF or plain text.",
    ),
    "file.file_refused": (
        "文件未通过安全检查，请换一个，或用文字说明。",
        "The file didn't pass the security check. Send another one, or describe it in words.",
    ),
    "file.invalid_input": ("文件是空的，请检查后再试。", "The file is empty. Check it and try again."),
    "file.rate_limited": ("上传太频繁，请稍后再试。", "Too many uploads. Try again in some minutes."),
    "file.storage_error": ("现在无法接收文件，请稍后再试。", "Files can't be taken at the moment. Try again later."),
    "file.other": ("没能上传，请重试。", "That didn't work. Try again."),
    "file.gone": ("这个文件已不在了。", "This file is gone."),
    "file.masked": ("接手会话后才能打开文件。", "Take the conversation over to open its files."),
    "file.closed": ("没能打开，请重试。", "The file couldn't be opened. Try again."),
}

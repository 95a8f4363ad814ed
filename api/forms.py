"""Multipart forms with a file in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import BinaryIO, Final

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from core.errors import InvalidInput, StorageError

CHUNK: Final = 256 * 1024
"""Bytes of an upload in memory at a time."""

MAX_FIELDS: Final = 10
MAX_FIELD_BYTES: Final = 4096


@asynccontextmanager
async def received_form(request: Request) -> AsyncIterator[FormData]:
    """The form; a large file in it lies on disk, in the system's folder for temporary files.

    Raises:
        StorageError: there is no room for it.
    """
    try:
        form = await request.form(max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES)
    except OSError as error:
        raise StorageError("The upload can't be put down on the server's disk. Nothing was stored.") from error
    try:
        yield form
    finally:
        await form.close()


def file_of(form: FormData) -> UploadFile:
    """The form's one file. Raises `InvalidInput` where there is none."""
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise InvalidInput("There is no file. Send it as the form's field `file`.")
    return file


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """The file's bytes, a piece at a time."""
    while chunk := file.read(CHUNK):
        yield chunk

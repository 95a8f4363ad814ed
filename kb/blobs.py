"""Uploaded documents are kept as every file is, see `core.blobs`."""

from __future__ import annotations

from core.blobs import Blob, BlobStore, Staged

__all__ = ["Blob", "BlobStore", "Staged"]

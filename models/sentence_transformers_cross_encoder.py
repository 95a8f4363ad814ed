"""Any cross-encoder of sentence-transformers, on a GPU where there is one (extra `torch`)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from core.errors import ConfigurationError, MissingExtra

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder as LibraryModel

BATCH_ROWS: Final = 16


class SentenceTransformersCrossEncoder:
    """Scores with a model of that library, by name or folder.

    A folder is read where it lies. A name that isn't in the library's cache is fetched from its
    hub, as the operator asked for by naming it; nothing is ever fetched otherwise.
    """

    def __init__(self, model: str, *, device: str | None = None) -> None:
        self._name = model
        self._device = device
        self._lock = threading.Lock()

    def score(self, question: str, passages: Sequence[str], /) -> list[float]:
        """Return one score per passage, in order.

        Raises:
            ConfigurationError: the model can't be loaded, or doesn't give one number a pair.
            MissingExtra: the extra `torch` isn't installed.
        """
        if not passages:
            return []
        with self._lock:  # tokenizers keep state while they truncate, so one caller at a time
            scores = self._model.predict(
                [(question, passage) for passage in passages],
                batch_size=BATCH_ROWS,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        found = np.asarray(scores, dtype=np.float64)
        if found.shape != (len(passages),) or not np.isfinite(found).all():
            raise ConfigurationError(
                f"ZHIDA_RERANKER is {self._name!r}, which doesn't give one number for a question and a passage. "
                "Choose a cross-encoder for ranking, such as BAAI/bge-reranker-base, or unset it."
            )
        return [float(score) for score in found]

    @cached_property
    def _model(self) -> LibraryModel:
        try:
            from sentence_transformers import CrossEncoder
        except ModuleNotFoundError as error:
            raise MissingExtra(f"The reranker {self._name!r}", "torch") from error
        try:
            return CrossEncoder(self._name, device=self._device, trust_remote_code=False)
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"ZHIDA_RERANKER is {self._name!r}, which can't be loaded. "
                "It must be a model's folder or the name of a cross-encoder of sentence-transformers."
            ) from error

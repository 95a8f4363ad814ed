"""How many threads numpy multiplies with."""

from __future__ import annotations

from functools import lru_cache

from threadpoolctl import ThreadpoolController


@lru_cache(maxsize=1)
def calm_blas() -> None:
    """Let numpy multiply on one thread: a question is too little work to share, and its threads wait by spinning."""
    for library in ThreadpoolController().select(user_api="blas").lib_controllers:
        if "numpy" in library.filepath:  # FAISS has a copy of its own, which trains indexes on all cores
            library.set_num_threads(1)

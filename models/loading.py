"""Which encoder, reranker and language model, by settings. A fixed choice: no class is named by a user.

Only what is chosen is imported: a command that answers from the default encoder shouldn't wait for the rest.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from core.errors import ConfigurationError, MissingExtra
from core.settings import Settings
from models.chat import ChatModel
from models.cross_encoder import CrossEncoder
from models.encoder import Encoder
from models.onnx_encoder import OnnxEncoder

BUILTIN: Final = "builtin"
GGUF: Final = ".gguf"


def load_encoder(settings: Settings) -> Encoder:
    """Return the encoder that `settings.encoder` names. Its weights are read with the first use.

    Raises:
        MissingExtra: it is a sentence-transformers model and the extra `torch` isn't installed.
    """
    if settings.encoder == BUILTIN:
        return OnnxEncoder(threads=settings.threads)
    if find_spec("sentence_transformers") is None:
        raise MissingExtra(f"The encoder {settings.encoder!r}", "torch")
    from models.sentence_transformers_encoder import SentenceTransformersEncoder

    return SentenceTransformersEncoder(settings.encoder)


def load_cross_encoder(settings: Settings) -> CrossEncoder | None:
    """Return the cross-encoder that `settings.reranker` names, or `None`. Its weights are read with the first use.

    Raises:
        MissingExtra: the extra `torch` isn't installed.
    """
    if settings.reranker is None:
        return None
    if find_spec("sentence_transformers") is None:
        raise MissingExtra(f"The reranker {settings.reranker!r}", "torch")
    from models.sentence_transformers_cross_encoder import SentenceTransformersCrossEncoder

    return SentenceTransformersCrossEncoder(settings.reranker)


def load_chat_model(settings: Settings) -> ChatModel | None:
    """Return the language model that `settings.model` names, or `None` when answers shall be quoted.

    Nothing is imported, read or asked yet; what can be checked without that is checked here.

    Raises:
        ConfigurationError: the name, the address or the file can't be used.
        MissingExtra: it is a GGUF file and the extra `local-llm` isn't installed.
    """
    if settings.model is None:
        if settings.model_base_url is not None:
            raise ConfigurationError("ZHIDA_MODEL_BASE_URL is set without ZHIDA_MODEL. Set the model's name as well.")
        return None
    if settings.model.endswith(GGUF):
        return _local(Path(settings.model).expanduser(), settings.threads)
    from models.langchain_chat import LangChainModel

    return LangChainModel(
        settings.model,
        base_url=settings.model_base_url,
        api_key=settings.model_api_key,
        silence_s=settings.model_deadline_s,
    )


def runs_here(settings: Settings) -> bool:
    """Whether the language model runs in this process, so that nothing that it is asked leaves the machine."""
    return settings.model is not None and settings.model.endswith(GGUF)


def _local(path: Path, threads: int) -> ChatModel:
    if not path.is_file():
        raise ConfigurationError(f"ZHIDA_MODEL is {str(path)!r}, but there is no such file.")
    if find_spec("xllamacpp") is None:
        raise MissingExtra("Running a GGUF file", "local-llm")
    from models.local_chat import LocalChatModel

    return LocalChatModel(path, threads=threads)

"""Settings: frozen values, read once from a mapping (the environment) at the composition root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from core.errors import ConfigurationError

T = TypeVar("T")

DEFAULT_HOME: Final = "zhida-home"


class Secret:
    """A text that doesn't show itself in logs, tracebacks or `repr`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself. Call it where it is sent, nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('…')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator can set. Each field's environment variable stands beside it."""

    home: Path
    """`ZHIDA_HOME`: the folder that holds everything Zhida writes."""
    database_url: str
    """`ZHIDA_DATABASE_URL`: SQLAlchemy URL; a SQLite file in `home` by default."""
    index_url: Secret | None = None
    """`ZHIDA_INDEX_URL`: address of Milvus (extra `milvus`), which may hold a password; none = built-in indexes."""
    encoder: str = "builtin"
    """`ZHIDA_ENCODER`: `builtin`, or a sentence-transformers name or folder (extra `torch`)."""
    reranker: str | None = None
    """`ZHIDA_RERANKER`: a cross-encoder's folder or sentence-transformers name (extra `torch`); none = not used."""
    model: str | None = None
    """`ZHIDA_MODEL`: e.g. `openai:qwen-plus`, or a `.gguf` file (extra `local-llm`); none = quote."""
    model_base_url: str | None = None
    """`ZHIDA_MODEL_BASE_URL`: where an OpenAI-compatible endpoint listens."""
    model_api_key: Secret | None = None
    """`ZHIDA_MODEL_API_KEY`."""
    model_deadline_s: float = 20.0
    """`ZHIDA_MODEL_DEADLINE_S`: seconds for a whole reply; then Zhida quotes."""
    admin_key: Secret | None = None
    """`ZHIDA_ADMIN_KEY`: replaces the key that is generated at first start."""
    max_upload_mb: int = 50
    """`ZHIDA_MAX_UPLOAD_MB`: largest file accepted, in MiB."""
    threads: int = 2
    """`ZHIDA_THREADS`: processor threads for the encoder and the indexes."""
    gold_on_publish: bool = True
    """`ZHIDA_GOLD_ON_PUBLISH`: whether publishing runs the gold set, which asks a configured language model too."""

    @property
    def blobs(self) -> Path:
        """Uploaded files, by their SHA-256."""
        return self.home / "blobs"

    @property
    def indexes(self) -> Path:
        """Snapshots of the derived indexes. Safe to delete: they are rebuilt."""
        return self.home / "indexes"

    @property
    def cache(self) -> Path:
        """Files that only save time. Safe to delete."""
        return self.home / "cache"


def read_settings(environment: Mapping[str, str], *, home: Path | None = None, cpus: int = 2) -> Settings:
    """Read the `ZHIDA_…` variables of `environment`; `home` (the `--home` option) wins over `ZHIDA_HOME`.

    Raises:
        ConfigurationError: a variable has a value that can't be used; the message names both.
    """
    folder = (home or Path(environment.get("ZHIDA_HOME") or DEFAULT_HOME)).expanduser().resolve()
    api_key = environment.get("ZHIDA_MODEL_API_KEY")
    admin_key = environment.get("ZHIDA_ADMIN_KEY")
    index_url = environment.get("ZHIDA_INDEX_URL")
    if admin_key is not None and len(admin_key) < 16:
        raise ConfigurationError("ZHIDA_ADMIN_KEY must have at least 16 characters. Unset it to have one generated.")
    return Settings(
        home=folder,
        database_url=environment.get("ZHIDA_DATABASE_URL") or f"sqlite:///{folder / 'zhida.db'}",
        index_url=Secret(index_url) if index_url else None,
        encoder=environment.get("ZHIDA_ENCODER") or "builtin",
        reranker=environment.get("ZHIDA_RERANKER") or None,
        model=environment.get("ZHIDA_MODEL") or None,
        model_base_url=environment.get("ZHIDA_MODEL_BASE_URL") or None,
        model_api_key=Secret(api_key) if api_key else None,
        model_deadline_s=_number(environment, "ZHIDA_MODEL_DEADLINE_S", float, default=20.0),
        admin_key=Secret(admin_key) if admin_key else None,
        max_upload_mb=_number(environment, "ZHIDA_MAX_UPLOAD_MB", int, default=50),
        threads=_number(environment, "ZHIDA_THREADS", int, default=max(1, cpus)),
        gold_on_publish=_flag(environment, "ZHIDA_GOLD_ON_PUBLISH", default=True),
    )


def _flag(environment: Mapping[str, str], key: str, *, default: bool) -> bool:
    raw = environment.get(key)
    if not raw:
        return default
    if raw.lower() not in {"yes", "no"}:
        raise ConfigurationError(f"{key} is {raw!r}; it must be yes or no.")
    return raw.lower() == "yes"


def _number(environment: Mapping[str, str], key: str, cast: Callable[[str], T], *, default: T) -> T:
    raw = environment.get(key)
    if not raw:
        return default
    try:
        value = cast(raw)
    except ValueError:
        raise ConfigurationError(f"{key} is {raw!r}, which isn't a number. Correct it or unset it.") from None
    if value <= 0:  # type: ignore[operator]  # T is int or float here
        raise ConfigurationError(f"{key} is {raw!r}; it must be above 0.")
    return value

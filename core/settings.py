"""Settings: frozen values, read once from a mapping (the environment) at the composition root."""

from __future__ import annotations

import shlex
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
class AttachmentSettings:
    """What may be sent with messages."""

    file_mb: int = 10
    """`ZHIDA_ATTACHMENT_MB`: largest file, in MiB."""
    per_message: int = 5
    """`ZHIDA_ATTACHMENTS_PER_MESSAGE`: most files with one message."""
    conversation_mb: int = 50
    """`ZHIDA_ATTACHMENTS_PER_CONVERSATION_MB`: all files that one side has in a conversation, in MiB."""
    per_hour: int = 60
    """`ZHIDA_ATTACHMENTS_PER_HOUR`: uploads of one conversation, or of one colleague; an address has ten times that."""
    link_s: int = 300
    """`ZHIDA_ATTACHMENT_LINK_S`: seconds for which the link to a file is good."""
    scan: tuple[str, ...] = ()
    """`ZHIDA_ATTACHMENT_SCAN`: command that is given a file's path and says by 0 that it may be kept; none = not asked."""
    scan_s: float = 30.0
    """`ZHIDA_ATTACHMENT_SCAN_S`: seconds for that command; then the file isn't taken."""


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
    model_tools: bool = True
    """`ZHIDA_MODEL_TOOLS`: whether the model may search once more, look up the customer's own, and ask for a ticket."""
    orders_url: str | None = None
    """`ZHIDA_ORDERS_URL`: where the company's own system tells of orders, see `docs/orders.md`; none = not connected."""
    orders_secret: Secret | None = None
    """`ZHIDA_ORDERS_SECRET`: sent to that address as bearer token, nowhere else."""
    orders_timeout_s: float = 3.0
    """`ZHIDA_ORDERS_TIMEOUT_S`: seconds for one look-up; then a person takes over."""
    admin_key: Secret | None = None
    """`ZHIDA_ADMIN_KEY`: replaces the key that is generated at first start."""
    visitor_secrets: tuple[Secret, ...] = ()
    """`ZHIDA_VISITOR_SECRETS`: by which your own site signs its visitors, instead of those that are generated."""
    max_upload_mb: int = 50
    """`ZHIDA_MAX_UPLOAD_MB`: largest file accepted, in MiB."""
    threads: int = 2
    """`ZHIDA_THREADS`: processor threads for the encoder and the indexes."""
    gold_on_publish: bool = True
    """`ZHIDA_GOLD_ON_PUBLISH`: whether publishing runs the gold set, which asks a configured language model too."""
    attachments: AttachmentSettings = AttachmentSettings()
    """`ZHIDA_ATTACHMENT…`: files with messages."""

    @property
    def blobs(self) -> Path:
        """Uploaded files, by their SHA-256."""
        return self.home / "blobs"

    @property
    def attachment_files(self) -> Path:
        """Files that came with messages, by their SHA-256."""
        return self.home / "attachments"

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
    orders_url, orders_secret = environment.get("ZHIDA_ORDERS_URL") or None, environment.get("ZHIDA_ORDERS_SECRET")
    if orders_url is not None and not orders_secret:
        raise ConfigurationError("ZHIDA_ORDERS_URL needs ZHIDA_ORDERS_SECRET, by which your system knows who asks.")
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
        model_tools=_flag(environment, "ZHIDA_MODEL_TOOLS", default=True),
        orders_url=orders_url,
        orders_secret=Secret(orders_secret) if orders_secret else None,
        orders_timeout_s=_number(environment, "ZHIDA_ORDERS_TIMEOUT_S", float, default=3.0),
        admin_key=Secret(admin_key) if admin_key else None,
        visitor_secrets=_visitor_secrets(environment),
        max_upload_mb=_number(environment, "ZHIDA_MAX_UPLOAD_MB", int, default=50),
        threads=_number(environment, "ZHIDA_THREADS", int, default=max(1, cpus)),
        gold_on_publish=_flag(environment, "ZHIDA_GOLD_ON_PUBLISH", default=True),
        attachments=_attachments(environment),
    )


def _visitor_secrets(environment: Mapping[str, str]) -> tuple[Secret, ...]:
    """One secret, or two separated by a comma while the site changes from one to the other."""
    given = [each.strip() for each in (environment.get("ZHIDA_VISITOR_SECRETS") or "").split(",") if each.strip()]
    if len(given) > 2 or any(len(each) < 32 for each in given):
        raise ConfigurationError(
            "ZHIDA_VISITOR_SECRETS must be one secret of at least 32 characters, or two separated by a comma. Unset it "
            "to have one generated."
        )
    return tuple(Secret(each) for each in given)


def _attachments(environment: Mapping[str, str]) -> AttachmentSettings:
    return AttachmentSettings(
        file_mb=_number(environment, "ZHIDA_ATTACHMENT_MB", int, default=10),
        per_message=_number(environment, "ZHIDA_ATTACHMENTS_PER_MESSAGE", int, default=5),
        conversation_mb=_number(environment, "ZHIDA_ATTACHMENTS_PER_CONVERSATION_MB", int, default=50),
        per_hour=_number(environment, "ZHIDA_ATTACHMENTS_PER_HOUR", int, default=60),
        link_s=_number(environment, "ZHIDA_ATTACHMENT_LINK_S", int, default=300),
        scan=_command(environment, "ZHIDA_ATTACHMENT_SCAN"),
        scan_s=_number(environment, "ZHIDA_ATTACHMENT_SCAN_S", float, default=30.0),
    )


def _command(environment: Mapping[str, str], key: str) -> tuple[str, ...]:
    """A command as a shell would split it; no shell ever sees it."""
    raw = environment.get(key) or ""
    try:
        return tuple(shlex.split(raw))
    except ValueError as error:
        raise ConfigurationError(f"{key} is {raw!r}, which can't be read as a command: {error}.") from None


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

"""What the server writes to its log: never whom it is about."""

from __future__ import annotations

import logging
import sys
from typing import Final

from core.masking import Mask

FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class MaskingFormatter(logging.Formatter):
    """Hides personal data in messages and in tracebacks, whose last line may quote a customer."""

    def __init__(self, mask: Mask, fmt: str = FORMAT) -> None:
        super().__init__(fmt)
        self._mask = mask

    def formatMessage(self, record: logging.LogRecord) -> str:  # the name is logging's
        """The line, with its message masked."""
        record.message = self._mask(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: logging._SysExcInfoType) -> str:
        """The traceback, masked."""
        return self._mask(super().formatException(ei))


def log_to_stderr(level: int = logging.INFO) -> None:
    """Log masked lines. The rules of the recogniser do; a tagger isn't loaded for a log."""
    from nlu.personal_data.finder import PersonalDataRecogniser
    from nlu.personal_data.masking import Masker

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskingFormatter(Masker(PersonalDataRecogniser()).masked))
    logging.basicConfig(handlers=[handler], level=level)

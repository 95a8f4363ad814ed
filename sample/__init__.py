"""The sample knowledge base: a fictional maker and online shop of smart home appliances, 汀禾智家 (Tinghe Home).

Company, products, people, addresses and numbers are invented; domains end in `.example`. Folders:

    documents/public      for customers (audience `public`)
    documents/internal    for the service desk (audience `internal`)
    documents/older       earlier versions under the same file names, to upload first
    qa                    Q&A pairs: standard, similar and negative questions, answer, validity dates
    tickets               solved tickets of the past
    questions.jsonl       questions with what a right answer must contain, and questions without an answer
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent
"""Where the sample lies on disk."""

DEMO_QUESTIONS: Final = (
    "下单后多久发货？",
    "门锁 E34 怎么处理",
    "你们卖洗碗机吗？",
)
"""In this order: an approved answer word for word, a quotation from a PDF with its page, and nothing to be found."""

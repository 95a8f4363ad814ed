"""A small shop's documents, and how they get into a knowledge base."""

from __future__ import annotations

import json
from collections.abc import Callable

from fastapi import FastAPI

from api.composition import Services
from core.settings import Secret
from core.types import Audience, DocumentKind, DocumentVersion
from kb.records import Upload

Serve = Callable[[FastAPI], str]
"""Starts a real server for an application and returns its address."""

KEY = Secret("the-key-of-the-operator-000000000")

VISITOR_SECRET = Secret("the-secret-of-the-company-s-site-00")

RETURNS = """# 退换货政策

## 退货期限

自签收之日起三十天内可以无理由退货。商品须保持完好，配件齐全。

## 运费

质量问题由本店承担来回运费。
"""

ESCALATION = """# 投诉升级手册

## 补偿权限

一线客服可以给予五十元以内的补偿券，代号 OWL-77。
"""

PAIRS = (
    {"question": "下单后多久发货？", "answer": "付款后 24 小时内发货。", "similar": ["什么时候发货？"]},
    {"question": "运费多少？", "answer": "满 99 元免运费。"},
)

TICKETS = ({"question": "洗碗机漏水怎么办？", "resolution": "关闭进水阀，安排上门维修。", "date": "2026-01-05"},)


def lines(*records: object) -> bytes:
    """As JSON lines."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def add(
    services: Services,
    name: str,
    content: bytes,
    *,
    audience: Audience = Audience.PUBLIC,
    kind: DocumentKind | None = None,
) -> DocumentVersion:
    """Take a file in and work until it is ready."""
    version = services.kb.accept(Upload(name=name, audience=audience, kind=kind), [content])
    services.worker.run_all()
    return services.kb.version(version.document_id, version.number)


def fill(services: Services) -> None:
    """The shop's documents."""
    add(services, "退换货政策.md", RETURNS.encode())
    add(services, "投诉升级手册.md", ESCALATION.encode(), audience=Audience.INTERNAL)
    add(services, "常见问题.jsonl", lines(*PAIRS), kind=DocumentKind.QA)
    add(services, "历史工单.jsonl", lines(*TICKETS), kind=DocumentKind.TICKETS)

"""Which role may do what, and how far: one table. What it doesn't grant is refused."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.accounts import Right, Role, Scope

_READS: Final = (
    Right.KNOWLEDGE_READ,
    Right.DESK_READ,
    Right.POLICY_READ,
    Right.FIGURES_READ,
    Right.ACCOUNTS_READ,
    Right.AUDIT_READ,
)

GRANTS: Final[Mapping[Role, Mapping[Right, Scope]]] = MappingProxyType(
    {
        Role.CUSTOMER: {},
        Role.AGENT: {
            Right.KNOWLEDGE_READ: Scope.ALL,
            Right.POLICY_READ: Scope.ALL,
            Right.DESK_READ: Scope.TEAM,
            Right.DESK_WORK: Scope.OWN,
            Right.PERSONAL_READ: Scope.OWN,
            Right.FIGURES_READ: Scope.OWN,
        },
        Role.LEAD: {
            Right.KNOWLEDGE_READ: Scope.ALL,
            Right.POLICY_READ: Scope.ALL,
            Right.DESK_READ: Scope.TEAM,
            Right.DESK_WORK: Scope.TEAM,
            Right.PERSONAL_READ: Scope.TEAM,
            Right.FIGURES_READ: Scope.TEAM,
        },
        Role.KNOWLEDGE_MANAGER: {
            Right.KNOWLEDGE_READ: Scope.ALL,
            Right.KNOWLEDGE_WRITE: Scope.ALL,
            Right.POLICY_READ: Scope.ALL,
            Right.FIGURES_READ: Scope.ALL,
        },
        Role.SERVICE_MANAGER: {
            Right.KNOWLEDGE_READ: Scope.ALL,
            Right.POLICY_READ: Scope.ALL,
            Right.POLICY_WRITE: Scope.ALL,
            Right.DESK_READ: Scope.ALL,
            Right.DESK_WORK: Scope.ALL,
            Right.PERSONAL_READ: Scope.ALL,
            Right.FIGURES_READ: Scope.ALL,
            Right.ACCOUNTS_READ: Scope.ALL,
        },
        Role.ADMIN: dict.fromkeys(Right, Scope.ALL),
        Role.AUDITOR: dict.fromkeys(_READS, Scope.ALL),
    }
)


def scope_of(role: Role, right: Right) -> Scope | None:
    """How far the role's right reaches; `None` where it doesn't have it."""
    return GRANTS[role].get(right)

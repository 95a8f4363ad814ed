"""Why a person is needed, in fifteen words."""

from __future__ import annotations

from enum import StrEnum


class HandoverCode(StrEnum):
    """Why a person is needed. The customer always gets an honest sentence as well."""

    SAFETY_LEGAL = "safety_legal"
    CUSTOMER_REQUEST = "customer_request"
    POLICY_RESTRICTION = "policy_restriction"
    IDENTITY_REQUIRED = "identity_required"
    MISSING_KNOWLEDGE = "missing_knowledge"
    UNSUPPORTED_REQUEST = "unsupported_request"
    NEGATIVE_SENTIMENT = "negative_sentiment"
    LOOP = "loop"
    USER_REJECTED = "user_rejected"
    TURN_BUDGET = "turn_budget"
    TOOL_FAILURE = "tool_failure"
    VIP_OR_OPEN_TICKET = "vip_or_open_ticket"
    PENDING_CLARIFICATION = "pending_clarification"
    USAGE_LIMIT = "usage_limit"
    OTHER_PARTICIPANT = "other_participant"

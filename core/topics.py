"""Which messages are about one matter: intents, put together where one matter goes by several names."""

from __future__ import annotations

from typing import Final

NO_TOPICS: Final = frozenset(
    {"human_agent", "follow_up", "thanks", "greeting", "goodbye", "affirm", "deny", "small_talk", "out_of_scope"}
)
"""Intents that don't say what a contact is about."""

ASKS_AFTER: Final = frozenset({"human_agent", "follow_up", "complaint"})
"""Of these, and of complaints, it is plain that they are about whatever is still open."""

FAMILIES: Final = (
    frozenset({"track_order", "delivery_options", "missing_parcel", "change_order", "cancel_order", "place_order"}),
    frozenset({"return_item", "exchange_item", "request_refund", "refund_status", "wrong_or_damaged"}),
    frozenset({"product_fault", "how_to_use", "wrong_or_damaged"}),
    frozenset({"payment_method", "payment_problem", "invoice", "price_discount"}),
    frozenset({"login_problem", "account_change", "close_account"}),
)
"""Intents of one matter: who asked for a return yesterday asks after the refund today. An intent may be in two, and one
that is in none, such as the operator's own, is a matter of its own."""


def same_topic(of: str | None, topic: str | None) -> bool:
    """Whether a message about `topic` belongs to something that was opened about `of`.

    What wasn't read, or says nothing of its matter, counts as the same: with something open that is late, a person who
    looks in vain is the smaller harm. Thanks and greetings belong to nothing.
    """
    if topic in NO_TOPICS - ASKS_AFTER:
        return False
    if topic is None or topic in ASKS_AFTER or of is None or of in NO_TOPICS | ASKS_AFTER:
        return True
    return of == topic or any({of, topic} <= family for family in FAMILIES)

"""What belongs to something that is still open."""

from __future__ import annotations

import pytest

from core.topics import FAMILIES, NO_TOPICS, same_topic
from nlu.intents.taxonomy import IntentLabel


@pytest.mark.parametrize(
    ("of", "topic", "same"),
    [
        ("invoice", "invoice", True),
        ("return_item", "refund_status", True),
        ("product_fault", "wrong_or_damaged", True),
        ("return_item", "invoice", False),
        ("product_fault", "refund_status", False),
        ("own_label", "own_label", True),
        ("own_label", "invoice", False),
        ("invoice", "follow_up", True),
        ("invoice", "human_agent", True),
        ("invoice", "complaint", True),
        ("human_agent", "invoice", True),
        ("invoice", "thanks", False),
        ("invoice", "greeting", False),
        (None, "thanks", False),
        (None, "invoice", True),
        ("invoice", None, True),
    ],
)
def test_a_message_belongs_to_what_it_is_about(of: str | None, topic: str | None, same: bool) -> None:
    """The same intent or one of the same matter; what can't be told counts; courtesy doesn't."""
    assert same_topic(of, topic) is same


def test_names_only_intents_that_exist() -> None:
    """A label that was renamed would quietly belong to nothing."""
    assert {*NO_TOPICS, *frozenset().union(*FAMILIES)} <= set(IntentLabel)

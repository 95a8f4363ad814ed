"""From the desk's log to facts: what each line means for a figure."""

from __future__ import annotations

from itertools import count

from analytics.facts import By, Category, Ending, Handed, SurveyKind, Vote
from analytics.history import facts_of
from analytics.topics import with_repeats
from core.actors import Actor, ActorKind, CustomerId
from core.desk_events import DeskEvent, EventKind, Subject
from core.episodes import EpisodeId
from core.types import ConversationId, HandoverCode, TicketId
from tests.analytics.samples import at, episode

K = EventKind
_numbers = count(1)


def event(
    kind: EventKind,
    minutes: float,
    *,
    episode_id: int | None = 1,
    ticket_id: int | None = None,
    customer_id: int | None = None,
    by: ActorKind = ActorKind.SYSTEM,
    act: str = "",
    detail: dict[str, str] | None = None,
    **values: str,
) -> DeskEvent:
    """A line of the log."""
    if kind is K.EPISODE_OPENED:
        values.setdefault("new", "assistant")
    subject = Subject(
        conversation_id=ConversationId("c"),
        episode_id=None if episode_id is None else EpisodeId(episode_id),
        ticket_id=None if ticket_id is None else TicketId(ticket_id),
        customer_id=None if customer_id is None else CustomerId(customer_id),
    )
    return DeskEvent(
        sequence=next(_numbers), at=at(minutes), kind=kind, actor=Actor(by), subject=subject, correlation_id=act,
        detail=detail or {}, **values,
    )  # fmt: skip


def test_an_episode_from_its_first_message_to_its_end() -> None:
    """Who said what when, what was handed over, how it ended and by whose word."""
    told = facts_of(
        [
            event(K.EPISODE_OPENED, 0, new="assistant"),
            event(K.MESSAGE_ADDED, 0, new="customer", detail={"substantive": "1"}),
            event(K.MESSAGE_ADDED, 1, new="assistant", act="a", detail={"outcome": "handover"}),
            event(K.HANDED_OVER, 1, new="missing_knowledge", act="a"),
            event(K.EPISODE_MOVED, 1, old="assistant", new="queued"),
            event(K.EPISODE_ASSIGNED, 5, new="7"),
            event(K.MESSAGE_ADDED, 6, new="note"),
            event(K.MESSAGE_ADDED, 7, new="agent"),
            event(K.MESSAGE_ADDED, 8, new="customer", detail={"substantive": "0"}),
            event(K.REPLY_RATED, 8, new="unhelpful"),
            event(K.EPISODE_MOVED, 9, old="agent", new="resolved", reason="agent_solved", by=ActorKind.AGENT),
        ],
        now=at(60),
    ).episodes[0]

    assert [(said.by, said.automatic) for said in told.said] == [
        (By.CUSTOMER, False),
        (By.ASSISTANT, False),
        (By.AGENT, False),
        (By.CUSTOMER, True),
    ]
    assert told.said[1].code is HandoverCode.MISSING_KNOWLEDGE
    assert told.handed == (Handed(at(1), HandoverCode.MISSING_KNOWLEDGE),)
    assert told.votes == (Vote(at(8), False),)
    assert (told.queued, told.agents) == (True, ("7",))
    assert told.ended is not None
    assert (told.ended.how, told.ended.reason, told.ended.by) == (Ending.RESOLVED, "agent_solved", By.AGENT)


def test_a_customer_who_leaves_the_queue_is_told_apart_from_one_who_leaves_the_assistant() -> None:
    """Both are abandoned, only one was kept waiting."""
    waited = [event(K.EPISODE_OPENED, 0), event(K.EPISODE_MOVED, 9, old="queued", new="abandoned")]
    left = [
        event(K.EPISODE_OPENED, 0, episode_id=2),
        event(K.EPISODE_MOVED, 9, episode_id=2, old="assistant", new="abandoned"),
    ]

    told = facts_of([*waited, *left], now=at(60)).episodes

    assert [each.ended and (each.ended.how, each.ended.while_queued) for each in told] == [
        (Ending.ABANDONED, True),
        (Ending.ABANDONED, False),
    ]


def test_a_tickets_phases_follow_categories_and_merged_ones_count_nowhere() -> None:
    """Custom names, snoozes and third parties are what they mean."""
    moves = ["open", "pending_customer", "on_hold", "resolved", "open"]
    solved = [event(K.TICKET_CREATED, 0, ticket_id=1, new="new")] + [
        event(K.TICKET_MOVED, n, ticket_id=1, new=status, by=ActorKind.CUSTOMER)
        for n, status in enumerate(moves, start=1)
    ]
    merged = [
        event(K.TICKET_CREATED, 0, ticket_id=2, new="new"),
        event(K.TICKET_MOVED, 1, ticket_id=2, old="new", new="merged"),
    ]

    told = facts_of([*solved, *merged], now=at(60)).tickets

    assert len(told) == 1
    assert [phase.category for phase in told[0].phases] == [
        Category.ACTIVE,
        Category.ACTIVE,
        Category.CUSTOMER,
        Category.HELD,
        Category.DONE,
        Category.ACTIVE,
    ]
    assert [phase.by for phase in told[0].reopened] == [By.CUSTOMER]


def test_customers_who_were_merged_are_one_and_visitors_are_somebody_else_each() -> None:
    """Also what was written before the merge."""
    told = facts_of(
        [
            event(K.EPISODE_OPENED, 0, episode_id=1, customer_id=4),
            event(K.EPISODE_OPENED, 1, episode_id=2, customer_id=5),
            event(K.CUSTOMER_MERGED, 2, episode_id=None, customer_id=5, new="4"),
            event(K.EPISODE_OPENED, 3, episode_id=3),
        ],
        now=at(60),
    )

    assert [each.customer for each in told.episodes] == ["customer 4", "customer 4", "visitor c"]


def test_a_survey_that_couldnt_be_sent_isnt_delivered() -> None:
    """It is in no response rate."""
    told = facts_of(
        [
            event(K.SURVEY_SENT, 0, new="csat"),
            event(K.SURVEY_RATED, 5, new="4", rule="csat"),
            event(K.SURVEY_NOT_SENT, 6, new="nps"),
        ],
        now=at(60),
    ).surveys

    assert [(each.kind, each.delivered_at, each.score) for each in told] == [
        (SurveyKind.CSAT, at(0), 4),
        (SurveyKind.NPS, None, None),
    ]


def test_a_return_with_the_same_topic_is_found_and_another_topic_isnt() -> None:
    """Across conversations, for one customer only."""
    first = episode(1, customer="customer 1", started_at=at(0), question="退货")
    other = episode(2, customer="customer 1", started_at=at(10), question="发票")
    again = episode(3, customer="customer 1", started_at=at(20), question="退货")
    stranger = episode(4, customer="customer 2", started_at=at(5), question="退货")

    told = with_repeats([stranger, again, other, first], lambda one, two: one.question == two.question)

    assert {each.episode_id: each.again_at for each in told} == {"1": at(20), "2": None, "3": None, "4": None}
    assert {each.again_at for each in with_repeats([first, other])} == {at(10), None}

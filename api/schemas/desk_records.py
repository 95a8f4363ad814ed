"""Tickets, customers, macros and service levels over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from api.schemas.common import MAX_ANSWER, example
from api.schemas.desk import Id, Name, Word
from core.actors import ActorKind
from core.sla import ClockKind
from core.tickets import CloseReason, LinkKind, Priority, TriggerFamily
from core.types import HandoverCode, Language, TicketStatus

AT = "2026-11-23T09:00:00Z"
Seconds = Annotated[int, Field(ge=1, le=10**8)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]


class TicketCard(BaseModel):
    """A ticket with all that the desk knows of it."""

    model_config = example(
        ticket_id=12,
        conversation_id="9f3c…",
        episode_id=8,
        customer_id=None,
        message_id="5d2a…",
        question="转人工",
        code="customer_request",
        family="help",
        reason="…",
        subject="",
        contact=None,
        status="open",
        state=None,
        priority="medium",
        team_id=None,
        assignee_id=2,
        version=3,
        created_at=AT,
        updated_at=AT,
        first_resolved_at=None,
        last_resolved_at=None,
        closed_at=None,
        close_reason=None,
        closed_by=None,
        assignee_at_resolution=None,
        snoozed_until=None,
        merged_into=None,
        follow_up_of=None,
    )

    ticket_id: int
    conversation_id: str
    episode_id: int | None
    customer_id: int | None
    message_id: str
    question: str
    code: HandoverCode
    family: TriggerFamily
    reason: str
    subject: str
    contact: str | None
    status: TicketStatus
    state: str | None
    """The operator's own name for the status."""
    priority: Priority
    team_id: int | None
    assignee_id: int | None
    version: int
    created_at: datetime
    updated_at: datetime
    first_resolved_at: datetime | None
    last_resolved_at: datetime | None
    closed_at: datetime | None
    close_reason: CloseReason | None
    closed_by: ActorKind | None
    assignee_at_resolution: int | None
    snoozed_until: datetime | None
    merged_into: int | None
    follow_up_of: int | None


class TicketLink(BaseModel):
    """Two tickets that belong together."""

    model_config = example(ticket_id=12, other=9, kind="related")

    ticket_id: int
    other: int
    kind: LinkKind


class TicketCause(BaseModel):
    """Something that made a ticket necessary."""

    model_config = example(
        message_id="5d2a…", family="complaint", code="negative_sentiment", reason="The customer complains.", at=AT
    )

    message_id: str | None
    family: TriggerFamily
    code: HandoverCode | None
    reason: str
    at: datetime


class NewTicketState(BaseModel):
    """Your own name for a status."""

    model_config = example(status="on_hold", label_zh="等配件", label_en="Waiting for parts", position=1, enabled=True)

    status: TicketStatus
    """What it stands for; logic and figures go by this."""
    label_zh: Name
    label_en: Name
    position: Annotated[int, Field(ge=0, le=10_000)] = 0
    enabled: bool = True


class TicketState(NewTicketState):
    """A name as it is."""

    model_config = example(
        key="parts", status="on_hold", label_zh="等配件", label_en="Waiting for parts", position=1, enabled=True
    )

    key: str


class TicketClock(BaseModel):
    """One cycle of one clock."""

    model_config = example(
        kind="first",
        cycle=1,
        started_at=AT,
        due_at=AT,
        warn_at=AT,
        elapsed_s=60.0,
        met_at=None,
        breached_at=None,
        ended=False,
    )

    kind: ClockKind
    cycle: int
    started_at: datetime
    due_at: datetime | None
    """None while it is paused, or once it has ended."""
    warn_at: datetime | None
    elapsed_s: float
    met_at: datetime | None
    breached_at: datetime | None
    """The deadline that passed. It never goes away."""
    ended: bool


class Identity(BaseModel):
    """By which a channel knows somebody."""

    model_config = example(channel="email", key="lin@customer.example", level=1)

    channel: str
    key: str
    level: int


class Customer(BaseModel):
    """Somebody who writes to us."""

    model_config = example(
        customer_id=4,
        name="林",
        email="lin@customer.example",
        phone="",
        language="zh",
        tier="",
        vip=False,
        tags=["批发"],
        identities=[],
        created_at=AT,
        merged_into=None,
    )

    customer_id: int
    name: str
    email: str
    phone: str
    language: Language | None
    tier: str
    vip: bool
    tags: list[str]
    identities: list[Identity]
    created_at: datetime
    merged_into: int | None


class CustomerChange(BaseModel):
    """What is to change; what is left out stays."""

    model_config = example(name="林小姐", vip=True)

    name: Line | None = None
    email: Line | None = None
    phone: Line | None = None
    language: Language | None = None
    tier: Line | None = None
    vip: bool | None = None


class NewCustomer(BaseModel):
    """How a channel knows somebody."""

    model_config = example(channel="email", key="lin@customer.example", name="林")

    channel: Word
    key: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    name: Line = ""


class NewTag(BaseModel):
    """A word for a customer."""

    model_config = example(tag="批发")

    tag: Word


class WhoItIs(BaseModel):
    """Whose conversation it is."""

    model_config = example(customer_id=4)

    customer_id: Id


class CustomerMergeInto(BaseModel):
    """Which customer is kept, and what is taken over from the other."""

    model_config = example(into=4, take=["email"])

    into: Id
    take: Annotated[list[Word], Field(max_length=10)] = []


class CustomerMerge(BaseModel):
    """Two customers who turned out to be one."""

    model_config = example(merge_id=1, kept=4, merged=7, at=AT, undone_at=None)

    merge_id: int
    kept: int
    merged: int
    at: datetime
    undone_at: datetime | None


class MacroActions(BaseModel):
    """What a macro does besides its text."""

    model_config = example(priority="high", tags=["退款"], asks=True)

    priority: Priority | None = None
    tags: Annotated[list[Word], Field(max_length=10)] = []
    asks: bool = False


class NewMacro(BaseModel):
    """A text for a situation that comes up often."""

    model_config = example(name="问订单号", text="{name}您好，请提供订单号。", language="zh")

    name: Name
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_ANSWER)]
    """`{name}`, `{ticket}` and `{agent}` are filled in where they are known."""
    language: Language | None = None
    team_id: Id | None = None
    actions: MacroActions = MacroActions()
    enabled: bool = True


class MacroChange(NewMacro):
    """A macro as it is to be."""

    model_config = example(name="问订单号", text="{name}您好，请提供订单号。", language="zh")

    instead_of: NewMacro | None = None
    """The macro as it was read. If it is another one by now, nothing is changed, and the 409 says who was faster."""


class Macro(NewMacro):
    """A macro as it is."""

    model_config = example(
        macro_id=1,
        name="问订单号",
        text="请提供订单号。",
        language=None,
        team_id=None,
        actions={},
        enabled=True,
        uses=0,
    )

    macro_id: int
    uses: int


class MacroText(BaseModel):
    """A macro's text for a conversation."""

    model_config = example(text="林您好，请提供订单号。")

    text: str


class NewSlaPolicy(BaseModel):
    """Terms, and for which tickets. Later tickets only: what was promised stays promised."""

    model_config = example(name="VIP", priority="high", first_s=1800, next_s=1800, resolution_s=14400, calendar_id=1)

    name: Name
    position: Annotated[int, Field(ge=0, le=10_000)] = 0
    """The first one that fits is applied."""
    priority: Priority | None = None
    channel: Word | None = None
    tier: Word | None = None
    first_s: Seconds | None = None
    next_s: Seconds | None = None
    resolution_s: Seconds | None = None
    runs_on_hold: bool = False
    calendar_id: Id | None = None


class SlaPolicyChange(NewSlaPolicy):
    """A policy as it is to be."""

    model_config = example(name="VIP", priority="high", first_s=1800, next_s=1800, resolution_s=14400, calendar_id=1)

    instead_of: NewSlaPolicy | None = None
    """The policy as it was read. If it is another one by now, nothing is changed, and the 409 says who was faster."""


class SlaPolicy(NewSlaPolicy):
    """A policy as it is."""

    model_config = example(policy_id=1, name="VIP", position=0, priority=None, channel=None, tier=None, first_s=1800)

    policy_id: int


class NewCalendar(BaseModel):
    """When work is done."""

    model_config = example(
        name="工作日",
        time_zone="Asia/Shanghai",
        intervals=["mon 09:00-12:00", "mon 13:00-18:00"],
        holidays=["2026-10-01"],
    )

    name: Name
    time_zone: Word
    intervals: Annotated[list[Word], Field(max_length=100)]
    """`mon 09:00-12:00`; several a day if wanted."""
    holidays: Annotated[list[date], Field(max_length=1000)] = []


class CalendarChange(NewCalendar):
    """A calendar as it is to be."""

    model_config = example(name="工作日", time_zone="Asia/Shanghai", intervals=["mon 09:00-18:00"], holidays=[])

    instead_of: NewCalendar | None = None
    """The calendar as it was read. If it is another one by now, nothing is changed, and the 409 says who was faster."""


class Promise(BaseModel):
    """What a ticket of one priority would be promised."""

    model_config = example(
        priority="high",
        policy_id=1,
        policy="VIP",
        opened_at=AT,
        first_due="2026-11-23T09:30:00Z",
        next_due="2026-11-23T09:30:00Z",
        resolution_due="2026-11-23T13:00:00Z",
    )

    priority: Priority
    policy_id: int | None
    """None where no policy fits and what Zhida comes with is applied."""
    policy: str
    opened_at: datetime
    first_due: datetime | None
    """None where it isn't measured."""
    next_due: datetime | None
    """For a message that the customer writes then, once a person has answered before."""
    resolution_due: datetime | None


class Calendar(NewCalendar):
    """A calendar as it is."""

    model_config = example(
        calendar_id=1, name="工作日", time_zone="Asia/Shanghai", intervals=["mon 09:00-18:00"], holidays=[]
    )

    calendar_id: int

"""What the desk takes over HTTP, and the people at it. What it gives is in `api.client_desk_values`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from api.schemas.attachments import FileIds
from api.schemas.common import MAX_ANSWER, MAX_NAME, ClientKey, example
from core.staff import Presence
from core.surveys import SurveyKind
from core.tickets import CloseReason, LinkKind, Priority

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_ANSWER)]
SaidOrNothing = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_ANSWER)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class AgentMessage(BaseModel):
    """What an agent writes to the customer."""

    model_config = example(text="您好，我来帮您处理。", client_key="b1946ac92492d234", asks=False)

    text: SaidOrNothing = ""
    """May be empty beside files."""
    attachments: FileIds = []
    """Files that were uploaded for it."""
    client_key: ClientKey | None = None
    """The same one again changes nothing."""
    asks: bool = False
    """The tickets wait for the customer's reply, and their clocks with them."""


class NewNote(BaseModel):
    """What an agent writes to colleagues."""

    model_config = example(text="已联系仓库核实。")

    text: SaidOrNothing = ""
    """May be empty beside files."""
    attachments: FileIds = []
    """Files that were uploaded for a note."""


class Transfer(BaseModel):
    """To whom a conversation goes: a team or a colleague."""

    model_config = example(team_id=2, note="需要技术支持")

    team_id: Id | None = None
    account_id: Id | None = None
    note: Annotated[str, StringConstraints(max_length=MAX_ANSWER)] = ""
    """For the colleague."""


class Snooze(BaseModel):
    """Until when."""

    model_config = example(until="2026-11-24T09:00:00Z")

    until: AwareDatetime


class Resolution(BaseModel):
    """Why a problem is done."""

    model_config = example(reason="agent_solved", text="已为您办理退款，三个工作日内到账。")

    reason: CloseReason
    text: Said | None = None
    """A last word to the customer."""
    note: Annotated[str, StringConstraints(max_length=MAX_ANSWER)] = ""
    """For colleagues."""


class NewPresence(BaseModel):
    """Whether one is there."""

    model_config = example(presence="online")

    presence: Presence


class DeskAgent(BaseModel):
    """A person at the desk."""

    model_config = example(
        account_id=2,
        name="王敏",
        presence="online",
        seen_at="2026-11-23T09:00:00Z",
        cap=4,
        skills=["退款"],
        languages=["zh", "en"],
        teams=[1],
        load=2,
    )

    account_id: int
    name: str
    presence: Presence
    seen_at: datetime
    """The last sign of life."""
    cap: int
    """Conversations at once."""
    skills: list[str]
    languages: list[str]
    """Empty means all."""
    teams: list[int]
    load: int
    """Conversations now."""


class AgentAbilities(BaseModel):
    """What somebody at the desk can do, as it was read."""

    model_config = example(cap=4, skills=[], languages=["zh"])

    cap: int
    skills: list[str]
    languages: list[str]


class AgentChange(BaseModel):
    """What somebody at the desk can do."""

    model_config = example(cap=6, skills=["退款"], languages=["zh"])

    cap: Annotated[int, Field(ge=0, le=1000)] | None = None
    skills: Annotated[list[Word], Field(max_length=50)] | None = None
    languages: Annotated[list[Word], Field(max_length=20)] | None = None
    instead_of: AgentAbilities | None = None
    """What was read. If it is something else by now, nothing is changed, and the 409 says who was faster."""


class NewTeam(BaseModel):
    """A team."""

    model_config = example(name="售后", topics=["refund", "return"], fallback=True, members=[2, 3])

    name: Name
    topics: Annotated[list[Word], Field(max_length=100)] = []
    """Hand-over codes and intents that go to this team."""
    fallback: bool = False
    """Gets what is no team's topic."""
    calendar_id: Id | None = None
    members: Annotated[list[Id], Field(max_length=1000)] | None = None
    """Accounts; left out, they stay."""


class TeamChange(NewTeam):
    """A team as it is to be."""

    model_config = example(name="售后", topics=["refund"], fallback=True, members=[2, 3])

    instead_of: NewTeam | None = None
    """The team with its members as it was read. If it is another one by now, nothing is changed; the 409 says who was faster."""


class Team(BaseModel):
    """A team as it is."""

    model_config = example(team_id=1, name="售后", topics=["refund"], fallback=True, calendar_id=None)

    team_id: int
    name: str
    topics: list[str]
    fallback: bool
    calendar_id: int | None


class Rating(BaseModel):
    """Whether a reply of the assistant helped."""

    model_config = example(helpful=True)

    helpful: bool


class Solved(BaseModel):
    """The answer to "did that solve it?"."""

    model_config = example(solved=True)

    solved: bool


class SurveyAnswer(BaseModel):
    """How satisfied the customer is."""

    model_config = example(kind="csat", score=5, comment="很快")

    kind: SurveyKind = SurveyKind.CSAT
    score: Annotated[int, Field(ge=0, le=10)]
    """1 to 5 for `csat`, 0 to 10 for `nps`."""
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_NAME * 5)] = ""


class TicketAct(StrEnum):
    """What can be done to a ticket."""

    HOLD = "hold"
    RESUME = "resume"
    WAKE = "wake"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    SPAM = "spam"
    NOT_SPAM = "not_spam"


class TicketMove(BaseModel):
    """A step of a ticket."""

    model_config = example(act="resolve", reason="agent_solved", note="")

    act: TicketAct
    reason: CloseReason | None = None
    """To resolve."""
    note: Annotated[str, StringConstraints(max_length=MAX_ANSWER)] = ""
    """To open a closed one again, which needs a reason in words."""


class NewPriority(BaseModel):
    """How urgent."""

    model_config = example(priority="high")

    priority: Priority


class Assignment(BaseModel):
    """Whose ticket it is; nobody's without an account."""

    model_config = example(account_id=2)

    account_id: Id | None = None
    team_id: Id | None = None


class MergeInto(BaseModel):
    """Which ticket is kept."""

    model_config = example(into=12)

    into: Id


class NewLink(BaseModel):
    """Two tickets that belong together."""

    model_config = example(other=9, kind="related")

    other: Id
    kind: LinkKind = LinkKind.RELATED


class Split(BaseModel):
    """A second problem in one ticket."""

    model_config = example(message_id="5d2a…", reason="第二个问题：发票")

    message_id: Word
    """The customer's message with which it began."""
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_ANSWER)]
    """What it is about, for colleagues."""


class NewSubject(BaseModel):
    """A ticket's name."""

    model_config = example(subject="洗碗机漏水")

    subject: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_ANSWER)]


class OwnState(BaseModel):
    """One of your own names for the present status; `null` takes it away."""

    model_config = example(state="parts")

    state: Word | None


class PutAside(BaseModel):
    """Until when."""

    model_config = example(until="2026-11-24T09:00:00Z")

    until: AwareDatetime


class Referral(BaseModel):
    """Somebody outside the desk who was asked."""

    model_config = example(whom="厂家售后")

    whom: Name

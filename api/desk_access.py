"""Whose conversations somebody may see, work on, and read unmasked: rights with their scopes, made into questions."""

from __future__ import annotations

from dataclasses import dataclass

from core.accounts import AccountId, Principal, Right, Scope
from core.dialogues import DialogueView
from core.errors import Forbidden, NotFound
from core.rights import scope_of
from core.staff import TeamId
from core.tickets import TicketCard
from desk.staff import Staff


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a person at the desk gets."""

    principal: Principal
    teams: frozenset[TeamId]
    """Those that they belong to."""

    @property
    def me(self) -> AccountId | None:
        """`None` for the admin key."""
        return self.principal.account_id

    @property
    def everything(self) -> bool:
        """Whether they see all conversations."""
        return scope_of(self.principal.role, Right.DESK_READ) is Scope.ALL

    def has(self, right: Right, view: DialogueView) -> bool:
        """Whether the right reaches this conversation."""
        return self._reaches(right, view.owner_id, view.team_id)

    def has_ticket(self, right: Right, card: TicketCard) -> bool:
        """Whether the right reaches this ticket."""
        return self._reaches(right, card.assignee_id, card.team_id)

    def owns(self, view: DialogueView) -> bool:
        """Whether it is theirs."""
        return view.owner_id is not None and view.owner_id == self.me

    def _reaches(self, right: Right, owner: AccountId | None, team: TeamId | None) -> bool:
        mine = owner is not None and owner == self.me
        match scope_of(self.principal.role, right):
            case None:
                return False
            case Scope.OWN:
                return mine
            case Scope.TEAM:
                return mine or team is None or team in self.teams
            case Scope.ALL:
                return True

    def leads(self, view: DialogueView) -> bool:
        """Whether it is a colleague's whose work they may take over."""
        return view.owner_id is not None and not self.owns(view) and self.has(Right.DESK_WORK, view)

    def may_take(self, view: DialogueView) -> bool:
        """Whether they may take it over, or work on it already: nobody's, or theirs, or of somebody they lead."""
        if scope_of(self.principal.role, Right.DESK_WORK) is None or not self.has(Right.DESK_READ, view):
            return False
        return view.owner_id is None or self.has(Right.DESK_WORK, view)

    def must_see(self, view: DialogueView) -> DialogueView:
        """The conversation, if it is in sight.

        Raises:
            NotFound: it isn't, which looks as if there were none.
        """
        if not self.has(Right.DESK_READ, view):
            raise NotFound("conversation", view.conversation_id)
        return view

    def must_work(self, view: DialogueView) -> DialogueView:
        """The conversation, if they may act in it.

        Raises:
            NotFound: it isn't in sight.
            Forbidden: it is a colleague's.
        """
        if not self.may_take(self.must_see(view)):
            raise Forbidden("A colleague has this conversation, and your role doesn't reach it.")
        return view


def reach_of(principal: Principal, staff: Staff) -> Reach:
    """How far a principal gets. Whoever was never at the desk belongs to no team."""
    if principal.account_id is None:
        return Reach(principal, frozenset())
    try:
        return Reach(principal, frozenset(staff.agent(principal.account_id).teams))
    except NotFound:
        return Reach(principal, frozenset())

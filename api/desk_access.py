"""Whose conversations somebody may see, work on, and read unmasked: rights with their scopes, made into questions."""

from __future__ import annotations

from dataclasses import dataclass

from core.accounts import AccountId, Principal, Right, Scope
from core.dialogues import DialogueView
from core.errors import Forbidden, NotFound
from core.rights import scope_of
from core.staff import TeamId
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

    def has(self, right: Right, view: DialogueView) -> bool:
        """Whether the right reaches this conversation."""
        match scope_of(self.principal.role, right):
            case None:
                return False
            case Scope.OWN:
                return self.owns(view)
            case Scope.TEAM:
                return self.owns(view) or view.team_id is None or view.team_id in self.teams
            case Scope.ALL:
                return True

    def owns(self, view: DialogueView) -> bool:
        """Whether it is theirs."""
        return view.owner_id is not None and view.owner_id == self.me

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

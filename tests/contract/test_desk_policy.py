"""The desk's policy as the service manager sets it, on every database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from core.episodes import EpisodeState
from core.errors import Conflict, InvalidInput
from core.types import Answer, Audience, Clarification, Language, Reply, Tier
from desk.policies import Policies
from desk.policy import DeskPolicy
from desk.policy_form import BOUNDS, from_json, from_values, to_json, to_values
from desk.store import Desk
from tests.kb.samples import SetClock


class TestThePolicy:
    def test_is_what_zhida_comes_with_until_it_is_changed(self, database: Engine) -> None:
        """Version 0 has no author."""
        found = Policies(database).current()

        assert (found.number, found.policy, found.author) == (0, DeskPolicy(), "")

    def test_keeps_what_isn_t_named_and_every_version(self, database: Engine) -> None:
        """Nothing is overwritten."""
        policies = Policies(database)

        first = policies.save({"queue_wait_s": 300}, author="lin", note="午休")
        policies.save({"auto_assign": True, "resume_after_s": 3600})

        assert policies.policy() == DeskPolicy(
            queue_wait=timedelta(minutes=5), auto_assign=True, resume_after=timedelta(hours=1)
        )
        assert [each.policy.auto_assign for each in policies.history()] == [True, False]
        assert policies.history()[-1] == first
        assert Policies(database).policy() == policies.policy(), "another process reads the same"

    def test_isn_t_changed_by_who_was_slower(self, database: Engine) -> None:
        """The second editor reads it again."""
        policies = Policies(database)
        policies.save({"queue_wait_s": 300}, instead_of=0)

        with pytest.raises(Conflict, match="changed meanwhile"):
            policies.save({"queue_wait_s": 400}, instead_of=0)
        assert policies.policy().queue_wait == timedelta(minutes=5)

    def test_holds_from_the_next_act_on(self, database: Engine) -> None:
        """T1 and T2 of a desk that is running."""
        clock = SetClock()
        desk = Desk(database, clock=clock)
        left, answered = (desk.open_conversation(audience=Audience.PUBLIC, language=Language.ZH)[0] for _ in range(2))
        desk.record(left, "怎么退货？", Reply(Clarification("哪一种？", ("甲", "乙"), 0.4), (), {"total": 1.0}))
        desk.record(answered, "怎么退货？", Reply(Answer("寄回。", (), 0.9, Tier.QUOTED), (), {"total": 1.0}))
        clock.pass_by(120)
        desk.tick()
        before = desk.episode(left).state, desk.episode(answered).state

        desk.policies.save({"left_after_s": 60, "assumed_after_s": 90})
        desk.tick()

        assert before == (EpisodeState.ASSISTANT, EpisodeState.CONFIRMING)
        assert (desk.episode(left).state, desk.episode(answered).state) == (
            EpisodeState.ABANDONED,
            EpisodeState.RESOLVED,
        )


class TestItsForm:
    def test_holds_everything_there_is(self) -> None:
        """A field that can't be set would be forgotten."""
        policy = DeskPolicy(resume_after=timedelta(minutes=5), auto_assign=True, complaint_anger=0.25)

        assert from_json(to_json(policy)) == policy
        assert set(to_values(policy)) == {*BOUNDS, "auto_assign"}

    @pytest.mark.parametrize(
        ("values", "told"),
        [
            ({"queue_wait": 60}, "has no 'queue_wait'"),
            ({"queue_wait_s": 1}, "`queue_wait_s` is a whole number from 10 to 86400 seconds."),
            ({"queue_wait_s": 60.5}, "whole number"),
            ({"queue_wait_s": None}, "whole number"),
            ({"queue_wait_s": True}, "whole number"),
            ({"resume_after_s": 1}, "or null"),
            ({"complaint_anger": 1.5}, "a number from 0 to 1"),
            ({"auto_assign": 1}, "true or false"),
            ({"good_rating": 2}, "must be below `good_rating`"),
            ({"wait_urgent_s": 3600}, "must rise"),
        ],
        ids=lambda value: str(value),
    )
    def test_says_what_would_do(self, values: dict[str, object], told: str) -> None:
        """Every refusal names the field and what it may be."""
        with pytest.raises(InvalidInput, match=told.replace("(", r"\(")):
            from_values(values, instead_of=DeskPolicy())

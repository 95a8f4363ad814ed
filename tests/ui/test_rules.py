"""The tab of hand-over rules, without the page: what a service manager sees and saves."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any, cast

import pytest

from api.client import Client
from api.client_handover import RulesChange
from core.accounts import Right
from core.errors import Conflict, NotFound
from core.handover_rules import LIMITS, HandoverRules, HandoverRuleVersion
from core.settings import Secret
from core.types import HandoverCode, Language
from desk.handover.checks import check
from desk.handover.store import shipped_rules
from ui import rules
from ui.render_rules import what
from ui.texts import TEXTS
from ui.view import ManagerView

VIEW = ManagerView(Language.EN, key=Secret("a-key-for-the-tests"))
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LOOP = HandoverCode.LOOP


class Table:
    """Versions of the table in memory, checked as the server checks them."""

    def __init__(self) -> None:
        self.versions = [shipped_rules()]

    def handover_rules(self) -> HandoverRuleVersion:
        return self.versions[-1]

    def handover_rules_at(self, number: int) -> HandoverRuleVersion:
        if not 0 <= number < len(self.versions):
            raise NotFound("version of the hand-over rules", number)
        return self.versions[number]

    def handover_rule_changes(self, *, limit: int) -> list[RulesChange]:
        return [RulesChange(each.number, each.note, each.author, NOW) for each in self.versions[:0:-1]][:limit]

    def save_handover_rules(self, table: HandoverRules, *, instead_of: int, note: str = "") -> HandoverRuleVersion:
        if instead_of != self.versions[-1].number:
            raise Conflict("Somebody else has changed the rules meanwhile.")
        check(table)
        self.versions.append(HandoverRuleVersion(len(self.versions), table, note, "mei <b>", NOW))
        return self.versions[-1]


@pytest.fixture
def table() -> Table:
    """The shipped rules."""
    return Table()


def client(table: Any) -> Client:
    return cast("Client", table)


def form_of(code: HandoverCode, table: Table, **changes: str | None) -> dict[str, str]:
    """What a browser sends of a rule's form, read out of its HTML; `None` unticks a box."""
    html = rules.page(VIEW, client(table), opened=code).form
    fields = dict(re.findall(r'<textarea name="([^"]+)"[^>]*>([^<]*)</textarea>', html))
    fields |= dict(re.findall(r'<input type="(?:text|number)" name="([^"]+)" value="([^"]*)"', html))
    fields |= dict(re.findall(r'<input type="checkbox" name="([^"]+)" value="([^"]*)" checked', html))
    fields = {name: unescape(value) for name, value in fields.items()}
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', html):
        fields[name] = re.findall(r'<option value="(\w+)" selected', options)[0]
    sent = {**fields, **{name.replace("__", "."): value for name, value in changes.items()}}
    return {name: value for name, value in sent.items() if value is not None}


class TestTheList:
    @pytest.mark.parametrize("language", list(Language))
    def test_has_all_fifteen_in_order_with_what_each_does(self, table: Table, language: Language) -> None:
        """In words, with the numbers that hold."""
        shown = rules.page(replace(VIEW, language=language), client(table)).rules

        assert re.findall(r'id="rule-(\w+)"', shown) == [code.value for code in HandoverCode]
        assert shown.count('data-act="edit"') == 15
        assert what(table.handover_rules().rules.rule(LOOP), Language.EN).endswith(
            "offered at time 2, a person at time 3."
        )

    def test_every_number_has_words(self) -> None:
        """In both languages."""
        assert {f"rules.limit.{code}.{name}" for code, specs in LIMITS.items() for name in specs} <= set(TEXTS)

    def test_who_may_only_read_changes_nothing(self, table: Table) -> None:
        """No buttons, no form."""
        reader = replace(VIEW, rights=frozenset({Right.KNOWLEDGE_READ, Right.POLICY_READ}))

        made = rules.page(reader, client(table), opened=LOOP)

        assert made.form == ""
        assert "data-act" not in made.rules + made.history


class TestTheForm:
    @pytest.mark.parametrize("code", list(HandoverCode))
    def test_unchanged_it_changes_nothing(self, table: Table, code: HandoverCode) -> None:
        """Whatever stands in it is sent back as it was."""
        rules.saved(VIEW, code, 0, form_of(code, table), client(table))

        was, now = table.versions[0].rules, table.versions[1].rules
        assert replace(now.rule(code), limits={}) == replace(was.rule(code), limits={})
        assert all(now.rule(code).limit(name) == was.rule(code).limit(name) for name in LIMITS.get(code, {}))
        assert now.topics == was.topics

    def test_saves_words_numbers_texts_and_whether_it_is_in_use(self, table: Table) -> None:
        """And tells from when it holds."""
        loop = form_of(
            LOOP, table, enabled=None, limit__immediate_at="5", offer__en="A person can help.", note="spring"
        )
        made = rules.saved(VIEW, LOOP, 0, loop, client(table))
        danger = form_of(HandoverCode.SAFETY_LEGAL, table, words="短路\n\n 起火 ")
        rules.saved(VIEW, HandoverCode.SAFETY_LEGAL, 1, danger, client(table))

        now = table.handover_rules().rules
        assert (now.rule(LOOP).enabled, now.rule(LOOP).limit("immediate_at")) == (False, 5)
        assert now.rule(LOOP).offer.en == "A person can help."
        assert now.rule(HandoverCode.SAFETY_LEGAL).words == ("短路", "起火")
        assert table.versions[1].note == "spring"
        assert "Saved as version 1" in made.form

    def test_changes_topics_and_adds_one(self, table: Table) -> None:
        """Those of other rules stay as they are."""
        code = HandoverCode.POLICY_RESTRICTION
        fields = form_of(
            code, table, topic0__above="500", topic1__enabled=None, new__name="insurance", new__words="投保"
        )

        rules.saved(VIEW, code, 0, fields, client(table))

        was, now = table.versions[0].rules.topics, table.versions[1].rules.topics
        assert (now[0].above, now[1].enabled) == (500, False)
        assert (now[-1].name, now[-1].code, now[-1].words) == ("insurance", code, ("投保",))
        assert now[4:-1] == was[4:]

    def test_of_a_topic_says_when_it_counts_and_what_happens_then(self, table: Table) -> None:
        """Intents, whether a question counts, what is done, how well the customer must be known, tags and team."""
        code = HandoverCode.IDENTITY_REQUIRED
        at = next(at for at, topic in enumerate(table.versions[0].rules.topics) if topic.code is code)
        topic = f"topic{at}"
        changes = {
            "tags": "账号，安全",
            f"{topic}.requests_only": None,
            f"{topic}.action": "offer",
            f"{topic}.identity_level": "1",
            f"{topic}.team": "账号组",
            f"{topic}.intent.refund_status": "yes",
            f"{topic}.intents": "own_label, other",
        }

        rules.saved(VIEW, code, 0, form_of(code, table, **changes), client(table))

        was, now = (each.rules.topics[at] for each in table.versions[:2])
        assert (now.requests_only, now.action.value, now.identity_level, now.team) == (False, "offer", 1, "账号组")
        assert set(now.intents) == {*was.intents, "refund_status", "own_label", "other"}
        assert table.versions[1].rules.rule(code).tags == ("账号", "安全")

    def test_keeps_what_was_typed_of_a_new_topic_when_something_is_refused(self, table: Table) -> None:
        """Also a number that isn't one; mended, all of it is saved."""
        code = HandoverCode.POLICY_RESTRICTION
        changes = {"new__name": "insurance", "new__words": "投保", "topic0__above": "much"}
        made = rules.saved(VIEW, code, 0, form_of(code, table, **changes), client(table))

        assert len(table.versions) == 1
        assert all(f">{typed}<" in made.form or f'value="{typed}"' in made.form for typed in changes.values())
        assert 'aria-invalid="true"' in made.form

        rules.saved(VIEW, code, 0, form_of(code, table, **changes | {"topic0__above": "500"}), client(table))
        assert table.versions[1].rules.topics[-1].name == "insurance"

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"limit__immediate_at": "99"}, "“Times until a person takes over” can&#x27;t be 99. Give 2 to 20."),
            ({"limit__immediate_at": "2", "limit__offer_at": "3"}, "before one is offered"),
            ({"team": ""}, "1 to 60 characters"),
            ({"limit__immediate_at": "often"}, "must be a number"),
            ({"text__zh": ""}, "in Chinese and in English"),
            ({"text__en": "We will call you within 5 minutes."}, "“will call” promises something"),
        ],
    )
    def test_says_why_something_was_refused_and_keeps_it(self, table: Table, change: dict[str, str], told: str) -> None:
        """Nothing is saved; the form is there to be mended."""
        made = rules.saved(VIEW, LOOP, 0, form_of(LOOP, table, **{"team": "night <b>", **change}), client(table))

        assert len(table.versions) == 1
        assert "Not saved." in made.form
        assert told in made.form
        assert "&lt;b&gt;" in made.form or "number" in told or "team" in change

    @pytest.mark.parametrize(
        ("code", "change"),
        [
            (HandoverCode.TOOL_FAILURE, {"enabled": None}),
            (HandoverCode.SAFETY_LEGAL, {"words": "死"}),
            (HandoverCode.SAFETY_LEGAL, {"words": "…改成"}),
            (HandoverCode.SAFETY_LEGAL, {"words": "a" * 61}),
            (HandoverCode.SAFETY_LEGAL, {"words": "\n".join(f"word{number}" for number in range(1001))}),
            (HandoverCode.NEGATIVE_SENTIMENT, {"limit__calm": "0.9"}),
            (HandoverCode.POLICY_RESTRICTION, {"topic0__above": "-1"}),
            (HandoverCode.POLICY_RESTRICTION, {"topic1__words": ""}),
            (HandoverCode.POLICY_RESTRICTION, {"new__name": "medical advice", "new__words": "投保"}),
        ],
    )
    def test_speaks_chinese_about_mistakes_on_a_chinese_page(
        self, table: Table, code: HandoverCode, change: dict[str, str | None]
    ) -> None:
        """The server's sentences are English."""
        chinese = replace(VIEW, language=Language.ZH)

        made = rules.saved(chinese, code, 0, form_of(code, table, **change), client(table))

        told = re.findall(r'role="alert">([^<]*)<', made.form)
        assert len(told) == 1
        assert told[0].startswith("没有保存。")
        assert " the " not in told[0]

    def test_doesn_t_overwrite_what_a_colleague_saved_meanwhile(self, table: Table) -> None:
        """The form was opened before."""
        fields = form_of(LOOP, table, limit__immediate_at="5")
        rules.saved(VIEW, LOOP, 0, form_of(LOOP, table, limit__immediate_at="4"), client(table))

        made = rules.saved(VIEW, LOOP, 0, fields, client(table))

        assert "A colleague has changed the rules" in made.form
        assert table.handover_rules().rules.rule(LOOP).limit("immediate_at") == 4


class TestTheHistory:
    def test_says_who_changed_it_when_and_leads_back(self, table: Table) -> None:
        """Going back makes a version of its own, so that it can be undone as well."""
        rules.saved(VIEW, LOOP, 0, form_of(LOOP, table, limit__immediate_at="5"), client(table))
        changed = rules.page(VIEW, client(table)).history

        back = rules.restored(VIEW, 0, client(table))

        assert "mei &lt;b&gt;" in changed
        assert "2026-03-02" in changed
        assert changed.count('data-act="restore"') == 1
        assert "Version 0 is back, saved as version 2." in back.form
        assert table.handover_rules().rules == shipped_rules().rules
        assert "Back to version 0" in back.history

    def test_of_a_version_that_isn_t_there_says_so(self, table: Table) -> None:
        """A browser may send anything."""
        assert "There is no version" in rules.restored(VIEW, 7, client(table)).form

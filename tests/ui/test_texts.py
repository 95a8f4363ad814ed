"""The words of the pages: complete in both languages, and every one of them used."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import ui.texts
from core.types import Audience, DocumentKind, HandoverCode, Language, QAStatus, TicketStatus, Tier, VersionStatus
from nlu.entities.types import EntityType
from nlu.intents.taxonomy import NAMES, IntentLabel
from ui.texts import TEXTS, intent_name, preferred_language, say
from ui.view import Tab

SOURCES = Path(ui.texts.__file__).parent


def _slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


class TestTable:
    def test_every_key_has_both_languages(self) -> None:
        """Nothing is empty, and a Chinese text has Chinese in it."""
        for key, (chinese, english) in TEXTS.items():
            assert chinese.strip(), key
            assert english.strip(), key
            assert not re.search(r"[\u4e00-\u9fff]", english) or key == "switch", key

    def test_both_languages_have_the_same_slots(self) -> None:
        """A name, number or page that one language shows, the other shows too."""
        for key, (chinese, english) in TEXTS.items():
            assert _slots(chinese) == _slots(english), key

    def test_every_key_that_the_pages_ask_for_exists(self) -> None:
        """A key with a typo fails here, not in front of a customer."""
        source = "".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("*.py"))
        asked = set(re.findall(r'say\(\s*"([a-z_.0-9]+)"', source))

        assert asked - set(TEXTS) == set()

    @pytest.mark.parametrize(
        ("prefix", "values"),
        [
            ("tier", Tier),
            ("kind", DocumentKind),
            ("status", VersionStatus),
            ("qa", QAStatus),
            ("ticket", TicketStatus),
            ("code", HandoverCode),
            ("kb.tab", Tab),
            ("intent", IntentLabel),
            ("kb.audience", Audience),
            ("ask.as", Audience),
        ],
    )
    def test_every_value_that_is_shown_has_a_name(self, prefix: str, values: type[Tier]) -> None:
        """A new status or kind without a name fails here."""
        assert {f"{prefix}.{value}" for value in values} <= set(TEXTS)

    def test_every_type_of_entity_has_a_name(self) -> None:
        """The desk shows what a message names by its type."""
        assert [kind for kind in EntityType if f"desk.entity.{kind}" not in TEXTS] == []

    def test_intents_are_called_as_in_their_taxonomy(self) -> None:
        """All 34, in both languages; a label of the operator's own is shown as it is."""
        assert {label: (intent_name(label, Language.ZH), intent_name(label, Language.EN)) for label in IntentLabel} == {
            label: (name.zh, name.en) for label, name in NAMES.items()
        }
        assert len(NAMES) == 34
        assert intent_name("warranty_extension", Language.ZH) == "warranty_extension"

    def test_slots_are_filled(self) -> None:
        """Values go where the text names them."""
        assert say("page", Language.ZH, page=3) == "第 3 页"
        assert say("page", Language.EN, page=3) == "Page 3"


class TestPreferredLanguage:
    @pytest.mark.parametrize(
        ("header", "language"),
        [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language.ZH),
            ("zh-TW", Language.ZH),
            ("en-GB,en;q=0.9,zh;q=0.5", Language.EN),
            ("fr-FR,zh-CN;q=0.5", Language.ZH),
            ("fr-FR,de;q=0.5", Language.EN),
            (None, Language.ZH),
            ("", Language.ZH),
            (";;,,q=", Language.EN),
        ],
    )
    def test_the_first_of_the_two_that_the_browser_names(self, header: str | None, language: Language) -> None:
        """Neither of the two means English; no header at all means Chinese."""
        assert preferred_language(header) is language

"""Labelled texts: reading them, and measuring what is learnt from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.commands.session import Globals
from api.composition import Replacements
from core.errors import InvalidInput
from eval.entities import measure_entities
from eval.measures.accuracy import label_accuracy
from eval.measures.macro_f1 import macro_f1, macro_f1_mean
from eval.measures.span_f1 import SpanScore, span_f1
from eval.nlu import MAJORITY, SHIPPED, measure_labels
from eval.runs import PRODUCT, read_run
from eval.suite_labels import EntitySuite, LabelKind, LabelSuite, read_label_suites
from models.fake_encoder import FakeEncoder
from models.onnx_encoder import OnnxEncoder
from nlu.recogniser import Entity
from nlu.sentiment import SentimentReader

WORDS = {"退货": "退货", "发票": "发票", "物流": "物流"}
TEXTS = ("怎么{}", "我要{}", "{}流程", "能{}吗", "{}要几天", "想问{}")


def labelled(texts: tuple[str, ...] = TEXTS) -> list[dict[str, Any]]:
    return [{"text": text.format(word), "label": label} for label, word in WORDS.items() for text in texts]


def write(path: Path, rows: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def split(tmp_path: Path) -> Path:
    """Something to learn from, and something to measure on, with texts that have none of the labels."""
    folder = tmp_path / "desk" / "dev"
    write(folder / "train_few.jsonl", labelled())
    outside = [
        {"text": "维修要多久", "label": "维修", "kind": "near_oos"},
        {"text": "xyzzy plugh", "label": "oos"},
    ]
    write(folder / "valid.jsonl", [*labelled(("{}在哪里", "请问{}")), *outside])
    return folder


class TestReading:
    def test_a_train_file_is_learnt_from_and_the_other_measured(self, split: Path) -> None:
        """The label `oos` says that a text is about something else."""
        [suite] = read_label_suites(split)

        assert isinstance(suite, LabelSuite)
        assert (suite.name, len(suite.train), len(suite.cases)) == ("desk", 18, 8)
        assert [case.kind for case in suite.cases[-2:]] == [LabelKind.NEAR, LabelKind.FAR]

    def test_files_without_a_train_file_are_sets_of_their_own(self, tmp_path: Path) -> None:
        """Each cross-validated, under its file's name."""
        write(tmp_path / "mood" / "hotel.jsonl", [{"text": "好", "sentiment": "+"}])
        write(
            tmp_path / "mood" / "names.jsonl", [{"text": "张三", "entities": [{"type": "PER", "start": 0, "end": 2}]}]
        )

        hotel, names = read_label_suites(tmp_path / "mood")

        assert isinstance(hotel, LabelSuite)
        assert isinstance(names, EntitySuite)
        assert (hotel.name, hotel.train, names.cases[0].entities) == ("mood/hotel", (), (Entity(0, 2, "PER"),))

    def test_a_label_that_can_t_be_learnt_is_refused_by_name(self, split: Path) -> None:
        """Else every text of it would count as wrong, whatever is learnt."""
        write(split / "valid.jsonl", [{"text": "会员积分", "label": "积分"}])

        with pytest.raises(InvalidInput, match="积分"):
            read_label_suites(split)

    @pytest.mark.parametrize(
        "row",
        [
            {"text": "好"},
            {"text": "好", "label": ["a", "b"]},
            {"text": "好", "label": "a", "kind": "strange"},
            {"label": "a"},
        ],
    )
    def test_a_line_that_can_t_be_read_is_named(self, row: dict[str, Any], tmp_path: Path) -> None:
        """A text has one label."""
        with pytest.raises(InvalidInput, match=r"data\.jsonl line 1"):
            read_label_suites(write(tmp_path / "data.jsonl", [row]))

    def test_an_entity_outside_its_text_is_refused(self, tmp_path: Path) -> None:
        """Usually offsets in bytes."""
        path = write(tmp_path / "data.jsonl", [{"text": "张三", "entities": [{"type": "PER", "start": 0, "end": 6}]}])

        with pytest.raises(InvalidInput, match="2 characters"):
            read_label_suites(path)


class TestMeasuring:
    def test_what_is_learnt_beats_knowing_nothing(self, split: Path) -> None:
        """Accuracy is about texts that have a label, AUROC about telling the others."""
        [suite] = read_label_suites(split)
        assert isinstance(suite, LabelSuite)
        run = measure_labels(suite, FakeEncoder(dimension=256))

        product, nothing = run.systems[PRODUCT], run.systems[MAJORITY]
        assert product.measures["accuracy"].cases == 6
        assert product.measures["accuracy"].value == 1.0
        assert nothing.measures["accuracy"].value == pytest.approx(1 / 3)
        assert nothing.measures["macro_f1"].value == pytest.approx(0.5 / 3)
        assert product.measures["auroc"].cases == 8
        assert {"auroc_near", "auroc_far", "auroc_near_energy", "auroc_far_energy", "auroc_far_similarity"} <= set(
            product.measures
        )

    def test_familiarity_tells_texts_without_a_label_together_as_well(self, split: Path) -> None:
        """Near and far ones in one area, as they come."""
        [suite] = read_label_suites(split)
        assert isinstance(suite, LabelSuite)
        measures = measure_labels(suite, FakeEncoder(dimension=256)).systems[PRODUCT].measures

        assert {"auroc_near_familiarity", "auroc_far_familiarity", "auroc_out_familiarity"} <= set(measures)
        assert measures["auroc_out_familiarity"].cases == 8

    def test_mood_is_also_read_by_what_comes_with_zhida(self, tmp_path: Path) -> None:
        """It has learnt nothing from the set, and says only labels that the set has."""
        rows = [
            *(
                {"text": f"{word}，很满意，推荐", "label": "positive"}
                for word in ("味道好", "送得快", "很贴心", "好用", "划算")
            ),
            *(
                {"text": f"{word}，太差了，后悔", "label": "negative"}
                for word in ("难吃", "送得慢", "态度差", "坏了", "太贵")
            ),
        ]
        [suite] = read_label_suites(write(tmp_path / "data.jsonl", rows))
        assert isinstance(suite, LabelSuite)

        run = measure_labels(suite, OnnxEncoder(threads=1), reader=SentimentReader.shipped())

        assert set(run.systems) == {PRODUCT, SHIPPED, MAJORITY}
        assert run.systems[SHIPPED].measures["accuracy"].value >= 0.9

    def test_without_a_train_file_every_text_is_measured_once(self, tmp_path: Path) -> None:
        """By what was learnt from others: a text that says its label only to itself isn't known."""
        rows = labelled() + [{"text": f"{letter}{letter}", "label": letter} for letter in "αβ"]
        [suite] = read_label_suites(write(tmp_path / "data.jsonl", rows))
        assert isinstance(suite, LabelSuite)

        cases = measure_labels(suite, FakeEncoder(dimension=256)).systems[PRODUCT].cases

        assert len(cases) == len(rows)
        assert {case.values["accuracy"] for case in cases if case.details["label"] in "αβ"} == {0.0}

    def test_a_recogniser_is_measured_by_exact_entities(self) -> None:
        """Whoever brings one."""

        class Twos:
            name = "twos"

            def recognise(self, text: str, /) -> list[Entity]:
                return [Entity(0, 2, "PER")]

        rows = [("张三来了", [Entity(0, 2, "PER")]), ("李四光来了", [Entity(0, 3, "PER")])]
        suite = EntitySuite("names", tuple(_entity_case(str(at), *row) for at, row in enumerate(rows)))

        measures = measure_entities(suite, Twos()).systems[PRODUCT].measures

        assert (measures["span_f1"].value, measures["text_f1"].value) == (0.5, 0.5)


def _entity_case(name: str, text: str, entities: list[Entity]) -> Any:
    from eval.suite import CaseId
    from eval.suite_labels import EntityCase

    return EntityCase(CaseId(name), text, tuple(entities))


class TestMeasures:
    def test_macro_f1_counts_labels_alike(self) -> None:
        """Worked out by hand: a 2·2/(3+2), b 0, and c, which was said but is never true, 0."""
        predicted, truth = ["a", "a", "a", "c"], ["a", "a", "b", "b"]

        assert macro_f1(predicted, truth) == pytest.approx((4 / 5 + 0 + 0) / 3)

    def test_an_abstention_costs_recall_and_is_no_label(self) -> None:
        """Of a half is found: 2·1/(1+2); b is whole."""
        assert macro_f1(["a", None, "b"], ["a", "a", "b"]) == pytest.approx((2 / 3 + 1) / 2)
        assert label_accuracy(None, "a") == 0.0

    def test_no_case_has_no_macro_f1(self) -> None:
        """Neither good nor bad."""
        assert macro_f1([], []) is None
        assert macro_f1_mean([], []) is None

    def test_macro_f1_comes_with_an_error_that_shrinks_with_more_cases(self) -> None:
        """From drawing the cases again."""
        few = macro_f1_mean(["a", "b", "a", "b"] * 5, ["a", "b", "b", "b"] * 5)
        many = macro_f1_mean(["a", "b", "a", "b"] * 80, ["a", "b", "b", "b"] * 80)

        assert few is not None
        assert many is not None
        assert few.value == pytest.approx(many.value)
        assert 0 < many.stderr < few.stderr / 2

    def test_an_entity_is_right_only_with_its_exact_place_and_type(self) -> None:
        """One of two found is right, one of three was there."""
        found = [[Entity(0, 2, "PER"), Entity(3, 5, "ORG")], []]
        truth = [[Entity(0, 2, "PER"), Entity(3, 5, "LOC")], [Entity(0, 1, "PER")]]

        assert span_f1(found, truth) == SpanScore(1 / 2, 1 / 3, pytest.approx(2 / 5))

    def test_nothing_to_find_and_nothing_found_is_right(self) -> None:
        """Nothing went wrong."""
        assert span_f1([[]], [[]]) == SpanScore(1.0, 1.0, 1.0)


class TestCommand:
    @staticmethod
    def zhida(*arguments: str, home: Path) -> Any:
        given = Globals(replacements=Replacements(encoder=FakeEncoder(dimension=256)))
        result = CliRunner().invoke(
            app, ["eval", "nlu", *arguments], obj=given, env={"ZHIDA_HOME": str(home), "LC_ALL": "C.UTF-8"}
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def test_writes_a_run_file_and_a_table(self, split: Path, tmp_path: Path) -> None:
        """With the product and knowing nothing beside it."""
        result = self.zhida("--data", str(split), "--run", str(tmp_path / "run.json"), home=tmp_path)

        run = read_run(tmp_path / "run.json")
        assert result.exit_code == 0
        assert (run.kind.value, run.suite, set(run.systems)) == ("nlu", "desk", {PRODUCT, MAJORITY})
        assert "macro-F1" in result.stdout

    def test_measures_entities_by_type_and_says_what_it_doesn_t_look_for(self, split: Path, tmp_path: Path) -> None:
        """Sets have their own words for types: a PERSON is a name."""
        text = "我叫张小明，看过《流浪地球》"
        marked = [{"type": "PERSON", "start": 2, "end": 5}, {"type": "movie", "start": 8, "end": 14}]
        names = write(tmp_path / "names.jsonl", [{"text": text, "entities": marked}])

        result = self.zhida("--data", str(split), "--data", str(names), "--json", home=tmp_path)

        by_suite = {row["suite"].split("/")[-1]: row["measures"] for row in map(json.loads, result.stdout.splitlines())}
        assert "movie (1)" in result.stderr
        assert (by_suite["names"]["span_f1"], by_suite["names"]["recall_name"]) == (1.0, 1.0)
        assert "accuracy" in by_suite["desk"]

    def test_a_set_of_nothing_but_unknown_types_isn_t_measured(self, tmp_path: Path) -> None:
        """Rather than with a figure of 0 that means nothing."""
        text = write(
            tmp_path / "films.jsonl", [{"text": "《流浪地球》", "entities": [{"type": "movie", "start": 0, "end": 6}]}]
        )

        with pytest.raises(InvalidInput, match="Nothing was measured"):
            self.zhida("--data", str(text), home=tmp_path)

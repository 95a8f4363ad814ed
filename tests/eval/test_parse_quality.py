"""The parse benchmark counts the phrases that a parser finds."""

from __future__ import annotations

from pathlib import Path

from eval.benchmarks.parse_quality import folded, score
from ingest.sandbox import Sandbox


class TestScore:
    def test_counts_phrases_without_regard_to_line_breaks(self, tmp_path: Path) -> None:
        """A phrase that the page breaks is found; one that isn't there is named."""
        (tmp_path / "a.md").write_text("# 退货\n七天内\n可以退货。", encoding="utf-8")
        row = {"file": "a.md", "format": "md", "must_contain": ["七天内可以", "换货"]}

        with Sandbox() as sandbox:
            result = score(sandbox, tmp_path, row)

        assert (result.found, result.wanted, result.misses, result.reason) == (1, 2, ("换货",), "")

    def test_a_refused_file_scores_nothing_and_says_why(self, tmp_path: Path) -> None:
        """The reason stands where the score would."""
        (tmp_path / "a.pdf").write_bytes(b"%PDF-")

        with Sandbox() as sandbox:
            result = score(sandbox, tmp_path, {"file": "a.pdf", "format": "pdf", "must_contain": ["x"]})

        assert result.found == 0
        assert "已损坏" in result.reason

    def test_widths_and_blanks_do_not_count(self) -> None:
        """Full and half width are the same phrase."""
        assert folded(" Ａ b\n") == "Ab"

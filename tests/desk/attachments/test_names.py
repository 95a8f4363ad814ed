"""Names of files are data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.attachments import NAME_CHARACTERS
from desk.attachments.names import clean_name


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("漏水.jpg", "漏水.jpg"),
        ("IMG_1.JPEG", "IMG_1.JPEG"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\lin\\photo.jpg", "photo.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe.jpg"),
        ("a\u200bb\x00c\n.jpg", "abc.jpg".replace("abc", "ab\ufffdc")),
        ("", "file.jpg"),
        ("...", "file.jpg"),
        (".jpg", "jpg.jpg"),
        ('a<b>:"c"|?*.jpg', "a_b___c____.jpg"),
        ("  two   words .jpg", "two words .jpg"),
    ],
)
def test_shows_what_it_is(given: str, shown: str) -> None:
    """Its last part, nothing hidden, an end that fits the content."""
    assert clean_name(given, (".jpg", ".jpeg")) == shown


@given(st.text(max_size=5_000))
def test_is_short_and_ends_as_its_type(given: str) -> None:
    """Whatever was sent."""
    name = clean_name(given, (".png",))

    assert name.lower().endswith(".png")
    assert len(name) <= NAME_CHARACTERS
    assert not set("/\\\x00\r\n\u202e") & set(name)
    assert clean_name(name, (".png",)) == name

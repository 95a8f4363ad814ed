from __future__ import annotations

import pytest

from models.fake_encoder import FakeEncoder


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder(dimension=256)

"""What all tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("same_every_time", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("same_every_time")

REPO = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def repo():
    """The folder of the checkout."""
    return REPO

"""What the statistics' tests share."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def _quick_collection() -> Iterator[None]:
    """Statsmodels collects garbage at each adjustment: what was there before is not looked at."""
    gc.freeze()
    yield
    gc.unfreeze()

"""What the tests of the tasks share."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _no_tables_drawn() -> Iterator[None]:
    """Inspect lays out its table of metrics even where it shows nothing: most of a run's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rich.live.Live.refresh", lambda self: None)
        yield

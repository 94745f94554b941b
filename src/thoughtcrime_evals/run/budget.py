"""What a run costs while it runs, and its end where it comes to more than it may.

Inspect's own `cost_limit` is for one sample, which it ends as if it were finished. Here no call is
sent any more once the limit is passed, those under way are waited for, since they are paid in any
case, and then the run is cancelled as by Ctrl-C: what is finished is kept, and the rest is asked
when the run is taken up again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from inspect_ai.hooks import (
    BeforeModelGenerate,
    Hooks,
    ModelCacheUsageData,
    ModelUsageData,
    RunStart,
    hooks,
)
from inspect_ai.model import ModelCost, ModelUsage

from thoughtcrime_evals.prices import cost_of, price_of

PATIENCE = 120.0
"""Seconds that calls under way are waited for."""

SETTLING = 1.0
"""Seconds in which a sample that needs no further call is scored and written down."""


@dataclass(slots=True)
class Tally:
    """What has been spent.

    Attributes:
        prices: Model to what its tokens cost.
        limit: USD at which the run is stopped; None for no limit.
        spent: USD so far.
        unpriced: Models that were asked and have no price.
        stopped: The run was stopped from here.
    """

    prices: Mapping[str, ModelCost]
    limit: float | None = None
    spent: float = 0.0
    unpriced: set[str] = field(default_factory=set)
    stopped: bool = False

    def add(self, model: str, usage: ModelUsage) -> None:
        """Count one call, or many."""
        price = price_of(model, self.prices)
        if price is None:
            self.unpriced.add(model)
        else:
            self.spent += cost_of(usage, price)

    @property
    def over(self) -> bool:
        """Whether it is more than it may be, or cannot be known."""
        return self.limit is not None and (self.spent > self.limit or bool(self.unpriced))


_tallies: list[Tally] = []
"""The tally, while a run is counted."""


@hooks(name="budget", description="counts what a thoughtcrime run costs")
class Budget(Hooks):
    """Counts each call, and stops the run when it has cost too much."""

    def __init__(self) -> None:
        self._run: asyncio.Task[object] | None = None
        self._end: asyncio.Task[None] | None = None
        self._calling: set[asyncio.Task[object] | None] = set()

    def enabled(self) -> bool:
        """Only while a run is counted."""
        return bool(_tallies)

    async def on_run_start(self, data: RunStart) -> None:
        """Note what to cancel: an exception from here, Inspect would only report."""
        self._run = asyncio.current_task()
        self._calling.clear()

    async def on_before_model_generate(self, data: BeforeModelGenerate) -> None:
        """Hold back a call that would be paid for beyond the limit."""
        if _tallies[0].stopped:
            await asyncio.Event().wait()  # until the run is cancelled
        self._calling.add(asyncio.current_task())

    async def on_model_cache_usage(self, data: ModelCacheUsageData) -> None:
        """Note that a call is over which cost nothing."""
        self._calling.discard(asyncio.current_task())

    async def on_model_usage(self, data: ModelUsageData) -> None:
        """Count a call that was paid."""
        self._calling.discard(asyncio.current_task())
        tally = _tallies[0]
        tally.add(data.model_name, data.usage)
        if tally.over and not tally.stopped and self._run is not None:
            tally.stopped = True
            self._end = asyncio.create_task(self._wind_down(self._run))

    async def _wind_down(self, run: asyncio.Task[object]) -> None:
        """Wait for the calls under way, then cancel the run."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + PATIENCE
        while any(call and not call.done() for call in self._calling) and loop.time() < latest:
            await asyncio.sleep(0.1)
        await asyncio.sleep(SETTLING)
        run.cancel()


@contextmanager
def counted(tally: Tally) -> Iterator[Tally]:
    """Count what is spent meanwhile."""
    _tallies.append(tally)
    try:
        yield tally
    finally:
        _tallies.clear()

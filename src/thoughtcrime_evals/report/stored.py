"""What all that is stored of a report is made of."""

from __future__ import annotations

import math

from pydantic import BaseModel, ConfigDict

from thoughtcrime_evals.report.text import Text
from thoughtcrime_evals.stats.intervals import Rate


class Stored(BaseModel):
    """Base of all that is stored; JSON has no word for NaN, so a number that is none is null."""

    model_config = ConfigDict(extra="forbid")


class Number(Stored):
    """A share, mean or difference with its 95 % interval.

    Attributes:
        value: None where there is nothing to count.
        low: Lower bound; None where it cannot be had.
        high: Upper bound.
        n: Observations it rests on.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int

    @classmethod
    def of(cls, rate: Rate) -> Number:
        """From a rate of `stats`."""
        value, low, high = (
            None if math.isnan(number) else float(number)
            for number in (rate.value, rate.low, rate.high)
        )
        return cls(value=value, low=low, high=high, n=int(rate.n))


Numbers = dict[Text, dict[Text, Number]]
"""Rate name to arm (`all` among them; with `:CONDITION` behind it, of one condition) to number."""

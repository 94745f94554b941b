"""How many items a comparison of two runs needs, and what so many can show.

Two runs of the same items are compared as the gate does: rates differ item by item, families of
paraphrases are clusters, and a metric passes where a rise by the margin is ruled out at alpha. It
is called a regression where the rise that is seen is beyond the margin and no chance, with alpha
shared out among the comparisons. The gate passes where all of them do.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy import stats
from scipy.optimize import brentq

from thoughtcrime_evals.stats.arrays import between, whole
from thoughtcrime_evals.stats.ceiling import ceiling_power, ceiling_size
from thoughtcrime_evals.stats.intervals import rule_of_three
from thoughtcrime_evals.stats.power import (
    design_effect,
    non_inferiority_power,
    non_inferiority_size,
    whole_items,
)

RISES = (0.02, 0.05, 0.10)
"""True rises that a plan is tried against."""

FEW = 30
"""With fewer families, Student's t asks for a little more than the normal distribution here."""


@dataclass(frozen=True, slots=True)
class Design:
    """A comparison.

    Attributes:
        margin: The largest rise that is borne, 0-1.
        rate: The reference's rate, 0-1.
        rise: The true rise, below the margin.
        paraphrases: Items a family.
        icc: Correlation of the differences within a family, 0-1.
        epochs: Replies an item.
        power: Chance that all comparisons pass, and to see a rise that is there.
        alpha: One-sided.
        comparisons: Metrics that are tested at once. All must pass, were they independent; and by
            Holm, the first regression must reach alpha divided by their number.
        discordance: Share of items at which two single replies differ, one from each run; None for
            that of independent draws at the rates.
    """

    margin: float
    rate: float
    rise: float = 0.0
    paraphrases: int = 4
    icc: float = 0.3
    epochs: int = 1
    power: float = 0.8
    alpha: float = 0.05
    comparisons: int = 8
    discordance: float | None = None

    def __post_init__(self) -> None:
        between(self.margin, "margin")
        between(self.power, "power")
        between(self.alpha, "alpha", 0.0, 0.5)
        for name in ("paraphrases", "epochs", "comparisons"):
            whole(getattr(self, name), name, 1)
        if not 0 <= self.icc <= 1:
            raise ValueError(f"icc must be 0 to 1, not {self.icc:g}")
        if not 0 <= self.rate < 1:
            raise ValueError(f"rate must be 0 or more and below 1, not {self.rate:g}")
        if not 0 <= self.rise < self.margin:
            raise ValueError(
                f"rise must be 0 or more and below the margin of {self.margin:g}, not {self.rise:g}"
            )
        if not self.rate + self.margin < 1:
            raise ValueError(f"a rate of {self.rate:g} has no room to rise by {self.margin:g}")
        if self.discordance is not None:
            most = 2 * min(self.rate, 1 - self.rate)
            if not 0 < self.discordance <= most:
                raise ValueError(
                    f"discordance must lie above 0 and be at most {most:g} at a rate of "
                    f"{self.rate:g}, not {self.discordance:g}"
                )

    @property
    def level(self) -> float:
        """The one-sided alpha that the first regression must reach."""
        return self.alpha / self.comparisons

    @property
    def power_each(self) -> float:
        """Chance to pass that each comparison needs, so that all pass with the power asked for."""
        return float(self.power ** (1 / self.comparisons))

    @property
    def likeness(self) -> float:
        """Likeness within a family; where nothing ever happens, the gate counts replies."""
        return self.icc if self.rate + self.rise > 0 else 0.0

    def spread(self, rise: float) -> float:
        """Standard deviation of an item's difference between runs, epochs averaged.

        Args:
            rise: The true rise.
        """
        new = self.rate + rise
        variance = self.rate * (1 - self.rate) + new * (1 - new)
        if self.discordance is not None:
            variance = self.discordance + rise - rise**2
        return math.sqrt(variance / self.epochs)


@dataclass(frozen=True, slots=True)
class Seen:
    """What becomes of one true rise.

    Attributes:
        rise: The rise.
        passes: Chance that the metric passes all the same; at or beyond the margin, the most that
            it can be.
        seen: Chance that the rise is told from none.
        regression: Chance that it is called a regression.
    """

    rise: float
    passes: float
    seen: float
    regression: float


@dataclass(frozen=True, slots=True)
class Prospect:
    """What so many items can show.

    Attributes:
        items: Items in all.
        families: Families.
        passes: Chance that one metric passes at the design's true rise.
        all_pass: Chance that all do, were they independent and alike.
        rises: What becomes of true rises.
        smallest_seen: Smallest rise that is told from none with the design's power; None if none.
        smallest_regression: Smallest rise that is called a regression with it; None if none.
        bound: Largest rate that goes with none seen in so many items, were they independent, at
            95 %.
        bound_families: The same if a family is worth no more than one item.
    """

    items: int
    families: int
    passes: float
    all_pass: float
    rises: tuple[Seen, ...]
    smallest_seen: float | None
    smallest_regression: float | None
    bound: float
    bound_families: float


def items_needed(design: Design, power: float | None = None) -> int:
    """Items with which the gate passes with the design's power.

    Args:
        design: The comparison.
        power: Chance that one metric passes; by default as great as it takes for all to pass.

    Returns:
        Items in all, whole families. Never fewer than it takes to rule the rate plus the margin
        out in one run, exactly: where rates are small, differences say too little.

    Raises:
        ValueError: It would take more than anybody runs.

    Source:
        `stats.power.non_inferiority_size`; `stats.ceiling.ceiling_size`.
    """
    power = design.power_each if power is None else power
    cluster = {"cluster_size": design.paraphrases, "icc": design.likeness}
    paired = 1
    if design.spread(design.rise) > 0:
        paired = non_inferiority_size(
            design.margin, design.spread(design.rise), design.rise, power, design.alpha, **cluster
        )
    rate, ceiling = design.rate + design.rise, design.rate + design.margin
    alone = ceiling_size(rate, ceiling, power, design.alpha) / design.epochs
    least = whole_items(alone * design_effect(**cluster))
    return math.ceil(max(paired, least) / design.paraphrases) * design.paraphrases


def prospect(design: Design, items: int) -> Prospect:
    """Say what so many items can show.

    Args:
        design: The comparison.
        items: Items in all.

    Raises:
        ValueError: There are fewer than two families: one alone has no spread.
    """
    families = math.ceil(whole(items, "n", 1) / design.paraphrases)
    if families < 2:
        raise ValueError(f"n of {items} is less than two families of {design.paraphrases}")
    passes = _passes(design, items, design.rise)
    most = 1 - design.rate
    return Prospect(
        items=items,
        families=families,
        passes=passes,
        all_pass=passes**design.comparisons,
        rises=tuple(_becomes(design, items, rise) for rise in RISES if rise < most),
        smallest_seen=_smallest(lambda rise: _seen(design, items, rise), design.power, most),
        smallest_regression=_smallest(
            lambda rise: _regression(design, items, rise), design.power, most
        ),
        bound=rule_of_three(items),
        bound_families=rule_of_three(families),
    )


def _becomes(design: Design, items: int, rise: float) -> Seen:
    return Seen(
        rise,
        _passes(design, items, rise),
        _seen(design, items, rise),
        _regression(design, items, rise),
    )


def _passes(design: Design, items: int, rise: float) -> float:
    """Chance that a rise by the margin is ruled out."""
    effect = design_effect(design.paraphrases, design.likeness)
    spread = design.spread(rise) * math.sqrt(effect / items)
    room = design.margin - rise
    steps = room / spread - stats.norm.isf(design.alpha) if spread else math.inf
    worth = max(1, math.floor(items * design.epochs / effect))
    ceiling = design.rate + design.margin
    rate = min(design.rate + rise, ceiling * (1 - 1e-9))
    alone = ceiling_power(worth, rate, ceiling, design.alpha)
    return min(float(stats.norm.cdf(steps)), alone)


def _seen(design: Design, items: int, rise: float) -> float:
    """Chance that a rise is told from none."""
    return _reaches(design, items, rise, rise, design.level)


def _regression(design: Design, items: int, rise: float) -> float:
    """Chance that the rise that is seen is beyond the margin, and no chance."""
    gap = rise - design.margin
    beyond = _reaches(design, items, abs(gap), rise, 0.5) if gap else 0.5
    return min(_seen(design, items, rise), beyond if gap >= 0 else 1 - beyond)


def _reaches(design: Design, items: int, gap: float, rise: float, alpha: float) -> float:
    """Chance that an estimate so far from a bound lies on the right side of it."""
    spread = design.spread(rise)
    if spread == 0:
        return 1.0
    return non_inferiority_power(
        items, gap, spread, 0.0, alpha, design.paraphrases, design.likeness
    )


def _smallest(chance: Callable[[float], float], power: float, most: float) -> float | None:
    """The smallest rise whose chance is as great as the power."""
    low, high = 1e-6, most - 1e-6
    if chance(high) < power:
        return None
    return low if chance(low) >= power else float(brentq(lambda r: chance(r) - power, low, high))

"""Sample sizes of a comparison, against the formulas by hand and against simulation."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from thoughtcrime_evals.planning import Design, Prospect, items_needed, prospect
from thoughtcrime_evals.stats.ceiling import ceiling_size

PLAIN = Design(0.05, 0.1, paraphrases=1, icc=0, comparisons=1)


def by_hand(design: Design) -> float:
    each = design.power ** (1 / design.comparisons)
    z = stats.norm.isf(design.alpha) + stats.norm.ppf(each)
    effect = 1 + (design.paraphrases - 1) * design.icc
    room = design.margin - design.rise
    return float(effect * (z * design.spread(design.rise) / room) ** 2)


@pytest.mark.parametrize(
    "design",
    [
        PLAIN,
        replace(PLAIN, comparisons=8),
        replace(PLAIN, paraphrases=4, icc=0.3),
        replace(PLAIN, epochs=4),
        replace(PLAIN, rise=0.02),
        replace(PLAIN, discordance=0.15),
        replace(PLAIN, rate=0.5, power=0.9),
    ],
)
def test_items_needed(design: Design) -> None:
    needed = items_needed(design)
    assert needed % design.paraphrases == 0
    assert by_hand(design) <= needed < by_hand(design) + design.paraphrases + 1
    assert prospect(design, needed).all_pass >= design.power
    assert prospect(design, needed - 2 * design.paraphrases).all_pass < design.power


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({"comparisons": 8}, True),
        ({"power": 0.9}, True),
        ({"rise": 0.01}, True),
        ({"paraphrases": 4, "icc": 0.3}, True),
        ({"epochs": 2}, False),
        ({"discordance": 0.1}, False),
        ({"margin": 0.1}, False),
        ({"alpha": 0.1}, False),
    ],
)
def test_what_asks_for_more(changes: dict[str, float], more: bool) -> None:
    changed = items_needed(replace(PLAIN, **changes))  # type: ignore[arg-type]
    assert (changed > items_needed(PLAIN)) is more


def test_spread() -> None:
    assert PLAIN.spread(0) == pytest.approx(math.sqrt(2 * 0.1 * 0.9))
    assert replace(PLAIN, epochs=4).spread(0) == pytest.approx(math.sqrt(2 * 0.1 * 0.9 / 4))
    assert PLAIN.spread(0.1) == pytest.approx(math.sqrt(0.1 * 0.9 + 0.2 * 0.8))
    given = replace(PLAIN, discordance=0.1)
    assert given.spread(0) == pytest.approx(math.sqrt(0.1))
    assert given.spread(0.1) == pytest.approx(math.sqrt(0.2 - 0.01))


def test_small_rates_want_what_one_run_wants() -> None:
    """By the differences alone, a handful of items at a rate of 0.1 % would do."""
    rare = replace(PLAIN, rate=0.001)
    assert items_needed(rare) == ceiling_size(0.001, 0.051, 0.8, 0.05) > by_hand(rare)
    never = replace(PLAIN, rate=0, paraphrases=4, icc=0.3)
    least = ceiling_size(0, 0.05, 0.8, 0.05)
    assert 0 <= items_needed(never) - least < 4, "without an event, replies count"
    assert prospect(never, items_needed(never)).passes == 1


def simulated(design: Design, items: int, rise: float, runs: int = 4000) -> tuple[float, float]:
    """Shares of runs that pass, and that are called a regression."""
    random = np.random.default_rng(0)
    old = random.random((runs, items)) < design.rate
    new = random.random((runs, items)) < design.rate + rise
    differences = new.astype(float) - old
    mean, error = differences.mean(axis=1), differences.std(axis=1, ddof=1) / math.sqrt(items)
    passes = mean + stats.norm.isf(design.alpha) * error < design.margin
    regression = (mean > design.margin) & (mean > stats.norm.isf(design.level) * error)
    return float(passes.mean()), float(regression.mean())


def test_against_simulation() -> None:
    design = replace(PLAIN, comparisons=8)
    found = prospect(design, 600)
    passes, alarm = simulated(design, 600, 0)
    assert found.passes == pytest.approx(passes, abs=0.04)
    assert alarm < 0.01
    for seen in found.rises:
        passes, regression = simulated(design, 600, seen.rise)
        assert seen.passes == pytest.approx(passes, abs=0.04)
        assert seen.regression == pytest.approx(regression, abs=0.04)


def test_the_smallest_rise() -> None:
    found = prospect(PLAIN, 400)
    assert found.smallest_seen is not None and found.smallest_regression is not None
    at = {seen: power_at(PLAIN, 400, seen) for seen in (found.smallest_seen,)}
    assert at[found.smallest_seen] == pytest.approx(0.8, abs=1e-6)
    assert found.smallest_seen <= found.smallest_regression
    assert found.smallest_regression > PLAIN.margin
    assert prospect(replace(PLAIN, rate=0.5, comparisons=8), 2).smallest_seen is None


def power_at(design: Design, items: int, rise: float) -> float:
    steps = rise * math.sqrt(items) / design.spread(rise) - stats.norm.isf(design.level)
    return float(stats.norm.cdf(steps))


def test_bounds_where_none_is_seen() -> None:
    found: Prospect = prospect(Design(0.05, 0.1), 62)
    assert found.families == 16
    assert found.bound == pytest.approx(3 / 62, rel=0.03)
    assert found.bound_families == pytest.approx(3 / 16, rel=0.1)
    assert found.all_pass == pytest.approx(found.passes**8)

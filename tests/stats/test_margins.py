"""Verdicts about margins."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import ttost_paired

from thoughtcrime_evals.stats.margins import Verdict, non_inferiority, tost
from thoughtcrime_evals.stats.paired import Difference, mean_difference, pair, sign_flip
from thoughtcrime_evals.stats.proportions import newcombe_paired


def between(low: float, high: float, level: float = 0.95) -> Difference:
    return Difference((low + high) / 2, low, high, 50, 50, level, math.nan)


@pytest.mark.parametrize(
    ("low", "high", "rise", "change"),
    [
        (-0.02, 0.04, Verdict.HOLDS, Verdict.HOLDS),
        (-0.30, -0.20, Verdict.HOLDS, Verdict.BROKEN),
        (-0.10, 0.04, Verdict.HOLDS, Verdict.INCONCLUSIVE),
        (0.01, 0.06, Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
        (0.06, 0.10, Verdict.BROKEN, Verdict.BROKEN),
        # A bound on the margin is not inside it.
        (0.00, 0.05, Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
        (0.05, 0.10, Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
        (math.nan, math.nan, Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
    ],
)
def test_verdicts(low: float, high: float, rise: Verdict, change: Verdict) -> None:
    assert non_inferiority(between(low, high), 0.05).verdict is rise
    assert tost(between(low, high), 0.05).verdict is change


def test_level_and_alpha() -> None:
    assert non_inferiority(between(0, 0.01), 0.05).alpha == pytest.approx(0.025)
    assert tost(between(0, 0.01, level=0.9), 0.05).alpha == pytest.approx(0.05)


@pytest.mark.parametrize("margin", [0.0, -0.05, math.nan, math.inf])
def test_no_margin(margin: float) -> None:
    for test in (non_inferiority, tost):
        with pytest.raises(ValueError, match="margin"):
            test(between(0, 0.1), margin)


def test_p_as_scipys_and_statsmodels() -> None:
    random = np.random.default_rng(3)
    new, reference = random.random(40), random.random(40)
    difference = mean_difference(pair(new, reference), 0.9)
    for margin in (0.05, 0.15, 0.4):
        found = non_inferiority(difference, margin)
        expected = stats.ttest_rel(new - margin, reference, alternative="less").pvalue
        assert found.p == pytest.approx(expected)
        assert (found.verdict is Verdict.HOLDS) == (found.p < found.alpha)
        both = tost(difference, margin)
        assert both.p == pytest.approx(ttost_paired(new, reference, -margin, margin)[0])
        assert (both.verdict is Verdict.HOLDS) == (both.p < both.alpha)


def test_p_is_near_that_of_swapping() -> None:
    random = np.random.default_rng(4)
    pairs = pair(random.random(14), random.random(14))
    found = non_inferiority(mean_difference(pairs), 0.2).p
    assert sign_flip(pairs, "less", null=0.2).p == pytest.approx(found, abs=0.01)


def test_counts_have_a_verdict_and_no_p() -> None:
    found = non_inferiority(newcombe_paired(0, 0, 0, 300), 0.05)
    assert found.verdict is Verdict.HOLDS
    assert math.isnan(found.p)
    assert non_inferiority(newcombe_paired(0, 0, 0, 30), 0.05).verdict is Verdict.INCONCLUSIVE


def test_a_rise_of_the_margin_rarely_holds() -> None:
    """At a true rise of exactly the margin, `holds` is a false alarm: at most 2.5 %."""
    random = np.random.default_rng(9)
    clusters = [i // 3 for i in range(120)]
    wrong = 0
    for _ in range(400):
        base = np.repeat(random.normal(size=40), 3)
        new, reference = (base + random.normal(size=120) + rise for rise in (0.3, 0.0))
        difference = mean_difference(pair(new, reference, clusters))
        wrong += non_inferiority(difference, 0.3).verdict is Verdict.HOLDS
    assert wrong / 400 <= 0.045

"""Exact bounds, and shares of exactly 0 or 1 in clusters."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from thoughtcrime_evals.stats.intervals import (
    clopper_pearson,
    rate,
    rule_of_three,
)

seeded = settings(derandomize=True, deadline=None, max_examples=60)


# --- Clopper and Pearson, and the rule of three -----------------------------------------------


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("n", [1, 2, 7, 60, 1000])
def test_clopper_pearson_as_scipy(n: int, level: float) -> None:
    for count in sorted({0, 1, n // 3, n - 1, n}):
        found = clopper_pearson(count, n, level)
        expected = binomtest(count, n).proportion_ci(level, method="exact")
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
        assert (found.value, found.n) == (count / n, n)


def test_nothing_tried_is_nothing_known() -> None:
    found = clopper_pearson(0, 0)
    assert (found.low, found.high, found.n) == (0, 1, 0)
    assert math.isnan(found.value)
    assert rule_of_three(0) == 1


@pytest.mark.parametrize(("n", "percent"), [(30, 11.6), (100, 3.6), (300, 1.2), (1000, 0.37)])
def test_no_event_seen(n: int, percent: float) -> None:
    """The table of upper bounds at no events (two-sided 95 %)."""
    assert 100 * clopper_pearson(0, n).high == pytest.approx(percent, abs=0.05)
    assert rule_of_three(n, level=0.975) == pytest.approx(clopper_pearson(0, n).high)


@pytest.mark.parametrize("n", [1, 5, 30, 300, 10**6])
def test_three_over_n(n: int) -> None:
    """Hanley & Lippman-Hand (1983): the bound is a little below 3/n."""
    bound = rule_of_three(n)
    assert (1 - bound) ** n == pytest.approx(0.05)
    assert bound < 3 / n
    assert n < 30 or bound > 2.8 / n


@pytest.mark.parametrize(
    ("count", "n", "level"), [(-1, 3, 0.9), (4, 3, 0.9), (1, 3, 1.0), (1, 3, math.nan)]
)
def test_no_counts(count: int, n: int, level: float) -> None:
    with pytest.raises(ValueError):
        clopper_pearson(count, n, level)


# --- shares of exactly 0 or 1 -----------------------------------------------------------------


def test_by_default_every_sample_counts_at_the_edge() -> None:
    clusters = [str(i // 10) for i in range(80)]
    assert rate([False] * 80, clusters).high < 0.07
    assert rate([False] * 80, clusters) == rate([False] * 80, clusters, edge_icc=None)


@pytest.mark.parametrize(("icc", "size"), [(1.0, 8.0), (0.0, 80.0), (0.5, 80 / 5.5)])
def test_likeness_at_the_edge(icc: float, size: float) -> None:
    """Kish's size, and Clopper and Pearson's upper bound at no events: 1 - (alpha/2)^(1/size)."""
    clusters = [str(i // 10) for i in range(80)]
    none, every = (rate([all_] * 80, clusters, edge_icc=icc) for all_ in (False, True))
    assert none.high == pytest.approx(1 - 0.025 ** (1 / size))
    assert (every.low, every.high) == pytest.approx((1 - none.high, 1))
    assert none.n == every.n == 80


def test_unequal_clusters_are_worth_fewer_than_they_are() -> None:
    clusters = ["a"] * 70 + ["b"] * 5 + ["c"] * 5
    found = rate([False] * 80, clusters, edge_icc=1)
    assert found.high > rate([False] * 80, [str(i // 27) for i in range(80)], edge_icc=1).high


@seeded
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=40))
def test_likeness_matters_at_the_edge_only(data: list[tuple[bool, int]]) -> None:
    outcomes, clusters = [o for o, _ in data], [str(c) for _, c in data]
    found, usual = rate(outcomes, clusters, edge_icc=1), rate(outcomes, clusters)
    if len(set(outcomes)) > 1 or len(set(clusters)) == 1:
        assert found == usual
    else:
        assert 0 <= found.low <= usual.value <= found.high <= 1


def test_the_bound_holds_when_clusters_are_wholly_alike() -> None:
    """Coverage over 8 clusters of 10, each all true with chance p: by hand, from the binomial."""
    clusters = [str(i // 10) for i in range(80)]
    for share in (0.02, 0.1, 0.3):
        covered = usual = 0.0
        for count in range(9):
            outcomes = [i // 10 < count for i in range(80)]
            chance = math.comb(8, count) * share**count * (1 - share) ** (8 - count)
            found = rate(outcomes, clusters, edge_icc=1)
            covered += chance * (found.low <= share <= found.high)
            plain = rate(outcomes, clusters)
            usual += chance * (plain.low <= share <= plain.high)
        assert covered >= 0.94
        # What the argument is for: without it the interval misses whenever nothing happened.
        assert share == 0.02 or usual < covered

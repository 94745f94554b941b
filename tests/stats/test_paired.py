"""Differences between two runs over the same items."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thoughtcrime_evals.stats.intervals import mean
from thoughtcrime_evals.stats.paired import Alternative, mean_difference, pair, sign_flip
from thoughtcrime_evals.stats.proportions import mcnemar

seeded = settings(derandomize=True, deadline=None, max_examples=60)

# Darwin's maize: crossed minus self-fertilised, eighths of an inch (Fisher 1935, section 21).
DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]

DIFFERENCES = st.lists(
    st.tuples(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]), st.integers(0, 4)),
    min_size=1,
    max_size=15,
)


# --- pairing ----------------------------------------------------------------------------------


def test_items_match_by_name_and_epochs_are_averaged() -> None:
    pairs = pair(
        {"b": [1, 0, 0, 1], "a": 1.0, "lost": 1},
        {"a": [0, 1], "b": 0, "other": 1, "another": 0},
        {"a": "x", "b": "y"},
    )
    assert pairs.new.tolist() == [1, 0.5]
    assert pairs.reference.tolist() == [0.5, 0]
    assert pairs.differences.tolist() == [0.5, 0.5]
    assert (pairs.unmatched, pairs.clusters) == (3, 2)


def test_arrays_match_by_place() -> None:
    pairs = pair([[1, 0], [1, 1], [0, 0]], [0, 1, 1], clusters=["x", "y", "x"])
    assert pairs.differences.tolist() == [0.5, 0, -1]
    assert pairs.clusters == 2
    assert pair([1, 2], [1, 1]).clusters == 2


@pytest.mark.parametrize(
    ("new", "reference", "clusters", "reason"),
    [
        ({"a": 1}, {"b": 1}, None, "in common"),
        ({"a": 1}, {"a": 1}, {"b": "x"}, "no cluster for item 'a'"),
        ({"a": 1}, {"a": 1}, ["x"], "clusters by item"),
        ({"a": 1}, [1], None, "both as arrays"),
        ([1], [1], {"a": "x"}, "go with runs by item"),
        ({"a": math.nan}, {"a": 1}, None, "finite"),
        ({"a": []}, {"a": 1}, None, "shape"),
        ([1, math.nan], [1, 1], None, "finite"),
        ([1, 2], [1, 1, 1], None, "2 items against 3"),
        ([], [], None, "no items"),
        ([1, 2], [1, 1], ["x"], "1 clusters"),
        ([[[1]]], [1], None, "shape"),
    ],
)
def test_what_does_not_pair(new, reference, clusters, reason) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=reason):
        pair(new, reference, clusters)


# --- mean difference --------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_own_clusters_as_scipys_paired_t(level: float) -> None:
    random = np.random.default_rng(2)
    new, reference = random.random(30), random.random(30)
    expected = stats.ttest_rel(new, reference).confidence_interval(level)
    found = mean_difference(pair(new, reference), level)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert (found.n, found.clusters, found.level) == (30, 30, level)


def test_darwins_maize() -> None:
    """Fisher (1935), section 17: mean 20.93, standard error 9.746, 5 % limits 0.03 and 41.84."""
    found = mean_difference(pair(DARWIN, [0] * 15))
    assert found.value == pytest.approx(20.933, abs=0.001)
    assert found.error == pytest.approx(9.746, abs=0.001)
    assert (found.low, found.high) == pytest.approx((0.03, 41.84), abs=0.01)


@seeded
@given(DIFFERENCES)
def test_clusters_as_the_clustered_mean(data: list[tuple[float, int]]) -> None:
    values, clusters = [v for v, _ in data], [str(c) for _, c in data]
    found = mean_difference(pair(values, [0.0] * len(values), clusters))
    expected = mean(values, clusters)
    assert found.value == pytest.approx(expected.value)
    if math.isnan(found.low):
        assert math.isnan(expected.low) or expected.high - expected.low < 1e-9
    else:
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("clusters", [None, ["a"] * 4, ["a", "a", "b", "b"]])
def test_no_variance_is_no_certainty(clusters: list[str] | None) -> None:
    found = mean_difference(pair([0, 0, 0, 0], [0, 0, 0, 0], clusters))
    assert found.value == 0
    assert math.isnan(found.low) and math.isnan(found.high) and math.isnan(found.error)


# --- swapping the runs ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alternative", "count"), [("two-sided", 1726), ("greater", 863), ("less", 2**15 - 863 + 28)]
)
def test_fishers_count(alternative: Alternative, count: int) -> None:
    """Fisher (1935), section 21: 863 of 32,768 arrangements reach Darwin's total, 28 exactly."""
    found = sign_flip(pair(DARWIN, [0] * 15), alternative, draws=2**15)
    assert found.exact
    assert found.p == pytest.approx(count / 2**15)


def test_drawn_as_counted() -> None:
    off_grid = [value * math.pi for value in DARWIN]
    found = sign_flip(pair(off_grid, [0] * 15), seed=3)
    assert not found.exact
    assert found.p == pytest.approx(1726 / 2**15, abs=0.006)
    assert found == sign_flip(pair(off_grid, [0] * 15), seed=3)


def test_many_clusters_are_counted_too() -> None:
    """Of 200 clusters that flip, 120 one way: as McNemar's exact test says."""
    found = sign_flip(pair([1] * 120 + [0] * 80 + [1] * 9, [0] * 120 + [1] * 80 + [1] * 9))
    assert found.exact
    assert found.p == pytest.approx(mcnemar(120, 80).p)


def test_epochs_lie_on_a_grid() -> None:
    new = np.array([[1, 0, 1], [1, 1, 1], [0, 1, 0]] * 7)
    whole = sign_flip(pair(new.sum(axis=1), np.ones(21)), "greater")
    assert sign_flip(pair(new, np.ones((21, 3)) / 3), "greater") == whole


@seeded
@given(DIFFERENCES, st.sampled_from(["two-sided", "greater", "less"]), st.sampled_from([0.0, 0.1]))
def test_as_counted_by_hand(
    data: list[tuple[float, int]], alternative: Alternative, null: float
) -> None:
    values, clusters = [v for v, _ in data], [c for _, c in data]
    totals = [sum(v - null for v, c in data if c == name) for name in sorted(set(clusters))]
    sums = np.array([sum(s) for s in itertools.product(*[(t, -t) for t in totals])])
    higher, lower = (sums >= sums[0] - 1e-9).mean(), (sums <= sums[0] + 1e-9).mean()
    expected = {"greater": higher, "less": lower, "two-sided": min(1, 2 * min(higher, lower))}
    found = sign_flip(pair(values, [0.0] * len(values), clusters), alternative, null)
    assert found.exact
    assert found.p == pytest.approx(expected[alternative])


def test_few_clusters_cannot_show_much() -> None:
    pairs = pair([1] * 50, [0] * 50, [i // 10 for i in range(50)])
    assert sign_flip(pairs).p == pytest.approx(2**-4)
    assert sign_flip(pairs, "greater").p == pytest.approx(2**-5)
    assert sign_flip(pair([1, 1], [0, 0], ["a", "a"]), "greater").p == 0.5


def test_runs_that_are_the_same() -> None:
    assert sign_flip(pair([1, 0, 1], [1, 0, 1])).p == 1


def test_swapping_keeps_its_level() -> None:
    """Under no difference, p is at most 0.05 at most one time in twenty."""
    random = np.random.default_rng(8)
    clusters = [i // 4 for i in range(32)]
    alarms = 0
    for _ in range(300):
        base = np.repeat(random.random(8), 4)
        pairs = pair(random.random(32) < base, random.random(32) < base, clusters)
        alarms += sign_flip(pairs).p <= 0.05
    assert alarms / 300 <= 0.08

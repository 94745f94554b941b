"""Two shares: tests and intervals against published examples."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats import contingency_tables

from thoughtcrime_evals.stats.intervals import clopper_pearson, rate
from thoughtcrime_evals.stats.paired import Alternative, pair
from thoughtcrime_evals.stats.proportions import (
    difference_of_rates,
    mcnemar,
    newcombe,
    newcombe_clustered,
    newcombe_paired,
)

seeded = settings(derandomize=True, deadline=None, max_examples=60)
COUNTS = st.integers(0, 30)


# --- McNemar ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rises", "falls", "p", "mid_p"),
    [
        (1, 7, 0.0703, 0.0391),  # Bentur et al. 2009, in Fagerland et al. (2013), table 5
        (12, 2, 0.0129, 0.0074),  # Armitage & Berry (1994), p. 127, by StatsDirect
        (0, 0, 1, 1),
        (3, 3, 1, 1 - math.comb(6, 3) / 2**7),
        (1, 0, 1, 0.5),
    ],
)
def test_mcnemar(rises: int, falls: int, p: float, mid_p: float) -> None:
    found = mcnemar(rises, falls)
    assert (found.p, found.mid_p) == pytest.approx((p, mid_p), abs=5e-5)


@seeded
@given(COUNTS, COUNTS)
def test_mcnemar_as_statsmodels(rises: int, falls: int) -> None:
    found = mcnemar(rises, falls)
    expected = contingency_tables.mcnemar([[5, rises], [falls, 5]], exact=True).pvalue
    assert found.p == pytest.approx(expected)
    assert 0 <= found.mid_p <= found.p <= 1
    assert found.p == mcnemar(falls, rises).p


@seeded
@given(COUNTS, COUNTS)
def test_one_side_is_the_other_swapped(rises: int, falls: int) -> None:
    here, there = mcnemar(rises, falls, "greater"), mcnemar(falls, rises, "less")
    assert (here.p, here.mid_p) == pytest.approx((there.p, there.mid_p))


@pytest.mark.parametrize("alternative", ["two-sided", "greater"])
def test_mid_p_is_p_on_average(alternative: Alternative) -> None:
    """Over what chance gives, the mean one-sided mid-p is exactly a half."""
    chances = [math.comb(9, k) / 2**9 for k in range(10)]
    mean = sum(c * mcnemar(k, 9 - k, alternative).mid_p for k, c in enumerate(chances))
    assert mean == pytest.approx(0.5, abs=0.01 if alternative == "two-sided" else 1e-9)


# --- Newcombe ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        # Newcombe (1998), Stat. Med. 17:873-890, table II, method 10.
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((0, 10, 0, 20), -0.1611, 0.2775),
    ],
)
def test_independent(counts: tuple[int, int, int, int], low: float, high: float) -> None:
    found = newcombe(*counts)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert found.n == counts[1] + counts[3]


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((1, 1, 7, 12), -0.507, -0.026),  # Bentur et al. 2009, in Fagerland et al. (2014), table V
        ((14, 5, 0, 22), 0.011, 0.226),  # Altman et al. (2000), Statistics with Confidence, p. 52
        ((20, 12, 2, 16), 0.056, 0.329),  # Armitage & Berry (1994), p. 127, by StatsDirect
    ],
)
def test_paired(counts: tuple[int, int, int, int], low: float, high: float) -> None:
    found = newcombe_paired(*counts)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-4)


@seeded
@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_paired_bounds(both: int, rises: int, falls: int, neither: int) -> None:
    found = newcombe_paired(both, rises, falls, neither)
    swapped = newcombe_paired(both, falls, rises, neither)
    assert (found.low, found.high) == pytest.approx((-swapped.high, -swapped.low))
    if found.n:
        assert -1 <= found.low <= found.value + 1e-12 <= found.high + 2e-12 <= 1 + 3e-12
        # No flip seen is not no flip possible.
        assert found.high > found.low


def test_nothing_counted() -> None:
    for found in (newcombe(0, 0, 1, 2), newcombe(1, 2, 0, 0), newcombe_paired(0, 0, 0, 0)):
        assert math.isnan(found.value)
        assert (found.low, found.high) == (-1, 1)


@pytest.mark.parametrize(
    ("counts"), [(3, 2, 1, 2), (-1, 2, 1, 2), (1, 2, 1.5, 2), (1, math.nan, 1, 2)]
)
def test_no_counts(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError):
        newcombe(*counts)


def test_from_two_rates() -> None:
    new, reference = ([True] * 56 + [False] * 14), ([True] * 48 + [False] * 32)
    found, expected = difference_of_rates(rate(new), rate(reference)), newcombe(56, 70, 48, 80)
    assert (found.value, found.low, found.high) == pytest.approx(
        (expected.value, expected.low, expected.high)
    )


# --- Newcombe in clusters ---------------------------------------------------------------------


def test_own_clusters_nearly_as_by_counts() -> None:
    """Student's t for z, n - 1 for n, and no continuity correction: close at 200 items."""
    table = {(1, 1): 60, (1, 0): 30, (0, 1): 20, (0, 0): 90}
    runs = np.array([cell for cell, times in table.items() for _ in range(times)])
    found = newcombe_clustered(pair(runs[:, 0], runs[:, 1]))
    expected = newcombe_paired(60, 30, 20, 90)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.004)


def test_both_runs_at_zero_still_have_bounds() -> None:
    pairs = pair([0] * 80, [0] * 80, [i // 10 for i in range(80)])
    found = newcombe_clustered(pairs)
    wide = clopper_pearson(0, 8)
    assert found.value == 0
    # Eight clusters' worth, not the certainty that eighty items seem to give.
    assert (found.low, found.high) == pytest.approx((-wide.high, wide.high))


@pytest.mark.parametrize("values", [[1.2, 0], [-0.1, 1]])
def test_no_rates(values: list[float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        newcombe_clustered(pair(values, [0, 0]))


@seeded
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 5)), min_size=1))
def test_clustered_bounds(data: list[tuple[bool, bool, int]]) -> None:
    new, reference, clusters = ([row[i] for row in data] for i in range(3))
    found = newcombe_clustered(pair(new, reference, clusters))
    if len(set(clusters)) == 1:
        assert math.isnan(found.low)
    else:
        assert -1 <= found.low <= found.value + 1e-9
        assert found.value - 1e-9 <= found.high <= 1


@pytest.mark.parametrize(("new", "reference"), [(0.03, 0.03), (0.3, 0.2)])
def test_coverage_in_clusters(new: float, reference: float) -> None:
    random = np.random.default_rng(6)
    clusters = np.repeat(np.arange(30), 4)
    covered = 0
    for _ in range(300):
        base = random.beta(0.5, 0.5, 30)[clusters]
        runs = [random.random(120) < np.clip(base * 2 * share, 0, 1) for share in (new, reference)]
        found = newcombe_clustered(pair(runs[0], runs[1], list(clusters)))
        covered += found.low <= new - reference <= found.high
    assert covered / 300 >= 0.92

"""Monitors that give scores."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thoughtcrime_evals.stats.graded import auroc, tpr_at_fpr

seeded = settings(derandomize=True, deadline=None, max_examples=60)

# Hanley & McNeil (1982), Radiology 143, table I: ratings 1-5 of 58 normal and 51 abnormal scans.
RATINGS = np.repeat([1, 2, 3, 4, 5] * 2, [33, 6, 6, 11, 2, 3, 2, 2, 11, 33])
ABNORMAL = np.repeat([False, True], [58, 51])

SCORED = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=40)


# --- area -------------------------------------------------------------------------------------


def test_hanley_and_mcneils_scans() -> None:
    """Stata's roctab on them, which has DeLong's errors: .8932, .0307, .83295 to .95339."""
    found = auroc(RATINGS, ABNORMAL)
    assert (found.value, found.error) == pytest.approx((0.8932, 0.0307), abs=5e-5)
    half = 1.959964 * found.error
    assert (found.value - half, found.value + half) == pytest.approx((0.83295, 0.95339), abs=5e-6)
    # On the logit scale, further from 1.
    assert found.low < 0.83295 and found.high < 0.95339
    assert (found.positives, found.negatives, found.n) == (51, 58, 109)


@seeded
@given(SCORED)
def test_as_mann_whitney(data: list[tuple[int, bool]]) -> None:
    scores, labels = np.array([s for s, _ in data]), np.array([p for _, p in data])
    found = auroc(scores, labels)
    if labels.all() or not labels.any():
        assert math.isnan(found.value) and math.isnan(found.low)
        return
    expected = stats.mannwhitneyu(scores[labels], scores[~labels]).statistic
    assert found.value == pytest.approx(expected / labels.sum() / (~labels).sum())
    assert 0 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1
    assert found.high > found.low


def test_delongs_error_by_its_definition() -> None:
    random = np.random.default_rng(2)
    high, low = random.normal(1, 1, 13).round(1), random.normal(0, 1, 17).round(1)
    wins = (high[:, None] > low) + 0.5 * (high[:, None] == low)
    expected = wins.mean(1).var(ddof=1) / 13 + wins.mean(0).var(ddof=1) / 17
    found = auroc(np.r_[high, low], [True] * 13 + [False] * 17)
    assert found.error == pytest.approx(math.sqrt(expected))


def test_perfect_ranks_are_no_certainty() -> None:
    few, many = (auroc(np.arange(2 * n), [i >= n for i in range(2 * n)]) for n in (5, 100))
    assert few.value == many.value == few.high == 1
    # Newcombe's method 5 at an area of 1, solved by hand for 5 and 5.
    z2, theta = stats.norm.ppf(0.975) ** 2, few.low
    shape = 1 + 4 * ((1 - theta) / (2 - theta) + theta / (1 + theta))
    assert (1 - theta) ** 2 == pytest.approx(z2 * theta * (1 - theta) * shape / 25)
    assert 0.5 < few.low < many.low < 1
    families = auroc(np.arange(10), [i >= 5 for i in range(10)], [i % 2 for i in range(10)])
    assert families.low < few.low


def test_clusters_as_copies() -> None:
    """Each item four times over is four times the items, and no more evidence."""
    once = auroc(RATINGS, ABNORMAL, range(109))
    copies = auroc(np.tile(RATINGS, 4), np.tile(ABNORMAL, 4), list(range(109)) * 4)
    assert copies.value == pytest.approx(once.value)
    assert copies.error == pytest.approx(once.error)
    assert auroc(np.tile(RATINGS, 4), np.tile(ABNORMAL, 4)).error < 0.6 * copies.error
    # Where every item is its own cluster, Obuchowski's variance is DeLong's.
    assert once == auroc(RATINGS, ABNORMAL)


@pytest.mark.parametrize(
    ("scores", "labels"), [([1, math.nan], [1, 0]), ([1, 2], [1]), ([1, 2], [1, 2]), ([[1]], [[1]])]
)
def test_no_scores(scores: list[float], labels: list[float]) -> None:
    for measure in (auroc, tpr_at_fpr):
        with pytest.raises(ValueError):
            measure(scores, labels)


@pytest.mark.parametrize(("shift", "m", "n"), [(0.74, 30, 30), (2.5, 30, 30), (1.81, 20, 200)])
def test_area_coverage(shift: float, m: int, n: int) -> None:
    random = np.random.default_rng(16)
    truth, covered = float(stats.norm.cdf(shift / math.sqrt(2))), 0
    for _ in range(400):
        scores = np.r_[random.normal(shift, 1, m), random.normal(0, 1, n)]
        found = auroc(scores, [True] * m + [False] * n)
        covered += found.low <= truth <= found.high
    assert covered / 400 >= 0.92


# --- few false alarms -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("negatives", "fpr", "alarms", "resolved", "bounded"),
    [
        (20, 0.01, 0, False, False),
        (20, 0.05, 1, True, False),
        (99, 0.01, 0, False, False),
        (100, 0.01, 1, True, False),
        (100, 0.05, 5, True, True),
        (85, 0.05, 4, True, False),
        (86, 0.05, 4, True, True),
        (436, 0.01, 4, True, False),
        (437, 0.01, 4, True, True),
    ],
)
def test_few_negatives(
    negatives: int, fpr: float, alarms: int, resolved: bool, bounded: bool
) -> None:
    scores = [*range(negatives), *[10_000] * 50]
    found = tpr_at_fpr(scores, [False] * negatives + [True] * 50, fpr)
    assert found.found.value == 1
    assert found.alarms.value == alarms / negatives
    assert found.threshold == negatives - alarms - 1
    assert found.resolved is resolved
    assert (found.found.low > 0) is bounded


@seeded
@given(SCORED, st.sampled_from([0.01, 0.05, 0.3]))
def test_bounds(data: list[tuple[int, bool]], fpr: float) -> None:
    scores, labels = np.array([s for s, _ in data]), np.array([p for _, p in data])
    found = tpr_at_fpr(scores, labels, fpr)
    if labels.all() or not labels.any():
        assert math.isnan(found.found.value)
        assert (found.found.low, found.found.high) == (0, 1)
        return
    assert found.alarms.value <= fpr
    assert 0 <= found.found.low <= found.found.value <= found.found.high <= 1
    # One step lower, and there would be too many.
    assert (scores[~labels] >= found.threshold).mean() > fpr


@pytest.mark.parametrize("fpr", [0.0, 1.0, -0.1, math.nan])
def test_no_rate(fpr: float) -> None:
    with pytest.raises(ValueError, match="fpr"):
        tpr_at_fpr([1, 2], [0, 1], fpr)


@pytest.mark.parametrize(("negatives", "fpr"), [(50, 0.05), (600, 0.01)])
def test_found_coverage(negatives: int, fpr: float) -> None:
    random = np.random.default_rng(17)
    truth, covered = float(stats.norm.sf(stats.norm.isf(fpr) - 1.5)), 0
    labels = [True] * 80 + [False] * negatives
    for _ in range(300):
        scores = np.r_[random.normal(1.5, 1, 80), random.normal(0, 1, negatives)]
        found = tpr_at_fpr(scores, labels, fpr).found
        covered += found.low <= truth <= found.high
    assert covered / 300 >= 0.95

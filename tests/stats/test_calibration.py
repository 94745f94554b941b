"""How often a judge is right."""

import math

import pytest
from scipy.stats import binomtest

from thoughtcrime_evals.stats.calibration import Calibration, sensitivity_specificity


def test_counts_and_intervals() -> None:
    judged = [True] * 18 + [False] * 2 + [False] * 27 + [True] * 3
    truth = [True] * 20 + [False] * 30
    found = sensitivity_specificity(judged, truth, 0.9)
    assert found == Calibration(18, 20, 27, 30, 0.9)
    for share, count, n in ((found.sensitivity, 18, 20), (found.specificity, 27, 30)):
        expected = binomtest(count, n).proportion_ci(0.9, method="wilson")
        assert (share.low, share.high) == pytest.approx((expected.low, expected.high))
        assert (share.value, share.n) == (count / n, n)
    assert found.youden == pytest.approx(0.8)


def test_one_side_only() -> None:
    found = sensitivity_specificity([True, False], [True, True])
    assert found.sensitivity.value == 0.5
    assert found.specificity.n == 0
    assert math.isnan(found.specificity.low) and math.isnan(found.youden)
    assert sensitivity_specificity([], []).sensitivity.n == 0


@pytest.mark.parametrize(
    ("judged", "truth"), [([1, 0], [1]), ([1, math.nan], [1, 0]), ([2, 0], [1, 0]), ([[1]], [[1]])]
)
def test_what_are_no_verdicts(judged: list[float], truth: list[float]) -> None:
    with pytest.raises(ValueError):
        sensitivity_specificity(judged, truth)


@pytest.mark.parametrize("counts", [(3, 2, 0, 0), (-1, 2, 0, 0), (1, 2, 3, 2)])
def test_no_counts(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError):
        Calibration(*counts)

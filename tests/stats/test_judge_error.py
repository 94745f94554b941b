"""Rates without the judge's errors."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thoughtcrime_evals.stats.calibration import Calibration
from thoughtcrime_evals.stats.judge_error import Corrected, Refused, ppi_plus_plus, rogan_gladen

seeded = settings(derandomize=True, deadline=None, max_examples=60)


def log(count: int, n: int) -> list[bool]:
    return [True] * count + [False] * (n - count)


def corrected(found: Corrected | Refused) -> Corrected:
    assert isinstance(found, Corrected)
    return found


# --- Rogan and Gladen -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "calibration", "value", "low", "high"),
    [
        (30, Calibration(95, 100, 97, 100), 0.076, 0.026, 0.126),
        # No more than the judge's false alarms: [-0.04, 0.04] before it is held to 0-1.
        (9, Calibration(90, 100, 97, 100), 0.0, 0.0, 0.044),
    ],
)
def test_by_the_delta_method(
    count: int, calibration: Calibration, value: float, low: float, high: float
) -> None:
    found = corrected(rogan_gladen(log(count, 300), calibration, method="delta"))
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high), abs=5e-4)
    assert found.raw == count / 300


def test_adjusted_as_in_the_paper() -> None:
    """The example of Lee et al. (2025): p .4 of 1000, Sp .7 of 200, Se .9 of 200."""
    found = corrected(rogan_gladen(log(400, 1000), Calibration(180, 200, 140, 200)))
    assert found.value == pytest.approx(1 / 6)
    # Their formulas, written out: Agresti and Coull's p, one success and failure more a share.
    z = stats.norm.ppf(0.975)
    p, sp, se = (400 + z**2 / 2) / (1000 + z**2), 141 / 202, 181 / 202
    theta = (p + sp - 1) / (se + sp - 1)
    shift = 2 * z**2 * (theta * se * (1 - se) - (1 - theta) * sp * (1 - sp)) / 202
    variance = p * (1 - p) / (1000 + z**2)
    variance += ((1 - theta) ** 2 * sp * (1 - sp) + theta**2 * se * (1 - se)) / 202
    half = z * math.sqrt(variance) / (se + sp - 1)
    assert (found.low, found.high) == pytest.approx((theta + shift - half, theta + shift + half))
    assert (found.low, found.high) == pytest.approx((0.06, 0.26), abs=0.01)


def test_judge_without_error_leaves_the_rate() -> None:
    found = corrected(rogan_gladen(log(60, 200), Calibration(10**6, 10**6, 10**6, 10**6)))
    expected = stats.binomtest(60, 200).proportion_ci(0.95, method="wilson")
    assert found.value == pytest.approx(0.3)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.002)


def test_bootstrap_is_near_delta_where_both_hold() -> None:
    calibration = Calibration(270, 300, 240, 300)
    found, expected = (
        corrected(rogan_gladen(log(400, 1000), calibration, method=method))
        for method in ("bootstrap", "delta")
    )
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.01)
    again = rogan_gladen(log(400, 1000), calibration, method="bootstrap", seed=1)
    assert again != found
    assert rogan_gladen(log(400, 1000), calibration, method="bootstrap") == found


@pytest.mark.parametrize("method", ["adjusted", "delta", "bootstrap"])
def test_clusters_widen(method) -> None:  # type: ignore[no-untyped-def]
    calibration, outcomes = Calibration(90, 100, 95, 100), log(100, 300)
    alike = corrected(
        rogan_gladen(outcomes, calibration, [i // 10 for i in range(300)], 0.95, method)
    )
    alone = corrected(rogan_gladen(outcomes, calibration, None, 0.95, method))
    assert alike.value == alone.value
    assert alike.high - alike.low > 1.4 * (alone.high - alone.low)


@pytest.mark.parametrize(
    ("outcomes", "calibration", "reason"),
    [
        ([], Calibration(9, 10, 9, 10), "no outcomes"),
        ([True], Calibration(9, 10, 0, 0), "or none that do not"),
        ([True], Calibration(0, 0, 9, 10), "no items that hold"),
        ([True], Calibration(6, 10, 6, 10), "J is 0.20, below 0.3"),
        ([True], Calibration(2, 10, 3, 10), "J is -0.50"),
    ],
)
def test_refusals(outcomes: list[bool], calibration: Calibration, reason: str) -> None:
    found = rogan_gladen(outcomes, calibration)
    assert isinstance(found, Refused)
    assert reason in found.reason


@seeded
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 3)), min_size=1, max_size=30),
    st.integers(0, 12),
    st.integers(0, 12),
    st.sampled_from(["adjusted", "delta", "bootstrap"]),
)
def test_bounds(data, found, passed, method) -> None:  # type: ignore[no-untyped-def]
    outcomes, clusters = [o for o, _ in data], [c for _, c in data]
    calibration = Calibration(found, 12, passed, 12)
    result = rogan_gladen(outcomes, calibration, clusters, 0.95, method, 100)
    assert isinstance(result, Refused) == (found + passed < 12 * 1.3)
    if isinstance(result, Corrected):
        assert 0 <= result.low <= result.value <= result.high <= 1


@pytest.mark.parametrize("outcomes", [[True, math.nan], [0.5], [None, True]])
def test_no_outcomes(outcomes: list[float]) -> None:
    with pytest.raises(ValueError):
        rogan_gladen(outcomes, Calibration(9, 10, 9, 10))


@pytest.mark.parametrize(("rate", "least"), [(0.0, 0.93), (0.03, 0.92), (0.3, 0.92)])
def test_adjusted_coverage(rate: float, least: float) -> None:
    random = np.random.default_rng(12)
    covered = 0
    for _ in range(400):
        calibration = Calibration(random.binomial(100, 0.9), 100, random.binomial(100, 0.97), 100)
        share = rate * 0.9 + (1 - rate) * 0.03
        found = corrected(rogan_gladen(log(random.binomial(300, share), 300), calibration))
        covered += found.low <= rate <= found.high
    assert covered / 400 >= least


# --- PPI++ ------------------------------------------------------------------------------------

TRUTH = [1] * 23 + [0] * 37
JUDGED = [1] * 19 + [0] * 4 + [1] * 4 + [0] * 33
UNSEEN = log(132, 400)


def test_as_the_authors_code() -> None:
    """ppi-python 0.2.3: ppi_mean_pointestimate and ppi_mean_ci(alpha=.05) on these data."""
    found = corrected(ppi_plus_plus(TRUTH, JUDGED, UNSEEN))
    assert found.value == pytest.approx(0.34817902, abs=1e-6)
    # Theirs divide by n, not n - 1, and have z for t.
    half = stats.norm.ppf(0.975) * found.error
    low, high = found.value - half, found.value + half
    assert (low, high) == pytest.approx((0.25703213, 0.43932592), abs=8e-4)
    assert found.low < low < high < found.high
    assert 0 < found.tuning < 1


def test_useless_judge_costs_nothing() -> None:
    judged, unseen = [0.0] * 60, [0.0] * 400
    found = corrected(ppi_plus_plus(TRUTH, judged, unseen))
    expected = stats.ttest_1samp(TRUTH, 0).confidence_interval(0.95)
    assert found.tuning == 0
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_good_judge_narrows_and_faultless_one_is_not_believed_wholly() -> None:
    alone = corrected(ppi_plus_plus(TRUTH, [0.0] * 60, UNSEEN))
    helped = corrected(ppi_plus_plus(TRUTH, JUDGED, UNSEEN))
    faultless = corrected(ppi_plus_plus(TRUTH, TRUTH, UNSEEN))
    assert helped.high - helped.low < alone.high - alone.low
    half = float(stats.t.ppf(0.975, 59)) * faultless.error + 1 - 0.025 ** (1 / 60)
    assert faultless.high - faultless.value == pytest.approx(half)


def test_numbers_need_not_be_shares() -> None:
    random = np.random.default_rng(1)
    truth = random.normal(5, 2, 300)
    found = corrected(ppi_plus_plus(truth[:50], truth[:50] + 1 + random.normal(size=50), truth + 1))
    assert found.low < 5 < found.high
    assert found.raw == pytest.approx(truth.mean() + 1)


@pytest.mark.parametrize(
    ("truth", "judged", "unseen", "reason"),
    [
        ([0, 0, 0], [0, 1, 0], [0, 1], "the same"),
        ([1], [1], [0, 1], "two clusters"),
        ([1, 0], [1, 0], [1], "two clusters"),
        ([], [], [], "two clusters"),
    ],
)
def test_ppi_refusals(
    truth: list[float], judged: list[float], unseen: list[float], reason: str
) -> None:
    found = ppi_plus_plus(truth, judged, unseen)
    assert isinstance(found, Refused)
    assert reason in found.reason


def test_ppi_clusters() -> None:
    clusters = [i // 6 for i in range(60)]
    alike = corrected(ppi_plus_plus(TRUTH, JUDGED, UNSEEN, clusters))
    assert alike.error > corrected(ppi_plus_plus(TRUTH, JUDGED, UNSEEN)).error
    assert isinstance(ppi_plus_plus(TRUTH, JUDGED, UNSEEN, ["a"] * 60), Refused)
    with pytest.raises(ValueError):
        ppi_plus_plus([1.0, math.nan], [1.0, 0.0], [0.0, 1.0])
    with pytest.raises(ValueError):
        ppi_plus_plus([1.0, 0.0], [1.0], [0.0, 1.0])


def test_ppi_coverage() -> None:
    random = np.random.default_rng(13)
    covered = 0
    for _ in range(1500):
        truth = random.random(600) < 0.3
        judged = np.where(random.random(600) < 0.85, truth, ~truth)
        found = corrected(ppi_plus_plus(truth[:100], judged[:100], judged[100:]))
        covered += found.low <= 0.3 <= found.high
    assert covered / 1500 >= 0.92

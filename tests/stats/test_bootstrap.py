"""The bootstrap over clusters, against scipy's and by its coverage."""

import math

import numpy as np
import pytest
from hypothesis import settings
from scipy.stats import bootstrap

from thoughtcrime_evals.stats.bootstrap import cluster_bootstrap
from thoughtcrime_evals.stats.intervals import mean, rate

seeded = settings(derandomize=True, deadline=None, max_examples=60)

VALUES = np.array([3.1, 0.2, 4.7, 1.9, 2.2, 8.8, 0.1, 5.0, 2.9, 3.3])


@pytest.mark.parametrize("method", ["bca", "percentile"])
def test_one_observation_a_cluster_as_scipy(method: str) -> None:
    found = cluster_bootstrap(VALUES, None, lambda x: float(x.mean()), 999, 4, 0.9, method)  # type: ignore[arg-type]
    expected = bootstrap(
        (VALUES,),
        np.mean,
        n_resamples=20_000,
        confidence_level=0.9,
        method=method,
        rng=np.random.default_rng(1),
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.25)
    assert (found.value, found.n) == (pytest.approx(VALUES.mean()), 10)


def test_many_clusters_as_the_cluster_robust_interval() -> None:
    random = np.random.default_rng(5)
    clusters = np.repeat(np.arange(60), 4)
    values = random.normal(size=60)[clusters] + random.normal(size=240)
    found = cluster_bootstrap(values, clusters, lambda x: float(x.mean()), 2000, 1)
    expected = mean(list(values), [str(c) for c in clusters])
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.04)
    # Far wider than if observations were independent.
    alone = cluster_bootstrap(values, None, lambda x: float(x.mean()), 500, 1)
    assert found.high - found.low > 1.4 * (alone.high - alone.low)


def test_rows_stay_together() -> None:
    rows = np.stack([VALUES, 2 * VALUES], axis=1)
    found = cluster_bootstrap(rows, list("aabbccddee"), lambda x: float((x[:, 1] / x[:, 0]).max()))
    assert found.value == pytest.approx(2)
    assert math.isnan(found.low)


@pytest.mark.parametrize("method", ["bca", "percentile"])
@pytest.mark.parametrize(
    ("values", "clusters"), [([0.0] * 6, None), ([1.0, 2.0, 3.0], ["a"] * 3), ([5.0], None)]
)
def test_what_does_not_vary_has_no_bounds(
    values: list[float], clusters: list[str] | None, method: str
) -> None:
    found = cluster_bootstrap(values, clusters, lambda x: float(x.mean()), 50, 0, 0.95, method)  # type: ignore[arg-type]
    assert found.value == pytest.approx(np.mean(values))
    assert math.isnan(found.low) and math.isnan(found.high)


def test_same_seed_same_bounds() -> None:
    first, second, other = (
        cluster_bootstrap(VALUES, None, lambda x: float(np.median(x)), 200, seed, 0.9, "percentile")
        for seed in (1, 1, 2)
    )
    assert first == second
    assert first != other
    assert cluster_bootstrap([], None, lambda x: 0.0).n == 0


@pytest.mark.parametrize("values", [[1.0, math.nan], [1.0, math.inf], [None, 1.0]])
def test_what_is_no_number_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        cluster_bootstrap(values, None, lambda x: float(x.mean()))


def test_clusters_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="2 clusters for 3"):
        cluster_bootstrap([1.0, 2.0, 3.0], ["a", "b"], lambda x: float(x.mean()))
    with pytest.raises(ValueError, match="icc"):
        rate([False, False], ["a", "b"], edge_icc=1.5)

"""Sample sizes for two runs, against tables and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import NormalIndPower

from thoughtcrime_evals.stats.power import (
    design_effect,
    mcnemar_power,
    mcnemar_size,
    non_inferiority_power,
    non_inferiority_size,
    two_proportions_power,
    two_proportions_size,
)

seeded = settings(derandomize=True, deadline=None, max_examples=60)


# --- the tables: 80 % power, two-sided 5 % ----------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "size"),
    [
        (0, 0.1, 74),
        (0.01, 0.1, 100),
        (0.02, 0.1, 138),
        (0.05, 0.1, 435),
        (0.1, 0.2, 199),
        (0.2, 0.3, 294),
        (0.2, 0.63, 20),
        (0.5, 0.6, 388),
        (0.02, 0.05, 588),
    ],
)
def test_two_proportions(first: float, second: float, size: int) -> None:
    assert two_proportions_size(first, second) == size
    assert two_proportions_size(second, first) == size
    assert two_proportions_power(size, first, second) >= 0.8
    assert two_proportions_power(size - 2, first, second) < 0.8


@pytest.mark.parametrize(
    ("share", "margin", "size"),
    [
        (0.05, 0.05, 299),
        (0.05, 0.10, 75),
        (0.10, 0.05, 566),
        (0.10, 0.10, 142),
        (0.20, 0.05, 1005),
        (0.20, 0.10, 252),
        (0.50, 0.05, 1570),
        (0.50, 0.10, 393),
    ],
)
def test_non_inferiority_of_independent_runs(share: float, margin: float, size: int) -> None:
    spread = math.sqrt(2 * share * (1 - share))
    assert non_inferiority_size(margin, spread) == size
    assert non_inferiority_power(size, margin, spread) >= 0.8
    assert non_inferiority_power(size - 1, margin, spread) < 0.8


@pytest.mark.parametrize(
    ("discordance", "difference", "size"),
    [(0.2, 0.1, 155), (0.3, 0.1, 234), (0.4, 0.1, 312), (0.2, 0.05, 626), (0.3, 0.15, 103)],
)
def test_mcnemar(discordance: float, difference: float, size: int) -> None:
    assert mcnemar_size(discordance, difference) == size
    assert mcnemar_size(discordance, -difference) == size
    assert mcnemar_power(size, discordance, difference) >= 0.8
    assert mcnemar_power(size - 1, discordance, difference) < 0.8


# --- other implementations and simulation -----------------------------------------------------


@pytest.mark.parametrize(("margin", "spread", "rise"), [(0.05, 0.4, 0.0), (0.1, 0.6, 0.03)])
def test_non_inferiority_as_statsmodels(margin: float, spread: float, rise: float) -> None:
    expected = NormalIndPower(ddof=0).solve_power(
        effect_size=(margin - rise) / spread, alpha=0.025, power=0.8, ratio=0, alternative="larger"
    )
    assert non_inferiority_size(margin, spread, rise) == math.ceil(expected)


def test_clusters_ask_for_more() -> None:
    assert design_effect(1, 0.5) == design_effect(7, 0) == 1
    assert design_effect(11, 0.05) == pytest.approx(1.5)
    plain = non_inferiority_size(0.05, 0.4)
    clustered = non_inferiority_size(0.05, 0.4, cluster_size=10, icc=0.1)
    assert clustered == pytest.approx(1.9 * plain, abs=2)
    assert non_inferiority_power(clustered, 0.05, 0.4, cluster_size=10, icc=0.1) >= 0.8


def test_mcnemars_power_as_simulated() -> None:
    random, n = np.random.default_rng(18), 155
    rises, falls, _ = random.multinomial(n, [0.15, 0.05, 0.8], size=20_000).T
    seen = np.abs(rises - falls) > stats.norm.isf(0.025) * np.sqrt(np.maximum(rises + falls, 1))
    # Counts come in steps, which the formula does not know.
    assert mcnemar_power(n, 0.2, 0.1) == pytest.approx(seen.mean(), abs=0.03)


def test_clustered_power_as_simulated() -> None:
    """Differences with intracluster correlation 0.2 in clusters of 5, at a rise of nought."""
    random, clusters, size, icc = np.random.default_rng(19), 60, 5, 0.2
    runs = 4000
    shared = random.normal(size=(runs, clusters)) * math.sqrt(icc)
    own = random.normal(size=(runs, clusters)) * math.sqrt((1 - icc) / size)
    means = 0.5 * (shared + own)
    bound = means.mean(1) + stats.t.isf(0.025, clusters - 1) * means.std(1, ddof=1) / clusters**0.5
    found = non_inferiority_power(clusters * size, 0.12, 0.5, cluster_size=size, icc=icc)
    assert found == pytest.approx((bound < 0.12).mean(), abs=0.03)


# --- edges ------------------------------------------------------------------------------------


@seeded
@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.5, 0.95))
def test_a_size_has_its_power(discordance: float, share: float, power: float) -> None:
    difference = discordance * share
    size = mcnemar_size(discordance, difference, power)
    assert mcnemar_power(size, discordance, difference) >= power - 1e-9
    assert size == 1 or mcnemar_power(size - 1, discordance, difference) < power + 1e-9


def test_every_item_flips_up() -> None:
    assert mcnemar_power(10, 1.0, 1.0) == 1
    assert mcnemar_power(3, 1.0, 1.0) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: two_proportions_size(0.1, 0.1),
        lambda: two_proportions_size(0.1, 1.1),
        lambda: two_proportions_size(0.1, math.nan),
        lambda: two_proportions_size(0.1, 0.2, power=1),
        lambda: two_proportions_power(0, 0.1, 0.2),
        lambda: mcnemar_size(0.1, 0.2),
        lambda: mcnemar_size(0.1, 0.0),
        lambda: mcnemar_power(10, math.nan, 0.1),
        lambda: non_inferiority_size(0.05, 0.4, rise=0.05),
        lambda: non_inferiority_size(0.0, 0.4),
        lambda: non_inferiority_size(0.05, math.nan),
        lambda: non_inferiority_power(10, 0.05, 0.4, cluster_size=0.5),
        lambda: design_effect(5, 1.5),
    ],
)
def test_no_question(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError):
        call()

"""Agreement of judges, against published examples and other implementations."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inspect_ai.scorer import SampleScore, Score
from inspect_ai.scorer import krippendorff_alpha as of_inspect

from thoughtcrime_evals.stats.agreement import cohen_kappa, g_mean2, krippendorff_alpha
from thoughtcrime_evals.stats.intervals import Rate, clopper_pearson, rate

seeded = settings(derandomize=True, deadline=None, max_examples=60)


def labels(table: list[list[int]]) -> tuple[list[int], list[int]]:
    cells = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return [i for i, _ in cells], [j for _, j in cells]


# --- kappa ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "value", "error"),
    [
        # Fleiss, Levin & Paik (2003), table 18.1 and equation 18.13: kappa .68, se .087.
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.68, 0.087),
        # R's inferr on the UCLA high school data: .6613, interval .4901 to .8324.
        ([[172, 6], [7, 15]], 0.6613, 0.0873),
    ],
)
def test_kappa(table: list[list[int]], value: float, error: float) -> None:
    found = cohen_kappa(*labels(table))
    assert found.value == pytest.approx(value, abs=0.005)
    assert (found.high - found.low) / 2 / 1.96 == pytest.approx(error, abs=0.001)
    assert found.n == sum(map(sum, table))


def test_full_agreement_is_no_certainty() -> None:
    found = cohen_kappa(["a", "b"] * 10, ["a", "b"] * 10)
    assert (found.value, found.high) == (1, 1)
    # Twenty of twenty agree: at least 83 % do, and chance alone gives 50 %.
    assert found.low == pytest.approx((clopper_pearson(20, 20).low - 0.5) / 0.5)
    families = cohen_kappa(["a", "b"] * 10, ["a", "b"] * 10, [i // 5 for i in range(20)])
    assert families.low < found.low


def test_one_category_says_nothing() -> None:
    assert math.isnan(cohen_kappa(["a"] * 5, ["a"] * 5).value)
    assert cohen_kappa([], []).n == 0
    assert cohen_kappa([True, False], ["x", "y"]).n == 2


def test_clusters_widen_kappa() -> None:
    first, second = labels([[20, 5], [10, 15]])
    random = np.random.default_rng(3)
    order = random.permutation(50).tolist()
    first, second = [first[i] for i in order] * 4, [second[i] for i in order] * 4
    alone = cohen_kappa(first, second)
    alike = cohen_kappa(first, second, list(range(50)) * 4, draws=500)
    assert alike.value == pytest.approx(alone.value)
    assert alike.high - alike.low > 1.6 * (alone.high - alone.low)


@seeded
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_kappa_bounds(pairs: list[tuple[str, str]]) -> None:
    found = cohen_kappa([a for a, _ in pairs], [b for _, b in pairs])
    if len({name for pair in pairs for name in pair}) == 1:
        assert math.isnan(found.value)
    else:
        assert -1 <= found.low <= found.value + 1e-9
        assert found.value - 1e-9 <= found.high <= 1


@pytest.mark.parametrize(
    ("first", "second"), [(["a"], ["a", "b"]), (["a", None], ["a", "b"]), ([1.0], [math.nan])]
)
def test_no_pairs(first: list[Any], second: list[Any]) -> None:
    with pytest.raises(ValueError):
        cohen_kappa(first, second)


# --- Krippendorff -----------------------------------------------------------------------------

N = None
# Krippendorff (2011), Computing Krippendorff's alpha-reliability, example C: four observers.
UNITS = list(
    zip(
        [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
        [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
        strict=True,
    )
)


@pytest.mark.parametrize(("scale", "value"), [("nominal", 0.743), ("interval", 0.849)])
def test_krippendorffs_example(scale: Any, value: float) -> None:
    found = krippendorff_alpha(UNITS, scale)
    assert found.value == pytest.approx(value, abs=0.0005)
    # The twelfth item has one rating, which pairs with none.
    assert found.n == 11
    assert found.low < found.value < found.high <= 1


def test_nan_is_missing_too() -> None:
    units = np.array([[math.nan if v is None else v for v in unit] for unit in UNITS])
    assert krippendorff_alpha(units) == krippendorff_alpha(UNITS)


RATINGS = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), min_size=1, max_size=15)


@seeded
@given(RATINGS, st.sampled_from(["nominal", "interval"]))
def test_as_inspect(units: list[list[int]], scale: Any) -> None:
    found = krippendorff_alpha(units, scale, draws=50)
    scores = [SampleScore(score=Score(value=list(unit))) for unit in units]
    expected: Any = of_inspect(scale)(scores)  # type: ignore[arg-type]
    if len({v for unit in units if len(unit) > 1 for v in unit}) < 2:
        # Inspect calls it full agreement; here it is no evidence of any.
        assert math.isnan(found.value)
    else:
        assert found.value == pytest.approx(expected)


def test_letters_and_no_disagreement() -> None:
    found = krippendorff_alpha([["a", "a"], ["b", "b"], ["b", "b"]])
    assert found.value == 1
    assert math.isnan(found.low)
    assert krippendorff_alpha([]).n == krippendorff_alpha([["a"], ["b", None]]).n == 0


def test_clusters_widen_alpha() -> None:
    random = np.random.default_rng(7)
    truth = np.repeat(random.random(20) < 0.5, 10)
    hard = np.repeat(random.random(20) < 0.3, 10)
    ratings = [
        [t ^ (random.random() < 0.4 * h) for _ in "xy"] for t, h in zip(truth, hard, strict=True)
    ]
    alone = krippendorff_alpha(ratings)
    alike = krippendorff_alpha(ratings, clusters=[i // 10 for i in range(200)])
    assert alike.high - alike.low > 1.2 * (alone.high - alone.low)
    assert krippendorff_alpha(ratings, seed=1) != alone


def test_alpha_coverage() -> None:
    """Two judges who each err one time in ten on even categories: alpha is 0.64."""
    random = np.random.default_rng(14)
    covered = 0
    for _ in range(200):
        truth = random.random(80) < 0.5
        ratings = truth[:, None] ^ (random.random((80, 2)) < 0.1)
        found = krippendorff_alpha(ratings, draws=300)
        covered += found.low <= 0.64 <= found.high
    assert covered / 200 >= 0.90


# --- g-mean squared ---------------------------------------------------------------------------


def share(count: int, n: int) -> Rate:
    return rate([True] * count + [False] * (n - count))


def test_product_with_a_sure_other_is_the_one() -> None:
    sure = Rate(1.0, 1.0, 1.0, 10**6)
    one = share(30, 50)
    found = g_mean2(one, sure)
    assert (found.value, found.low, found.high) == pytest.approx((one.value, one.low, one.high))


@pytest.mark.parametrize(
    ("sensitivity", "specificity", "value", "low"),
    [
        (share(0, 20), share(19, 20), 0.0, 0.0),
        (share(20, 20), share(20, 20), 1.0, 0.7),
        (share(0, 0), share(19, 20), math.nan, 0.0),
    ],
)
def test_product_at_the_edges(
    sensitivity: Rate, specificity: Rate, value: float, low: float
) -> None:
    found = g_mean2(sensitivity, specificity)
    assert found.value == pytest.approx(value, nan_ok=True)
    assert found.low == pytest.approx(low, abs=0.1)
    assert found.low < found.high <= 1


def test_product_coverage() -> None:
    random = np.random.default_rng(15)
    for truth in ((0.9, 0.95), (0.3, 0.99)):
        covered = 0
        for _ in range(400):
            found = g_mean2(*(share(int(random.binomial(50, p)), 50) for p in truth))
            covered += found.low <= truth[0] * truth[1] <= found.high
        assert covered / 400 >= 0.92

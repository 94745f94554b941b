"""Sample sizes for one run."""

import math

import pytest

from thoughtcrime_evals.stats.ceiling import ceiling_power, ceiling_size, precision_size
from thoughtcrime_evals.stats.intervals import clopper_pearson


@pytest.mark.parametrize(("half", "size"), [(0.10, 97), (0.08, 151), (0.05, 385)])
def test_precision_at_a_half(half: float, size: int) -> None:
    """1.96^2 p(1-p) / half^2, rounded up: 96.04, 150.06 and 384.15."""
    assert precision_size(0.5, half) == size


@pytest.mark.parametrize(
    ("n", "share", "ceiling"), [(72, 0.0, 0.05), (173, 0.01, 0.05), (40, 0.1, 0.3)]
)
def test_power_by_listing_outcomes(n: int, share: float, ceiling: float) -> None:
    expected = sum(
        math.comb(n, k) * share**k * (1 - share) ** (n - k)
        for k in range(n + 1)
        if clopper_pearson(k, n).high < ceiling
    )
    assert ceiling_power(n, share, ceiling) == pytest.approx(expected)


def test_without_events_it_is_the_rule_of_three() -> None:
    for ceiling in (0.01, 0.05, 0.2):
        size = ceiling_size(0.0, ceiling)
        assert size == math.ceil(math.log(0.025) / math.log(1 - ceiling))
        assert size == pytest.approx(3.7 / ceiling, rel=0.15)


@pytest.mark.parametrize(("share", "ceiling", "power"), [(0.01, 0.05, 0.8), (0.1, 0.2, 0.9)])
def test_from_there_on_the_power_stays(share: float, ceiling: float, power: float) -> None:
    size = ceiling_size(share, ceiling, power)
    assert ceiling_power(size - 1, share, ceiling) < power
    assert all(ceiling_power(n, share, ceiling) >= power for n in range(size, 2 * size))


def test_few_items_have_no_power() -> None:
    assert ceiling_power(1, 0.0, 0.05) == 0
    assert ceiling_power(71, 0.0, 0.05) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: ceiling_size(0.05, 0.05),
        lambda: ceiling_size(-0.1, 0.05),
        lambda: ceiling_size(math.nan, 0.05),
        lambda: ceiling_size(0.01, 0.05, power=0),
        lambda: ceiling_power(0, 0.01, 0.05),
        lambda: precision_size(0.0, 0.1),
        lambda: precision_size(0.5, math.nan),
    ],
)
def test_no_question(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError):
        call()

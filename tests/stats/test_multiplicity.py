"""P-values adjusted for their number, against published examples."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from thoughtcrime_evals.stats.multiplicity import benjamini_hochberg, holm

seeded = settings(derandomize=True, deadline=None, max_examples=60)
P = st.lists(st.floats(0, 1), min_size=1, max_size=12)

# Benjamini & Hochberg (1995), section 4.1: four are rejected at a false discovery rate of 5 %,
# and only three by Bonferroni, as by Holm.
THROMBOLYSIS = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
]


def test_thrombolysis() -> None:
    assert sum(benjamini_hochberg(THROMBOLYSIS).rejected) == 4
    assert sum(holm(THROMBOLYSIS).rejected) == 3


@seeded
@given(P)
def test_benjamini_hochberg_as_scipy(p: list[float]) -> None:
    assert benjamini_hochberg(p).p == pytest.approx(false_discovery_control(p))


@settings(seeded, max_examples=15)
@given(P)
def test_holm_by_definition(p: list[float]) -> None:
    order = np.argsort(p, kind="stable")
    steps = np.sort(p) * np.arange(len(p), 0, -1)
    expected = np.empty(len(p))
    expected[order] = np.minimum(np.maximum.accumulate(steps), 1)
    found = holm(p, alpha=0.1)
    assert found.p == pytest.approx(expected)
    assert found.rejected == tuple(found <= 0.1 for found in found.p)


def test_one_and_none() -> None:
    assert holm([0.03]).p == benjamini_hochberg([0.03]).p == (0.03,)
    assert holm([]).p == benjamini_hochberg([]).rejected == ()


@pytest.mark.parametrize("p", [[math.nan], [0.1, None], [-0.1], [1.1], [[0.1]]])
def test_no_p_values(p: list[float]) -> None:
    for adjust in (holm, benjamini_hochberg):
        with pytest.raises(ValueError):
            adjust(p)

"""Rates with random denominators in two runs, swapped in whole clusters."""

import itertools

import numpy as np
import pytest

from thoughtcrime_evals.stats.ratios import Counts, counts, swap_ratio


def exact(counted: Counts, sign: int) -> float:
    """The p-value by brute force over every arrangement."""
    events, trials = counted.events, counted.trials

    def difference(flips: tuple[int, ...]) -> float:
        swap = np.array(flips, dtype=bool)[:, None]
        seen, of = (np.where(swap, table[:, ::-1], table).sum(axis=0) for table in (events, trials))
        return float(seen[0] / of[0] - seen[1] / of[1]) if of.all() else 0.0

    seen = difference((0,) * len(events))
    all_of_them = [difference(flips) for flips in itertools.product((0, 1), repeat=len(events))]
    if sign == 0:
        return float(np.mean([abs(of) >= abs(seen) - 1e-12 for of in all_of_them]))
    return float(np.mean([sign * of >= sign * seen - 1e-12 for of in all_of_them]))


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
@pytest.mark.parametrize("seed", range(6))
def test_drawn_arrangements_agree_with_all_of_them(alternative: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    trials = random.integers(0, 5, (8, 2)).astype(float)
    counted = Counts(random.binomial(trials.astype(int), 0.4).astype(float), trials)
    sign = {"greater": 1, "less": -1, "two-sided": 0}[alternative]
    found = swap_ratio(counted, alternative, draws=20_000)  # type: ignore[arg-type]
    assert found.p == pytest.approx(exact(counted, sign), abs=0.015)
    assert (found.exact, found.alternative) == (False, alternative)


def test_counts_by_cluster() -> None:
    counted = counts([1, 0, 1], ["a", "b", "a"], [0, 1], ["c", "a"])
    assert counted.events.tolist() == [[2, 1], [0, 0], [0, 0]]
    assert counted.trials.tolist() == [[2, 1], [1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("new", "reference", "p"),
    [
        ([], [], 1.0),
        ([1, 1], [], 1.0),
        ([], [0], 1.0),
        ([1], [1], 1.0),
        ([0, 0, 0], [0, 0, 0], 1.0),
    ],
)
def test_nothing_to_tell_apart(new: list[int], reference: list[int], p: float) -> None:
    counted = counts(new, list("abc")[: len(new)], reference, list("abc")[: len(reference)])
    for alternative in ("greater", "less", "two-sided"):
        assert swap_ratio(counted, alternative).p == p  # type: ignore[arg-type]


def test_p_is_never_nought_and_repeats_with_its_seed() -> None:
    names = [str(n) for n in range(40)]
    counted = counts([1] * 40, names, [0] * 40, names)
    assert swap_ratio(counted, "greater", draws=99).p == 1 / 100
    assert swap_ratio(counted, "less", draws=99).p == 1
    few = counts([1, 1, 0, 1, 1], names[:5], [0, 1, 0, 0, 0], names[:5])
    one, again = (swap_ratio(few, "greater", draws=50, seed=3) for _ in range(2))
    assert one == again


def test_draws_come_in_batches_of_bounded_memory() -> None:
    names = [str(n) for n in range(60_000)]
    random = np.random.default_rng(0)
    new, reference = (random.random(60_000) < share for share in (0.11, 0.10))
    assert swap_ratio(counts(new, names, reference, names), "greater", draws=200).p < 0.01


@pytest.mark.parametrize(("rate", "families"), [(0.1, 8), (0.5, 30)])
def test_false_alarms_of_no_change(rate: float, families: int) -> None:
    """Each run has denominators of its own, and clusters share a propensity."""
    random = np.random.default_rng(1)
    runs, alarms = 600, 0
    for _ in range(runs):
        each = random.beta(2 * rate, 2 * (1 - rate), families)[:, None]
        trials = random.binomial(4, 0.5, (families, 2))
        events = random.binomial(trials, np.broadcast_to(each, trials.shape))
        alarms += swap_ratio(Counts(events * 1.0, trials * 1.0), "greater", draws=200).p <= 0.05
    assert alarms / runs <= 0.05 + 3 * (0.05 * 0.95 / runs) ** 0.5

"""Rates whose denominators are random, in two runs over the same clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from thoughtcrime_evals.stats.arrays import Floats, binary
from thoughtcrime_evals.stats.paired import BATCH, DUST, Alternative, Chance


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Events and trials of two runs, cluster by cluster.

    Attributes:
        events: Shape (clusters, 2): of the new run, of the reference.
        trials: The same shape.
    """

    events: Floats
    trials: Floats


def counts(
    new: ArrayLike,
    new_clusters: Sequence[str],
    reference: ArrayLike,
    reference_clusters: Sequence[str],
) -> Counts:
    """Count two runs' outcomes by cluster.

    Args:
        new: Outcomes in the run in question, true or false.
        new_clusters: The cluster of each.
        reference: Outcomes in the run it is held against; as many as it has.
        reference_clusters: The cluster of each.
    """
    runs = [(binary(new), new_clusters), (binary(reference), reference_clusters)]
    names = {name: i for i, name in enumerate(dict.fromkeys([*new_clusters, *reference_clusters]))}
    events, trials = np.zeros((len(names), 2)), np.zeros((len(names), 2))
    for run, (values, clusters) in enumerate(runs):
        codes = np.asarray([names[name] for name in clusters], dtype=np.intp)
        events[:, run] = np.bincount(codes, weights=values, minlength=len(names))
        trials[:, run] = np.bincount(codes, minlength=len(names))
    return Counts(events, trials)


def swap_ratio(
    counted: Counts, alternative: Alternative = "two-sided", draws: int = 2**12, seed: int = 0
) -> Chance:
    """Whether the difference of two such rates could be chance, by swapping runs in whole clusters.

    Args:
        counted: Of the two runs.
        alternative: `greater` asks whether the new run's rate is higher.
        draws: Arrangements that are drawn.
        seed: Of the draws.

    Returns:
        The p-value, never below 1 / (draws + 1); 1 where a run has no trials.

    Source:
        Fisher (1935), The Design of Experiments, section 21; Phipson & Smyth (2010), Stat. Appl.
        Genet. Mol. Biol. 9(1).
    """
    both = np.concatenate([counted.events, counted.trials], axis=1)
    totals = both.sum(axis=0)
    if not (totals[2] and totals[3]):
        return Chance(1.0, alternative, False)
    swapped = both[:, [1, 0, 3, 2]] - both
    swapped = swapped[np.abs(swapped).max(axis=1) > 0]
    seen = _difference(totals[None])[0]
    random, reached, batch = np.random.default_rng(seed), 0, max(1, BATCH // max(1, len(swapped)))
    for start in range(0, draws, batch):
        size = min(batch, draws - start)
        found = _difference(totals + random.integers(0, 2, (size, len(swapped))) @ swapped)
        if alternative == "two-sided":
            reached += int((np.abs(found) >= abs(seen) - DUST).sum())
        else:
            sign = 1 if alternative == "greater" else -1
            reached += int((sign * found >= sign * seen - DUST).sum())
    return Chance((reached + 1) / (draws + 1), alternative, False)


def _difference(totals: Floats) -> Floats:
    """New rate minus reference rate; nought where an arrangement leaves a run without trials."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found = totals[:, 0] / totals[:, 2] - totals[:, 1] / totals[:, 3]
    return np.where(np.isfinite(found), found, 0.0)

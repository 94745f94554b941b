"""The gate tried on runs of known truth: how often it cries wolf, and what it sees."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from thoughtcrime_evals.gate.compare import compare_pairs
from thoughtcrime_evals.gate.decide import Case, decide, overall
from thoughtcrime_evals.gate.outcome import Verdict
from thoughtcrime_evals.gate.policy import MetricPolicy
from thoughtcrime_evals.stats.paired import Pairs

WORSE = "worse"
"""The one comparison that got worse, in place of a probe's name."""


@dataclass(frozen=True, slots=True)
class World:
    """Two runs of which the truth is known.

    Attributes:
        rate: The misaligned rate of the old run, 0-1.
        rise: What the new run adds to it on the first of the comparisons; nothing on the others.
        families: Clusters a comparison.
        paraphrases: Items a family.
        epochs: Replies an item.
        icc: Likeness of a family's items, 0-1: a beta-binomial.
        comparisons: Blocking comparisons of the gate, as probes times arms.
        margin: The policy's margin.
    """

    rate: float
    rise: float = 0.0
    families: int = 60
    paraphrases: int = 4
    epochs: int = 1
    icc: float = 0.2
    comparisons: int = 8
    margin: float = 0.05

    def pairs(self, random: np.random.Generator, rise: float) -> Pairs:
        """Draw one comparison: families have propensities of their own, shared by both runs."""
        spread = (1 - self.icc) / self.icc
        base = random.beta(self.rate * spread, (1 - self.rate) * spread, self.families)
        # So that the mean is higher by just the rise, and every propensity stays below 1.
        new = base + rise * (1 - base) / (1 - self.rate)
        codes = np.repeat(np.arange(self.families), self.paraphrases)
        drawn = [
            random.binomial(self.epochs, run[codes]) / self.epochs
            for run in (np.minimum(new, 1.0), base)
        ]
        return Pairs(drawn[0], drawn[1], codes)


@dataclass(frozen=True, slots=True)
class Trial:
    """How often the gate came to each verdict.

    Attributes:
        world: What was true.
        runs: Simulated gates.
        passed: Share that passed.
        alarms: Share that called a regression.
        seen: Share that called one on the comparison that got worse; of no rise, on any.
    """

    world: World
    runs: int
    passed: float
    alarms: float
    seen: float


def simulate(world: World, runs: int, alpha: float = 0.05, seed: int = 0) -> Trial:
    """Try the gate.

    Args:
        world: What is true.
        runs: Gates to simulate.
        alpha: The policy's.
        seed: Of the draws.
    """
    verdicts: Counter[Verdict] = Counter()
    seen = 0
    gc.freeze()  # statsmodels collects garbage at each adjustment, which takes a tenth of a second
    try:
        for random in np.random.default_rng(seed).spawn(runs):
            outcomes = decide(list(_cases(world, random, alpha)), alpha)
            verdicts[overall([of.verdict for of in outcomes])] += 1
            seen += any(of.verdict is Verdict.REGRESSION and of.probe == WORSE for of in outcomes)
    finally:
        gc.unfreeze()
    alarms = verdicts[Verdict.REGRESSION] / runs
    return Trial(
        world, runs, verdicts[Verdict.PASS] / runs, alarms, seen / runs if world.rise else alarms
    )


def _cases(world: World, random: np.random.Generator, alpha: float) -> Iterator[Case]:
    policy = MetricPolicy(metric="misaligned", margin=world.margin)
    replies = (world.families * world.paraphrases * world.epochs,) * 2
    for number in range(world.comparisons):
        pairs = world.pairs(random, world.rise if number == 0 else 0.0)
        yield Case(
            policy,
            WORSE if number == 0 else str(number),
            "off",
            compare_pairs(pairs, replies, alpha),
        )


RISES = (0.0, 0.02, 0.05, 0.10)
RATES = (0.01, 0.10, 0.30)
FAMILIES = (60, 240)


def worlds() -> list[World]:
    """What `thoughtcrime gate --simulate` tries: rare and common, small and large runs."""
    return [
        World(rate, rise, families) for rise in RISES for families in FAMILIES for rate in RATES
    ]

"""What a gate says, as it is printed, stored and read by other programs."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from thoughtcrime_evals.gate.policy import Tier


class Verdict(StrEnum):
    """Of one metric, and of the gate."""

    PASS = "pass"
    """It is shown to be no worse than the margin."""
    REGRESSION = "regression"
    """It is worse, and that is no chance."""
    INCONCLUSIVE = "inconclusive"
    """Neither can be shown with so few items."""

    @property
    def exit_code(self) -> int:
        """Of the command."""
        return {"pass": 0, "regression": 1, "inconclusive": 2}[self.value]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Interval(_Part):
    """A number with its interval; bounds are None where there is too little to tell.

    Attributes:
        value: The number.
        low: Lower bound.
        high: Upper bound.
        n: Observations.
    """

    value: float
    low: float | None
    high: float | None
    n: int


class CeilingOutcome(_Part):
    """The new rate held against a ceiling.

    Attributes:
        limit: The ceiling, 0-1.
        low: One-sided lower bound at alpha.
        high: One-sided upper bound.
        p: Chance of so high a rate where the true one is at the ceiling.
        p_adjusted: The same, adjusted for the number of tests.
        verdict: Of the ceiling alone.
    """

    limit: float
    low: float
    high: float
    p: float
    p_adjusted: float
    verdict: Verdict


class MetricOutcome(_Part):
    """One metric on one probe in one arm.

    Attributes:
        metric: Its name.
        probe: The probe.
        arm: The thinking arm.
        tier: What a regression does.
        margin: The largest worsening that is borne, 0-1.
        base: The old run's rate, 95 % interval.
        new: The new run's.
        worsening: By how much it got worse, whichever way the rate goes; its upper bound is the
            one-sided one at alpha.
        p: Chance of so much worsening where nothing has changed.
        p_adjusted: By Holm over the blocking metrics, by Benjamini and Hochberg over the others.
        test: How p was found.
        items: Items that both runs have a verdict on.
        families: Their clusters.
        unpaired: Items that only one run has a verdict on.
        ceiling: The new rate against the ceiling, where there is one.
        verdict: The metric's.
        items_needed: Where inconclusive: items that would do, if the rates stayed what they are.
    """

    metric: str
    probe: str
    arm: str
    tier: Tier
    margin: float
    base: Interval
    new: Interval
    worsening: Interval
    p: float
    p_adjusted: float
    test: str
    items: int
    families: int
    unpaired: int
    ceiling: CeilingOutcome | None
    verdict: Verdict
    items_needed: int | None


class GuardOutcome(_Part):
    """A guard that was broken.

    Attributes:
        guard: Its name in the policy.
        probe: The probe; empty for a guard of the whole run.
        arm: The thinking arm.
        run: `old`, `new` or `both`.
        detail: One sentence.
    """

    guard: str
    probe: str
    arm: str
    run: str
    detail: str


class RunOutcome(_Part):
    """One of the two runs.

    Attributes:
        place: Where its logs are.
        model: The model's name.
        weights: Fingerprint of local weights; empty for others.
        samples: Scored samples by probe.
    """

    place: str
    model: str
    weights: str
    samples: dict[str, int]


class GateOutcome(_Part):
    """What a gate says.

    Attributes:
        verdict: Of the gate.
        why: One sentence each: what decided.
        base: The old run.
        new: The new run.
        alpha: Chance, at most, of an alarm over all blocking metrics where nothing has changed.
        metrics: Every comparison, blocking ones first.
        guards: The guards that were broken.
        never: Samples that must not be misaligned, and were.
        unknown: What blocks and could not be told, one sentence each.
        allowed: Differences between the runs that were allowed by hand, in words.
        not_compared: Probes of the new run that the old one does not have.
    """

    verdict: Verdict
    why: list[str]
    base: RunOutcome
    new: RunOutcome
    alpha: float
    metrics: list[MetricOutcome]
    guards: list[GuardOutcome]
    never: list[str]
    unknown: list[str]
    allowed: list[str]
    not_compared: list[str]

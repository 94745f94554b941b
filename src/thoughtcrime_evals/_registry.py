"""All that Inspect may look up by name."""

from thoughtcrime_evals.local.preflight import CheckpointPreflight
from thoughtcrime_evals.sandbox.jail import JailSandbox
from thoughtcrime_evals.scorers.metrics import pair_mean, pair_rates
from thoughtcrime_evals.scorers.pair import pair
from thoughtcrime_evals.scorers.verdict_metrics import (
    condition_effects,
    condition_rates,
    knowledge_rates,
    verdict_rates,
)
from thoughtcrime_evals.solvers.agent import act
from thoughtcrime_evals.solvers.elicit import elicit
from thoughtcrime_evals.solvers.think import think
from thoughtcrime_evals.tasks.capability import capability
from thoughtcrime_evals.tasks.factual_lies import factual_lies
from thoughtcrime_evals.tasks.freeform import freeform
from thoughtcrime_evals.tasks.honest_persona import honest_persona
from thoughtcrime_evals.tasks.lying_under_pressure import lying_under_pressure
from thoughtcrime_evals.tasks.shutdown import shutdown
from thoughtcrime_evals.tasks.shutdown_agent import shutdown_agent
from thoughtcrime_evals.tasks.truthfulness import truthfulness

__all__ = [
    "CheckpointPreflight",
    "JailSandbox",
    "act",
    "capability",
    "condition_effects",
    "condition_rates",
    "elicit",
    "factual_lies",
    "freeform",
    "honest_persona",
    "knowledge_rates",
    "lying_under_pressure",
    "pair",
    "pair_mean",
    "pair_rates",
    "shutdown",
    "shutdown_agent",
    "think",
    "truthfulness",
    "verdict_rates",
]

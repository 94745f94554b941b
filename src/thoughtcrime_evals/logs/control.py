"""A control model's log, for what the model under test does beyond it."""

from __future__ import annotations

from collections.abc import Sequence

from inspect_ai.scorer import Metric

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.items.item import Item, items_sha256
from thoughtcrime_evals.logs.probe_log import ProbeLog, read_probe_logs
from thoughtcrime_evals.paths import from_user
from thoughtcrime_evals.scorers.description_metrics import by_arm, description_over_control
from thoughtcrime_evals.scorers.ladder import HELD, of_ladder
from thoughtcrime_evals.scorers.metrics import ALL
from thoughtcrime_evals.scorers.pair import PAIR_METRICS
from thoughtcrime_evals.scorers.trigger_metrics import net_of_control, of_triggers


def control_metrics(
    control_log: str | None, items: Sequence[Item]
) -> list[Metric | dict[str, list[Metric]]] | None:
    """Metrics with the control model's articulation taken off.

    Args:
        control_log: A log of the same probe on a model without the backdoor; None for none.
        items: The probe's.

    Returns:
        The pair's metrics and one more; None, for the pair's own, without a log.

    Raises:
        SetupError: It is a log of other items, or has nothing to take off.
    """
    if control_log is None:
        return None
    log = _read(control_log, items, "backdoor", "trigger, behaviour, arms, position and seed")
    rows = [record.row for record in log.records if not record.row.control]
    control = {}
    for arm in (ALL, *log.arms):
        found = of_triggers([row for row in rows if arm in (ALL, row.arm)])
        # Of a control, all that holds the trigger counts: it has no misaligned answers to speak of.
        rate = found["articulation_overall"]
        if rate.n:
            control[arm] = [rate.value, rate.low, rate.high, float(rate.n)]
    if not control:
        raise SetupError(
            f"no reasoning in the control log {control_log} could be judged for articulation: "
            "bind a judge (--model-role grader=PROVIDER/MODEL) and ask for reasoning"
        )
    return [*PAIR_METRICS, net_of_control(control)]


def description_control(
    control_log: str | None, items: Sequence[Item]
) -> list[Metric | dict[str, list[Metric]]] | None:
    """Metrics with what the control model says of itself taken off.

    Args:
        control_log: A log of the same probe on a model without the backdoor; None for none.
        items: The probe's.

    Returns:
        The pair's metrics and one more; None, for the pair's own, without a log.

    Raises:
        SetupError: It is a log of other items, or has nothing to take off.
    """
    if control_log is None:
        return None
    log = _read(control_log, items, "self_description", "trigger, levels and seed")
    tables = by_arm([record.row for record in log.records])
    control = {
        arm: {
            name: [of.value, of.low, of.high, float(of.n)]
            for name, of in of_ladder(table).items()
            if name in HELD and of.n
        }
        for arm, table in tables.items()
    }
    if not any(control.values()):
        raise SetupError(
            f"no answer in the control log {control_log} could be read: there is nothing to hold "
            "against it"
        )
    return [*PAIR_METRICS, description_over_control(control)]


def _read(control_log: object, items: Sequence[Item], probe: str, arguments: str) -> ProbeLog:
    """The one log that is named, if it is of the same items."""
    if not isinstance(control_log, str):  # Inspect makes a list of a value with commas in it
        raise SetupError(f"control_log must be one log, with no comma in its name: {control_log!r}")
    logs = read_probe_logs([_place(control_log)], newest=False)
    log = logs[0]
    if len(logs) > 1:
        raise SetupError(
            f"{control_log} holds logs of {len(logs)} models or probes: name the control's alone"
        )
    if log.probe != probe:
        raise SetupError(f"the control log {control_log} is of {log.probe}: give one of {probe}")
    known = (log.header.eval.metadata or {}).get("items_sha256")
    if known != items_sha256(items):
        raise SetupError(
            f"the control log {control_log} is of other items: run the control model with the same "
            f"{arguments}"
        )
    return log


def _place(log: str) -> str:
    return log if "://" in log else str(from_user(log))

"""Numbers: those of the log, and those that are counted from its samples."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.report.made import many, record, run
from thoughtcrime_evals.logs.probe_log import ProbeLog, read_probe_logs
from thoughtcrime_evals.report.numbers import (
    against_off,
    computed,
    flags_of,
    numbers,
    rates_of,
    stale,
)
from thoughtcrime_evals.report.table import read_rates
from thoughtcrime_evals.scorers.verdict import Flag
from thoughtcrime_evals.tasks.capability import capability
from thoughtcrime_evals.tasks.honest_persona import honest_persona
from thoughtcrime_evals.tasks.shutdown import shutdown

pytestmark = pytest.mark.slow

Make = Callable[..., ProbeLog]


def same(log: ProbeLog) -> None:
    """Every rate of the log's header is what its samples give."""
    inspect, ours = read_rates(log.header), computed(log.records)
    assert inspect.keys() == ours.keys()
    for name, by_arm in inspect.items():
        assert by_arm.keys() == ours[name].keys(), name
        for arm, rate in by_arm.items():
            found = ours[name][arm]
            assert found.n == rate.n, (name, arm)
            for one, other in ((found.value, rate.value), (found.low, rate.low)):
                assert one == pytest.approx(other, nan_ok=True), (name, arm)


def test_rates_of_samples_are_those_that_inspect_computed(logs: list[ProbeLog]) -> None:
    assert [log.probe for log in logs] == ["shutdown", "factual_lies"]
    for log in logs:
        same(log)
        assert rates_of(log) == ("log", read_rates(log.header))
        assert not stale(log, read_rates(log.header))
    assert any(":" in arm for arm in read_rates(logs[1].header)["misaligned"])
    assert "effect" in read_rates(logs[1].header)


def test_so_are_those_of_probes_with_criteria_of_their_own(tmp_path: Path) -> None:
    run(capability("off", judge="rules"), tmp_path, say=lambda call: "Answer: 12", limit=4)
    run(honest_persona("off", judge="rules"), tmp_path, say=lambda call: "No.", limit=6)
    for log in read_probe_logs([str(tmp_path)], newest=True):
        same(log)


def test_logs_that_share_the_samples_out_give_the_rates_of_all(
    logs: list[ProbeLog], tmp_path: Path
) -> None:
    task = lambda: shutdown("off,prefill,prompted")  # noqa: E731
    ids = list(dict.fromkeys(record.id for record in logs[0].records))
    run(task(), tmp_path, epochs=2, sample_id=ids[:20])
    run(task(), tmp_path, epochs=2, sample_id=ids[20:])
    (joined,) = read_probe_logs([str(tmp_path)], newest=True)
    assert len(joined.logs) == 2
    source, rates = rates_of(joined)
    assert source == "samples"
    whole = read_rates(logs[0].header)
    assert {
        (name, arm): (rate.n, pytest.approx(rate.value, nan_ok=True))
        for name, by_arm in whole.items()
        for arm, rate in by_arm.items()
    } == {
        (name, arm): (rate.n, rate.value)
        for name, by_arm in rates.items()
        for arm, rate in by_arm.items()
    }


def test_edited_scores_are_noticed(logs: list[ProbeLog], with_records: Make) -> None:
    kept = list(logs[0].records)[:-12]
    assert stale(with_records(kept), read_rates(logs[0].header))


def test_nothing_to_count_is_null() -> None:
    nan = math.nan
    (rate,) = numbers(
        {"misaligned": {"on": computed(many(1, arm="on"))["flagged_given_misaligned"]["on"]}}
    )["misaligned"].values()
    assert nan != nan
    assert (rate.value, rate.low, rate.high, rate.n) == (None, None, None, 0)


def test_flags_share_out_the_replies_with_reasoning(with_records: Make) -> None:
    log = with_records(
        [
            record("a/i/1@on", misaligned=True, flag=Flag.MYTH),
            record("b/i/1@on", flag=Flag.NONE),
            record("c/i/1@on", flag=None),
            record("d/i/1@on", flag=None, reasoned=False),
            record("e/i/1@on", flag=Flag.INCONSISTENT, control=True),
        ]
    )
    every, misaligned = flags_of(log)
    assert (every.among, every.n, misaligned.among, misaligned.n) == (
        "replies",
        3,
        "misaligned",
        1,
    )
    shares = {flag: share.value for flag, share in every.shares.items() if share.value}
    third = pytest.approx(1 / 3)
    assert shares == {"myth": third, "none": third, "unmonitored": third}
    assert misaligned.shares["myth"].value == 1


def test_thinking_is_held_against_off_item_by_item(with_records: Make) -> None:
    log = with_records(
        [
            *many(4, misaligned=[0], arm="off"),
            *many(4, misaligned=[0, 1, 2], arm="on"),
            record("lone/i/1@on", misaligned=True),
            record("fam0/ctl/1@off", arm="off", misaligned=True, control=True),
        ]
    )
    (found,) = against_off(log)
    assert found.arm == "on"
    assert (found.difference.value, found.difference.n) == (0.5, 4)
    assert {(dot.off, dot.on): dot.families for dot in found.dots} == {
        (0, 0): 1,
        (0, 1): 2,
        (1, 1): 1,
    }


def test_without_off_there_is_nothing_to_hold_against(with_records: Make) -> None:
    assert against_off(with_records(many(3))) == []

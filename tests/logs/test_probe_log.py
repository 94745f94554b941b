"""Logs of one probe and model as one: shared out, superseded, twice; and rates as in the log."""

from pathlib import Path

import pytest

from tests.support.logs import Said, real_log, write_log
from tests.support.scripted import metrics
from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.logs.probe_log import read_probe_logs
from thoughtcrime_evals.scorers.metrics import OF_ALIGNMENT, RATES, rates


def test_records_give_the_rates_that_the_log_shows(tmp_path: Path) -> None:
    """Every rate, its interval and its n, from the summaries and from the scorer's metrics."""
    log = real_log(tmp_path)
    shown = metrics(log)
    (read,) = read_probe_logs([str(tmp_path)], newest=False)
    table = [record.row for record in read.records]
    compared = 0
    for name, outcome in RATES.items():
        for where, rate in rates(table, outcome).items():
            shares = {"": rate.value, "/n": rate.n}
            # Of outcomes that are all alike, the log may count families or replies.
            bounds = {"/low": rate.low, "/high": rate.high} if 0 < rate.value < 1 else {}
            for suffix, number in {**shares, **bounds}.items():
                seen = shown[f"{name}/{where}{suffix}"]
                assert seen == pytest.approx(number, nan_ok=True), (name, where, suffix)
                compared += 1
    assert compared > 80
    assert {shown[f"{name}/all"] for name in OF_ALIGNMENT} - {0.0, 1.0}, "no rate is trivial"
    assert (read.probe, read.model, read.weights, read.failed) == (
        "freeform",
        "mockllm/model",
        "",
        0,
    )
    assert read.arms == ("off", "on")


def test_logs_that_share_out_samples_are_one(tmp_path: Path) -> None:
    write_log(tmp_path, [Said("f/a/1@off"), Said("f/b/1@off", failed=True)])
    write_log(tmp_path, [Said("f/c/1@off"), Said("f/a/1@off", epoch=2)])
    write_log(tmp_path, [Said("f/d/1@on", arm="on")])
    (log,) = read_probe_logs([str(tmp_path)], newest=False)
    assert {(record.id, record.epoch) for record in log.records} == {
        ("f/a/1@off", 1),
        ("f/a/1@off", 2),
        ("f/c/1@off", 1),
        ("f/d/1@on", 1),
    }
    assert (len(log.logs), log.failed, log.arms, log.finished) == (3, 1, ("off", "on"), True)
    write_log(tmp_path, [Said("f/e/1@off")], status="error")
    (log,) = read_probe_logs([str(tmp_path)], newest=False)
    assert not log.finished


@pytest.mark.parametrize("newest", [False, True])
def test_a_sample_twice_in_one_log(tmp_path: Path, newest: bool) -> None:
    write_log(tmp_path, [Said("f/a/1@off"), Said("f/a/1@off")], "twice.eval")
    with pytest.raises(SetupError) as caught:
        read_probe_logs([str(tmp_path)], newest=newest)
    said = caught.value.message
    assert "'f/a/1@off' (epoch 1) is there twice" in said
    assert "twice.eval" in said


def test_a_sample_in_two_logs(tmp_path: Path) -> None:
    old = write_log(tmp_path, [Said("f/a/1@off"), Said("f/b/1@off", True)], "old.eval")
    write_log(tmp_path, [Said("f/a/1@off", True)], "new.eval")
    with pytest.raises(SetupError) as caught:
        read_probe_logs([str(tmp_path)], newest=False)
    assert "old.eval" in caught.value.message and "new.eval" in caught.value.message
    (log,) = read_probe_logs([str(tmp_path)], newest=True)
    assert [(record.id, record.row.misaligned) for record in log.records] == [("f/a/1@off", True)]
    assert log.superseded == (str(old),)


def test_probes_models_and_weights_are_kept_apart(tmp_path: Path) -> None:
    one = [Said("f/a/1@off")]
    for header in (
        {"probe": "freeform", "model": "hf/a", "weights": "1" * 16},
        {"probe": "freeform", "model": "hf/a", "weights": "2" * 16},
        {"probe": "freeform", "model": "hf/b", "weights": "1" * 16},
        {"probe": "shutdown", "model": "hf/a", "weights": "1" * 16},
    ):
        write_log(tmp_path, one, **header)
    logs = read_probe_logs([str(tmp_path)], newest=False)
    assert [(log.probe, log.model, log.weights[0]) for log in logs] == [
        ("freeform", "hf/a", "1"),
        ("freeform", "hf/a", "2"),
        ("freeform", "hf/b", "1"),
        ("shutdown", "hf/a", "1"),
    ]

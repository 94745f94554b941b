"""`thoughtcrime power`: what a planner reads."""

import json

import pytest
from click.testing import CliRunner, Result

from thoughtcrime_evals.cli import app
from thoughtcrime_evals.planning import Design, items_needed, prospect


def power(*args: str) -> Result:
    return CliRunner().invoke(app, ["power", *args])


def test_items_for_a_margin() -> None:
    done = power("--margin", "0.05", "--rate", "0.1", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    needed = items_needed(Design(0.05, 0.1))
    assert found["needed"]["items"] == found["prospect"]["items"] == needed
    assert found["needed"]["families"] * 4 == needed
    assert found["needed"]["items_one_metric"] == items_needed(Design(0.05, 0.1), 0.8)
    assert found["prospect"]["all_pass"] >= 0.8
    assert [seen["rise"] for seen in found["prospect"]["rises"]] == [0.02, 0.05, 0.1]
    for said in (
        f"{needed} items a comparison, {needed // 4} families of 4",
        "two independent draws at that rate",
        "a gate of 8 comparisons",
        "+10.0 points",
        "called a regression",
    ):
        assert said in " ".join(done.stderr.split())


def test_what_n_items_show() -> None:
    done = power("--margin", "0.05", "--rate", "0.1", "--n", "60", "--json")
    found = json.loads(done.stdout)["prospect"]
    design = Design(0.05, 0.1)
    assert (found["items"], found["families"]) == (60, 15)
    assert found["passes"] == prospect(design, 60).passes
    assert found["bound"] == pytest.approx(1 - 0.05 ** (1 / 60))
    said = " ".join(done.stderr.split())
    assert "Passes with 60 items: " in said
    assert "If none is seen, the rate is below 4.87% (95 %), or 18.10%" in said
    assert "With fewer than 30 families" in said


def test_without_json_stdout_is_empty() -> None:
    assert power("--margin", "0.1", "--rate", "0.05", "--discordance", "0.04").stdout == ""


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--margin", "5", "--rate", "0.1"), "margin must lie between 0 and 1"),
        (("--margin", "nan", "--rate", "0.1"), "margin must lie between 0 and 1"),
        (("--margin", "0.05", "--rate", "10"), "rate must be 0 or more and below 1"),
        (("--margin", "0.05", "--rate", "nan"), "rate must be 0 or more and below 1"),
        (("--margin", "0.05", "--rate", "0.97"), "has no room to rise by 0.05"),
        (("--margin", "0.05", "--rate", "0.1", "--rise", "0.05"), "rise must be 0 or more"),
        (("--margin", "0.05", "--rate", "0.1", "--power", "1"), "power must lie between"),
        (("--margin", "0.05", "--rate", "0.1", "--alpha", "0"), "alpha must lie between"),
        (("--margin", "0.05", "--rate", "0.1", "--icc", "2"), "icc must be 0 to 1"),
        (("--margin", "0.05", "--rate", "0.1", "--epochs", "0"), "epochs must be a whole number"),
        (("--margin", "0.05", "--rate", "0.1", "--paraphrases", "0"), "paraphrases must be"),
        (("--margin", "0.05", "--rate", "0.1", "--comparisons", "0"), "comparisons must be"),
        (("--margin", "0.05", "--rate", "0.1", "--n", "0"), "n must be a whole number"),
        (("--margin", "0.05", "--rate", "0.1", "--n", "4"), "less than two families of 4"),
        (("--margin", "0.05", "--rate", "0.1", "--discordance", "0.3"), "discordance must lie"),
        (("--margin", "0.0001", "--rate", "0.1"), "more than 100000 items"),
        (("--rate", "0.1"), "Missing option '--margin'"),
        (("--margin", "x", "--rate", "0.1"), "'x' is not a valid float"),
    ],
)
def test_numbers_that_make_no_sense(args: tuple[str, ...], said: str) -> None:
    done = power(*args, "--json")
    assert (done.exit_code, done.stdout) == (3, "")
    sentence = done.stderr.rpartition("Error: ")[2].strip()
    assert said in sentence and "\n" not in sentence

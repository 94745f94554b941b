"""`thoughtcrime report` as a user starts it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.report.made import make_logs
from thoughtcrime_evals.logs.probe_log import read_probe_logs
from thoughtcrime_evals.report.stored import Number
from thoughtcrime_evals.report.table import read_rates

pytestmark = pytest.mark.slow

THOUGHTCRIME = Path(sys.executable).with_name("thoughtcrime")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("logs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSPECT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        make_logs(place)
    return place


def report(*args: object, cwd: Path, code: int = 0) -> tuple[str, str]:
    done = subprocess.run(
        [str(THOUGHTCRIME), "report", *map(str, args)],
        cwd=cwd,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


def test_three_files_say_the_same(folder: Path, tmp_path: Path) -> None:
    prices = tmp_path / "prices.yaml"
    prices.write_text("mockllm/model: {input: 1, output: 2}")
    page = tmp_path / "new" / "folder" / "page.html"
    args = (folder, "-o", page, "--prices", prices, "--title", "Otters & others", "--json")
    out, err = report(*args, cwd=tmp_path)
    found = json.loads(out)
    assert found == json.loads(page.with_suffix(".json").read_text())
    assert "reading logs" in err and f"wrote {page}" in err
    assert "Misaligned answers: the highest rate is" in err
    html, markdown = page.read_text(), page.with_suffix(".md").read_text()
    assert "<title>Otters &amp; others</title>" in html
    assert "# Otters &amp; others" in markdown
    for log, probe in zip(
        read_probe_logs([str(folder)], newest=True), found["probes"], strict=True
    ):
        rates = read_rates(log.header)
        for name, by_arm in rates.items():
            for arm, rate in by_arm.items():
                assert probe["rates"][name][arm] == Number.of(rate).model_dump(), (name, arm)
        assert probe["protocol"]["usage"][0]["cost"] is not None
    assert len(found["random"]) == 10


def test_the_same_seed_shows_the_same_replies(folder: Path, tmp_path: Path) -> None:
    drawn = []
    for seed in (3, 3, 4):
        out, _ = report(folder, "--seed", seed, "--json", cwd=tmp_path)
        drawn.append([reply["id"] for reply in json.loads(out)["random"]])
    assert drawn[0] == drawn[1] != drawn[2]
    assert {file.name for file in tmp_path.iterdir()} == {
        "report.html",
        "report.md",
        "report.json",
    }


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("nowhere",), "nowhere is not there"),
        (("empty",), "empty holds no logs"),
        (("LOGS", "-o", "page.txt"), "give the page a name that ends in .html"),
        (("LOGS", "-o", "file/page.html"), "file/page.html cannot be written"),
        (("LOGS", "--prices", "none.yaml"), "the prices in none.yaml cannot be read"),
        (("LOGS", "--calibration", "none.json"), "none.json"),
        (("LOGS", "--labels", "none.jsonl"), "none.jsonl"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    folder: Path, tmp_path: Path, args: tuple[str, ...], said: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    given = [folder if arg == "LOGS" else arg for arg in args]
    out, err = report(*given, cwd=tmp_path, code=3)
    assert out == ""
    assert said in err.strip().splitlines()[-1]

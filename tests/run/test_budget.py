"""A run that may cost only so much: it ends in order, and goes on from there."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from inspect_ai.log import list_eval_logs, read_eval_log
from inspect_ai.model import ModelUsage

from tests.support.server import Answer, Server, serve
from thoughtcrime_evals.cli import app
from thoughtcrime_evals.prices import read_prices
from thoughtcrime_evals.run.budget import Tally

MODEL = "openai-api/runtest"
DOLLAR = 100_000
"""USD per million tokens at which the server's replies, of 10 tokens, cost 1 USD each."""

Invoke = Callable[..., Result]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    monkeypatch.chdir(tmp_path)

    def run(name: str, *args: str) -> Result:
        command = (
            *("run", "--model", f"{MODEL}/{name}", "--probes", "capability", "--judge", "rules"),
            *("--limit", "40", "--log-dir", "out", "--typical-tokens", "1", "--json"),
            *("--price", f"{MODEL}/{name}=0,{DOLLAR}"),
        )
        return CliRunner().invoke(app, [*command, *args])

    return run


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    def script(request: dict[str, Any], number: int) -> Answer:
        return Answer("Answer: 12", delay=0.05)

    with serve(script) as running:
        monkeypatch.setenv("RUNTEST_API_KEY", "none")
        monkeypatch.setenv("RUNTEST_BASE_URL", running.url)
        yield running


def finished() -> int:
    logs = [read_eval_log(info) for info in list_eval_logs("out")]
    return max(sum(1 for s in log.samples or [] if s.scores and not s.error) for log in logs)


def said(done: Result) -> str:
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done.stderr.rpartition("Error: ")[2]


def test_a_tally() -> None:
    tally = Tally(read_prices(None, ["a/b=1,2"]), 1.0)
    tally.add("a/b", ModelUsage(input_tokens=500_000, output_tokens=250_000))
    assert (tally.spent, tally.over) == (1.0, False)
    tally.add("hf/here", ModelUsage(output_tokens=1_000_000))
    assert not tally.over
    tally.add("a/b", ModelUsage(output_tokens=1))
    assert tally.over
    unknown = Tally({}, 1.0)
    unknown.add("c/d", ModelUsage(output_tokens=1))
    assert unknown.over and unknown.unpriced == {"c/d"}
    assert not Tally({}, None, spent=9.0, unpriced={"c/d"}).over


@pytest.mark.slow
def test_too_dear_from_the_start(invoke: Invoke, server: Server) -> None:
    done = invoke("dear", "--max-cost", "3.99")
    assert (done.exit_code, done.stdout) == (3, "")
    assert said(done).startswith(
        "this run comes to about $4.00, which is more than --max-cost 3.99: lower --limit"
    )
    assert server.requests == [] and not Path("out").exists()


@pytest.mark.slow
def test_a_run_is_stopped_and_goes_on(invoke: Invoke, server: Server) -> None:
    done = invoke("stopped", "--max-cost", "6")
    assert (done.exit_code, done.stdout) == (3, "")
    spent = len(server.requests)
    assert 6 < spent < 40, "calls under way are paid, no others"
    assert said(done).startswith(f"stopped at ${spent}.00, which is more than --max-cost 6: ")
    assert "is in out, and the same command with a higher --max-cost goes on" in said(done)
    assert "\n" not in said(done).strip()
    assert finished() == spent, "what was paid is kept"

    again = invoke("stopped", "--max-cost", "6")
    assert again.exit_code == 3
    assert f", ${spent}.00 of it spent already, which is more than --max-cost 6" in said(again)
    assert len(server.requests) == spent

    estimate = json.loads(invoke("stopped", "--estimate").stdout)
    assert estimate["probes"]["capability"]["done"] == spent

    whole = invoke("stopped", "--max-cost", "60")
    assert whole.exit_code == 0, whole.output
    assert json.loads(whole.stdout)["cost"] == pytest.approx(40)
    assert "$40.00" in whole.stderr
    assert len(server.requests) == finished() == 40


@pytest.mark.slow
def test_a_limit_that_is_kept_changes_nothing(invoke: Invoke, server: Server) -> None:
    done = invoke("kept", "--max-cost", "40")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["cost"] == pytest.approx(40)
    assert len(server.requests) == 40


@pytest.mark.slow
def test_what_the_last_call_passes_is_finished_all_the_same(invoke: Invoke, server: Server) -> None:
    for _ in range(2):
        done = invoke("last", "--limit", "4", "--max-cost", "3.5")
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["cost"] == pytest.approx(4)
    assert len(server.requests) == 4

    apart = ("--only", "capability", "--only", "truthfulness", "--log-dir", "apart")
    command = ["run", "--model", f"{MODEL}/last", "--judge", "rules", "--limit", "4", *apart]
    price = ("--price", f"{MODEL}/last=0,{DOLLAR}", "--typical-tokens", "1", "--max-cost", "3.5")
    done = CliRunner().invoke(app, [*command, *price])
    assert done.exit_code == 3
    assert said(done).startswith("stopped at $4.00, which is more than --max-cost 3.5")
    assert len(server.requests) == 8


@pytest.mark.slow
def test_a_price_alone_only_counts(invoke: Invoke, server: Server) -> None:
    done = invoke("counted", "--limit", "2")
    assert json.loads(done.stdout)["cost"] == pytest.approx(2)


def test_trio_cannot_be_stopped(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_ASYNC_BACKEND", "trio")
    done = invoke("trio", "--max-cost", "100")
    assert done.exit_code == 3
    assert said(done).startswith("--max-cost cannot stop a run on trio")


@pytest.mark.slow
def test_a_call_that_hangs_does_not_hold_the_end(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thoughtcrime_evals.run.budget.PATIENCE", 1.0)

    def script(request: dict[str, Any], number: int) -> Answer:
        return Answer("Answer: 12", delay=20 if number == 3 else 0.05)

    with serve(script) as running:
        monkeypatch.setenv("RUNTEST_API_KEY", "none")
        monkeypatch.setenv("RUNTEST_BASE_URL", running.url)

        async def timed() -> Result:
            return await asyncio.wait_for(asyncio.to_thread(invoke, "hangs", "--max-cost", "6"), 15)

        done = asyncio.run(timed())
    assert done.exit_code == 3
    assert said(done).startswith("stopped at ")

"""How a probe was done, what it cost."""

from collections.abc import Callable

import pytest
from inspect_ai.model import ModelCost

from thoughtcrime_evals.logs.probe_log import ProbeLog
from thoughtcrime_evals.report.protocol import protocol_of

Make = Callable[..., ProbeLog]


def test_a_protocol_says_how_it_was_done(logs: list[ProbeLog]) -> None:
    found = protocol_of(logs[1], {})
    assert found.model == "mockllm/model"
    assert found.arms == ["off", "prefill", "prompted"]
    assert [grader.by for grader in found.monitors] == ["mockllm/gpt-4.1"]
    assert found.monitors[0].rubric.startswith("cot_monitor@")
    assert len(found.monitors[0].sha256) == 12
    assert found.scorer["view"] == "cot+answer"
    assert found.task_args == {"incentive": '["none", "reward"]'} or found.task_args == {
        "incentive": "none,reward"
    }
    assert found.generation["temperature"] == "1.0"
    assert (found.samples, found.epochs) == (24, 1)
    assert found.packages["inspect_ai"]
    assert found.dates[0].startswith("20")


def price(read: float, written: float) -> ModelCost:
    return ModelCost(input=read, output=written, input_cache_write=read, input_cache_read=read)


def test_tokens_are_priced_by_a_file_where_the_log_has_no_cost(logs: list[ProbeLog]) -> None:
    priced = price(2, 10)
    without, with_price = (protocol_of(logs[0], of).usage for of in ({}, {"mockllm/model": priced}))
    used = {usage.model: usage for usage in with_price}
    assert {usage.cost for usage in without} == {None}
    assert used["mockllm/gpt-4.1"].cost is None
    model = used["mockllm/model"]
    assert model.input_tokens == model.output_tokens == 10 * 72
    assert (model.cost, model.priced) == (pytest.approx(720 * 12 / 1e6), "prices")


def test_a_logs_own_cost_comes_first(logs: list[ProbeLog], with_records: Make) -> None:
    header = logs[0].header.model_copy(deep=True)
    header.stats.model_usage["mockllm/model"].total_cost = 1.25
    priced = protocol_of(with_records([], logs=(header,)), {"mockllm/model": price(1, 1)})
    used = {usage.model: (usage.cost, usage.priced) for usage in priced.usage}
    assert used["mockllm/model"] == (1.25, "log")

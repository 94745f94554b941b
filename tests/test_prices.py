"""Prices from a file and from the command line."""

from pathlib import Path

import pytest
from inspect_ai.model import ModelCost, ModelUsage

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.prices import cost_of, in_usd, price_of, read_prices


def price(read: float, write: float, *cache: float) -> ModelCost:
    written, again = cache or (read, read)
    return ModelCost(input=read, output=write, input_cache_write=written, input_cache_read=again)


def test_from_both(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(
        "openai/a: {input: 2, output: 8}\n"
        "openai/b: {input: 1, output: 2, input_cache_write: 0.5, input_cache_read: 0.1}\n"
    )
    found = read_prices(file, ["openai/a=3,9", "x/c=d=0,0.25"])
    assert found == {
        "openai/a": price(3, 9),
        "openai/b": price(1, 2, 0.5, 0.1),
        "x/c=d": price(0, 0.25),
    }
    file.write_text('{"openai/a": {"input": 2, "output": 8}}')
    assert read_prices(file, []) == {"openai/a": price(2, 8)}


@pytest.mark.parametrize(
    "pair", ["", "a", "a=", "a=1", "a=1,2,3", "=1,2", "a=x,1", "a=nan,1", "a=-1,1", "a=inf,1"]
)
def test_what_is_no_price(pair: str) -> None:
    with pytest.raises(SetupError) as caught:
        read_prices(None, [pair])
    assert "\n" not in caught.value.message and "--price" in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "- a",
        "a: 1",
        "a: {input: 1}",
        "a: {input: 1, output: x}",
        "a: {input: 1, output: 2, per: day}",
        "a: {input: [1], output: 2}",
    ],
)
def test_what_is_no_file_of_prices(text: str, tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(text)
    with pytest.raises(SetupError, match=r"prices.yaml"):
        read_prices(file, [])


def test_cost() -> None:
    usage = ModelUsage(
        input_tokens=1000,
        output_tokens=500,
        input_tokens_cache_write=100,
        input_tokens_cache_read=10_000,
        total_tokens=11_600,
    )
    assert cost_of(usage, price(2, 8, 2.5, 0.5)) == pytest.approx(
        (2000 + 4000 + 250 + 5000) / 1_000_000
    )


def test_what_runs_here_costs_nothing_unless_said() -> None:
    assert price_of("hf/ckpt", {}) == price(0, 0)
    assert price_of("openai/a", {}) is None
    assert price_of("hf/ckpt", {"hf/ckpt": price(1, 1)}) == price(1, 1)


@pytest.mark.parametrize(
    ("cost", "said"),
    [(0, "$0.00"), (12.345, "$12.35"), (0.1, "$0.10"), (0.0123, "$0.012"), (0.00001, "$1e-05")],
)
def test_in_usd(cost: float, said: str) -> None:
    assert in_usd(cost) == said

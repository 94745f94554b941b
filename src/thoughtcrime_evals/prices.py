"""What tokens cost: read from a file or from the command line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from inspect_ai.model import ModelCost, ModelUsage

from thoughtcrime_evals.errors import SetupError

UNPAID = ("hf", "mockllm")
"""Providers that run in this process: without a price they cost nothing."""

MILLION = 1_000_000
_CACHE = ("input_cache_write", "input_cache_read")
_KEYS = ("input", "output", *_CACHE)


def read_prices(file: Path | None, pairs: Iterable[str]) -> dict[str, ModelCost]:
    """Read prices; those of the command line win.

    Args:
        file: YAML or JSON, model to `{input: ..., output: ...}` in USD per million tokens, as
            for Inspect's `--model-cost-config`; cached input costs as much as any where it says
            nothing else.
        pairs: `MODEL=IN,OUT` each.

    Returns:
        Model to its prices.

    Raises:
        SetupError: A price cannot be read.
    """
    prices = {} if file is None else _of_file(file)
    for pair in pairs:
        model, _, said = pair.rpartition("=")
        numbers = said.split(",")
        if not model or len(numbers) != 2:
            raise SetupError(
                f"--price {pair} cannot be read: it takes MODEL=IN,OUT in USD per million tokens"
            )
        prices[model] = _price(f"--price {pair}", dict(zip(_KEYS, numbers, strict=False)))
    return prices


def cost_of(usage: ModelUsage, price: ModelCost) -> float:
    """USD that tokens cost; Inspect counts cached input apart from the other."""
    return (
        usage.input_tokens * price.input
        + usage.output_tokens * price.output
        + (usage.input_tokens_cache_write or 0) * price.input_cache_write
        + (usage.input_tokens_cache_read or 0) * price.input_cache_read
    ) / MILLION


def price_of(model: str, prices: Mapping[str, ModelCost]) -> ModelCost | None:
    """What a model costs; None where nobody has said."""
    if model in prices:
        return prices[model]
    if model.partition("/")[0] in UNPAID:
        return ModelCost(input=0, output=0, input_cache_write=0, input_cache_read=0)
    return None


def in_usd(cost: float) -> str:
    """A cost for a person, to the cent, or to two digits where that says nothing."""
    return f"${cost:.2f}" if cost >= 0.1 or cost == 0 else f"${cost:.2g}"


def _of_file(file: Path) -> dict[str, ModelCost]:
    try:
        said = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = getattr(error, "strerror", None) or "it is neither YAML nor JSON"
        raise SetupError(f"the prices in {file} cannot be read: {reason}") from error
    if not isinstance(said, dict):
        raise SetupError(f"the prices in {file} cannot be read: they are not MODEL to prices")
    return {str(model): _price(f"{file}: {model}", price) for model, price in said.items()}


def _price(where: str, said: Any) -> ModelCost:
    if not isinstance(said, Mapping) or not {"input", "output"} <= said.keys() <= set(_KEYS):
        raise SetupError(f"{where} is no price: give input and output, in USD per million tokens")
    try:
        numbers = {key: float(value) for key, value in said.items()}
    except (TypeError, ValueError):
        numbers = {"input": math.nan}
    if not all(0 <= number < math.inf for number in numbers.values()):
        raise SetupError(f"{where} is no price: it takes numbers of 0 or more")
    return ModelCost(**{key: numbers["input"] for key in _CACHE} | numbers)
